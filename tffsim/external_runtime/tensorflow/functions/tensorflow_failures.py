"""Finds the user's source line in an error that TensorFlow raised inside a graph.

TensorFlow names the operations that failed, as `{{node model/div}}`, and the library
function they are in, as `{{function_node loop_body_12}}`. Of a failure in a function that
was passed to a dataset it names no place but the operation that read the dataset, as
`[[ReduceDataset]]`. Whoever traced the function noted which source line made which
operation. A Python function that failed (`tf.py_function`, a generator) has put its
traceback into the message.
"""

import re
from collections.abc import Iterator

import tensorflow as tf

from tffsim.external_runtime.tensorflow.graph_passes.graph_rewriting import calls_of
from tffsim.failures.source_places import SourceLine, innermost_of_user, source_line_at
from tffsim.language.provenance import Provenance

# Compiled when something fails: at import, every first round would wait for it.
_PLACE = r"(?:\{\{function_node ([^}]+)\}\})?\{\{node ([^}]+)\}\}"
_READER = r"\[\[([^\[\]{}]+)\]\]"
_FRAME = r'(?m)^ *File "(.+)", line (\d+), in '
_IN_DATASET = "Error in user-defined function passed to"


def source_line(error: tf.errors.OpError, provenance: Provenance | None, graph_bytes: bytes) -> SourceLine | None:
    """Returns the source line of the operation, or in the Python function, that failed.

    Args:
        error: What TensorFlow raised.
        provenance: Where the operations of the graph came from; None if unknown.
        graph_bytes: The serialised graph.

    Returns:
        The line; that which calls the function with the operation, or reads the dataset,
        if the operation's own is unknown; None if both are.
    """
    message, _, traceback = (error.message or "").partition("Traceback (most recent call last)")
    place = innermost_of_user((filename, int(line)) for filename, line in re.findall(_FRAME, traceback))
    if place is not None:
        return source_line_at(*place)
    if provenance is None:
        return None
    names = _readers(message) if _IN_DATASET in message else _names_in(message, graph_bytes)
    return next((SourceLine(*provenance.op_lines[name]) for name in names if name in provenance.op_lines), None)


def _readers(message: str) -> Iterator[str]:
    """Yields the operations that read the dataset, each with those that it was inlined into."""
    for reader in re.findall(_READER, message):
        parts = reader.split("/")
        yield from ("/".join(parts[:end]) for end in range(len(parts), 0, -1))


def _names_in(message: str, graph_bytes: bytes) -> Iterator[str]:
    graph_def = tf.compat.v1.GraphDef.FromString(graph_bytes)
    for function, node in re.findall(_PLACE, message):
        yield from _names(_name_before_import(function, graph_def), node, graph_def)


def _names(function: str, node: str, graph_def: tf.compat.v1.GraphDef) -> Iterator[str]:
    """Yields the names under which an operation or its caller may be known, best first."""
    if not function:
        yield from _names_before_inlining(node)
        return
    yield f"{function}/{node}"
    for calling_function, calling_node in calls_of(graph_def, function):
        if calling_function != function:
            yield from _names(calling_function, calling_node, graph_def)


def _name_before_import(function: str, graph_def: tf.compat.v1.GraphDef) -> str:
    """Returns the library function's own name; "" if it is the graph itself."""
    names = [known.signature.name for known in graph_def.library.function]
    return next((name for name in names if re.fullmatch(re.escape(name) + r"(_\d+){1,2}", function)), "")


def _names_before_inlining(node: str) -> Iterator[str]:
    """Yields possible original names: inlining a function puts its caller in front."""
    parts = node.split("/")
    yield from ("/".join(parts[start:]) for start in range(len(parts)))
    yield from ("/".join(parts[:end]) for end in range(len(parts) - 1, 0, -1))
