"""Finds the user's source line in an error that TensorFlow raised inside a graph.

TensorFlow names the operations that failed, as `{{node model/div}}`. Whoever traced the
function noted which source line made which operation.
"""

import re
from collections.abc import Iterator

import tensorflow as tf

from tffsim.computations.provenance import Provenance

_NODE = re.compile(r"\{\{node ([^}]+)\}\}")


def source_line(error: tf.errors.OpError, provenance: Provenance | None) -> str | None:
    """Returns the source line of the operation that failed.

    Args:
        error: What TensorFlow raised.
        provenance: Where the operations of the graph came from; None if unknown.

    Returns:
        Something like `model.py:12: return x / y`, or None if no operation in the
        error is known.
    """
    if provenance is None:
        return None
    for node in _NODE.findall(error.message or ""):
        for name in _names_before_inlining(node):
            line = provenance.op_lines.get(name)
            if line is not None:
                return line
    return None


def _names_before_inlining(node: str) -> Iterator[str]:
    """Yields possible original names: inlining a function puts its caller in front."""
    parts = node.split("/")
    yield from ("/".join(parts[start:]) for start in range(len(parts)))
    yield from ("/".join(parts[:end]) for end in range(len(parts) - 1, 0, -1))
