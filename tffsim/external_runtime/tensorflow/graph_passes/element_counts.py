"""How many elements a graph reads, told from the lengths of the data sets that it is given.

Only an estimate: whoever relies on it must look at where the data ends.
"""

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence

import tensorflow as tf
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.node_def_pb2 import NodeDef

from tffsim.external_runtime.tensorflow.graph_passes.dataset_reductions import Library, NotALoopError
from tffsim.external_runtime.tensorflow.graph_passes.graph_rewriting import calls_of, tensor_name
from tffsim.external_runtime.tensorflow.graph_passes.node_lists import (
    FunctionNodes,
    GraphNodes,
    NodeList,
    data_inputs,
    node_of,
)

CALLS = frozenset(["PartitionedCall", "StatefulPartitionedCall"])
"""The operations that run a function once."""

_Step = tuple[str, int]

# How many elements come out, given how many go in and the number that the operation takes.
_COUNTS: Mapping[str, Callable[[int, int], int]] = {
    "batch": lambda length, size: -(-length // size),
    "batch without the rest": lambda length, size: length // size,
    "repeat": lambda length, times: length * times,
    "skip": lambda length, count: max(length - count, 0),
    "take": min,
}
_SAME_NUMBER = frozenset(
    [
        "CacheDatasetV2",
        "Identity",
        "OptionsDataset",
        "PrefetchDataset",
        "ShuffleDataset",
        "ShuffleDatasetV2",
        "ShuffleDatasetV3",
    ]
)
_MAPS = frozenset(["MapDataset", "ParallelMapDatasetV2"])
_OF_A_NUMBER = {"RepeatDataset": "repeat", "SkipDataset": "skip", "TakeDataset": "take"}


@dataclasses.dataclass(frozen=True, slots=True)
class ElementCount:
    """How many elements a data set has.

    Attributes:
        feed: The data set that it is made of, as `node:output` of the graph.
        steps: What is done to that one, and with which number.
    """

    feed: str
    steps: Sequence[_Step]

    def given(self, length: int) -> int:
        """Returns the number of elements, given that of the data set `feed`."""
        for step, number in self.steps:
            length = _COUNTS[step](length, number)
        return length


def element_count(
    dataset: str, nodes: NodeList, graph_def: GraphDef, library: Library, feeds: Collection[str]
) -> ElementCount:
    """Finds out where a data set comes from.

    Args:
        dataset: Its tensor.
        nodes: Where it stands.
        graph_def: The graph.
        library: Its functions.
        feeds: The tensors that are given, as `node:output`.

    Raises:
        NotALoopError: If that is not known, or if it may be read more than once.
    """
    steps: list[_Step] = []
    while True:
        if not nodes.name and tensor_name(dataset) in feeds:
            return ElementCount(tensor_name(dataset), tuple(reversed(steps)))
        source = {node.name: node for node in nodes.nodes}.get(node_of(dataset))
        if source is None:
            nodes, dataset = _caller(nodes, dataset, graph_def, library)
            continue
        steps += _steps(source, nodes)
        dataset = data_inputs(source)[0]


def _caller(nodes: NodeList, argument: str, graph_def: GraphDef, library: Library) -> tuple[NodeList, str]:
    """Returns what a function is given, and where that stands."""
    names = [given.name for given in library[nodes.name].signature.input_arg] if nodes.name else []
    calls = list(calls_of(graph_def, nodes.name)) if argument in names else []
    if len(calls) != 1:
        raise NotALoopError("nobody knows how many elements it reads")
    (function, name) = calls[0]
    outer: NodeList = FunctionNodes(library[function]) if function else GraphNodes(graph_def)
    call = next(node for node in outer.nodes if node.name == name)
    if call.op not in {*CALLS, nodes.name}:
        raise NotALoopError("it may be called several times")
    return outer, data_inputs(call)[names.index(argument)]


def _steps(source: NodeDef, nodes: NodeList) -> list[_Step]:
    if source.op in _SAME_NUMBER or (source.op in _MAPS and source.attr["preserve_cardinality"].b):
        return []
    inputs = data_inputs(source)
    if source.op in _OF_A_NUMBER:
        count = _constant(inputs[1], nodes)
        if count >= 0:
            return [(_OF_A_NUMBER[source.op], count)]
    if source.op == "BatchDatasetV2":
        size, drops_rest = _constant(inputs[1], nodes), _constant(inputs[2], nodes)
        if size > 0:
            return [("batch without the rest" if drops_rest else "batch", size)]
    raise NotALoopError(f"nobody knows how many elements there are after `{source.op}`")


def _constant(tensor: str, nodes: NodeList) -> int:
    node = next((node for node in nodes.nodes if node.name == node_of(tensor)), None)
    if node is None or node.op != "Const":
        raise NotALoopError(f"`{node_of(tensor)}` is not known before the function runs")
    return int(tf.make_ndarray(node.attr["value"].tensor))
