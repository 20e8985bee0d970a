"""Which operations of TensorFlow a strict worker runs: those that compute, and reach nothing but their arguments.

The list is one of what is *allowed*: an operation that it does not have, such as one of a newer TensorFlow or of
another library, is refused. `forbidden_operations.txt` says of the others why. A test compares both with TensorFlow.
"""

import functools
import pathlib
from collections.abc import Iterator, Mapping

import tensorflow as tf
from federated_language.proto import computation_pb2 as pb

from tffsim.external_runtime.tensorflow.functions.operation_places import locate_operation
from tffsim.language.proto_parts import parts_of

_FOLDER = pathlib.Path(__file__).parent
_UNKNOWN = "It is in no list of tffsim"


class RefusedOperationError(PermissionError):
    """A computation has an operation that this worker does not run."""


def check_operations(proto: pb.Computation) -> None:
    """Checks all graphs of a computation, their functions included.

    Args:
        proto: A computation of any kind.

    Raises:
        RefusedOperationError: If it has an operation that is not allowed, or something whose operations nobody knows.
    """
    for part in parts_of(proto):
        kind = part.WhichOneof("computation")
        if kind == "xla":
            raise RefusedOperationError("This worker runs no XLA computations: nobody can see what they do.")
        if kind == "tensorflow":
            _check_graph(tf.compat.v1.GraphDef.FromString(part.tensorflow.graph_def.value), part)


@functools.cache
def allowed_operations() -> frozenset[str]:
    """Returns the names of the operations that are allowed."""
    return frozenset(name for name, _ in _listed("allowed_operations.txt"))


@functools.cache
def forbidden_operations() -> Mapping[str, str]:
    """Returns why an operation is not allowed, by its name."""
    return dict(_listed("forbidden_operations.txt"))


def _listed(file: str) -> Iterator[tuple[str, str]]:
    """Yields the names in a file, each with the comment above it."""
    comment = ""
    for line in (_FOLDER / file).read_text(encoding="ascii").splitlines():
        if line.startswith("#"):
            comment = line.removeprefix("# ").rstrip(".")
        elif line:
            yield line, comment


def _check_graph(graph: tf.compat.v1.GraphDef, proto: pb.Computation) -> None:
    allowed = allowed_operations()
    functions = {function.signature.name for function in graph.library.function}
    # A function with the name of an operation could pass for it, or hide it.
    called = functions - forbidden_operations().keys() - allowed
    for function in graph.library.function:
        if function.signature.name not in called:
            name = function.signature.name
            raise RefusedOperationError(f"A function of the graph has the name of an operation: {name}.")
    nodes = [*graph.node, *(node for function in graph.library.function for node in function.node_def)]
    for node in nodes:
        if node.op not in allowed and node.op not in called:
            reason = forbidden_operations().get(node.op, _UNKNOWN)
            error = RefusedOperationError(
                f"This worker does not run the operation {node.op} (node {node.name}). Why: {reason}. "
                "Leave it out, or ask whoever runs the worker for `--allow-ops all`."
            )
            raise locate_operation(error, proto, [node.name])
