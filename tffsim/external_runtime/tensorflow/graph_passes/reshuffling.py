"""Finds graphs that shuffle the same data again.

A shuffle draws a new order for each reading. Which one the second reading gets depends
on whether TensorFlow's optimisations of data sets were on: with them `ReduceDataset` reads
a copy, whose shuffle starts anew, and `shuffle().repeat()` is one step with an order of
its own. Where that can matter, data is read with them. `reading_options` looks at the
data sets that come from outside.
"""

from collections.abc import Iterable, Mapping, Sequence

from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.node_def_pb2 import NodeDef

from tffsim.external_runtime.tensorflow.graph_passes.graph_rewriting import functions_named_by
from tffsim.external_runtime.tensorflow.graph_passes.node_lists import node_of

_READERS = frozenset(["ReduceDataset", "MakeIterator", "DatasetToSingleElement"])
_LOOPS = frozenset(["While", "StatelessWhile"])


def reshuffles(graph_def: GraphDef) -> bool:
    """Returns whether a graph may shuffle the same data again."""
    library = {function.signature.name: function.node_def for function in graph_def.library.function}
    lists = [graph_def.node, *library.values()]
    if not any(node.op.startswith("ShuffleDataset") for nodes in lists for node in nodes):
        return False
    return any(map(_repeats_a_shuffle, lists)) or _readings(graph_def.node, library) > 1


def _repeats_a_shuffle(nodes: Sequence[NodeDef]) -> bool:
    ops = {node.name: node.op for node in nodes}
    repeated = [ops.get(node_of(node.input[0]), "") for node in nodes if node.op == "RepeatDataset"]
    return any(op.startswith("ShuffleDataset") or "Dataset" not in op for op in repeated)


def _readings(nodes: Iterable[NodeDef], library: Mapping[str, Sequence[NodeDef]]) -> int:
    """Counts how often nodes read data; 2 stands for any number above 1."""
    count = 0
    for node in nodes:
        called = {node.op, *(function.name for function in functions_named_by(node))} & library.keys()
        below = sum(_readings(library[name], library) for name in called)
        count += int(node.op in _READERS) + (2 * below if node.op in _LOOPS else below)
        if count > 1:
            break
    return count
