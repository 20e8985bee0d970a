"""Whether a dataset reads alike each time: then it can be let go, and made anew when it is needed again.

A shuffled dataset comes in another order each time that it is read: it counts how often it was. One that draws random
numbers takes the next seed of TensorFlow when it is made. Such a dataset must be kept.
"""

from typing import Any

import tensorflow as tf
from tensorflow.python.framework import op_def_registry

_UNSTEADY = ("Shuffle", "Random")
"""Parts of the names of TensorFlow's operations, and of its classes of datasets."""


def is_steady(dataset: tf.data.Dataset) -> bool:
    """Returns whether a dataset, and one made in the same way, read alike each time; False if that is unknown."""
    name = type(dataset).__name__
    # A variant came out of a graph that nobody can look into.
    if _is_unsteady(name) or name == "_VariantDataset" or any(map(_has_state, dataset._functions())):
        return False
    return all(map(is_steady, dataset._inputs()))


def _has_state(function: Any) -> bool:
    graph_def = function.function.graph.as_graph_def()
    nodes = [*graph_def.node, *(node for inner in graph_def.library.function for node in inner.node_def)]
    definitions = filter(None, (op_def_registry.get(node.op) for node in nodes))
    # TensorFlow says of all operations that make data sets that they have a state.
    return any(op.is_stateful and ("Dataset" not in op.name or _is_unsteady(op.name)) for op in definitions)


def _is_unsteady(name: str) -> bool:
    return any(part in name for part in _UNSTEADY)
