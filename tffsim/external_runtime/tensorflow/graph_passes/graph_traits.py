"""What running a graph means for others: the threads it holds, and whether it may run twice."""

import re
from collections.abc import Iterable, Iterator, Sequence

import tensorflow as tf
from tensorflow.core.framework.attr_value_pb2 import AttrValue
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.node_def_pb2 import NodeDef
from tensorflow.python.framework import op_def_registry

from tffsim.external_runtime.tensorflow.graph_passes.graph_rewriting import all_nodes, functions_named_by
from tffsim.external_runtime.tensorflow.graph_passes.node_lists import node_of

_BRANCHES_AND_LOOPS = {"If", "StatelessIf", "Case", "StatelessCase", "While", "StatelessWhile", "Switch", "RefSwitch"}

# Their kernels start a thread of their own, unless TensorFlow runs the graph step by step
# in the calling thread. It does not if there is a branch or a loop.
_READERS = {
    "DatasetCardinality",
    "DatasetToSingleElement",
    "IteratorGetNext",
    "IteratorGetNextAsOptional",
    "MakeIterator",
    "ReduceDataset",
}

_STEP_BY_STEP = AttrValue(s=b"SINGLE_THREADED_EXECUTOR")

_JOINS = {"ZipDataset", "ConcatenateDataset", "DirectedInterleaveDataset"}

# Operations with a state that ends with the call: variables, tables, iterators, random
# numbers, and calls, which are as harmless as what they call.
_HARMLESS = (
    r"Assert|CheckNumerics(V2)?|Placeholder|VarHandleOp|VarIsInitializedOp|ReadVariableOp|Assign\w*VariableOp|Resource\w+|DestroyResourceOp"
    r"|(Anonymous\w*|Mutable\w*|)HashTable(OfTensors|V2|OfTensorsV2|)|LookupTable\w+|InitializeTableV2"
    r"|(?!Save)\w*Dataset(V\d)?|ReduceDataset|DatasetToSingleElement|DatasetCardinality|\w*Iterator\w*|Optional\w+|AnonymousSeedGenerator|DummySeedGenerator|\w*RandomSeedGenerator"
    r"|Random\w+|TruncatedNormal|ParameterizedTruncatedNormal|Multinomial|StatelessRandomGetKeyCounter|\w*RngSkip\w*"
    r"|(Stateful)?PartitionedCall|If|Case|While|TensorArray\w+|TensorList\w+|Stack\w*|EmptyTensorList"
)


def reduces_data(graph_def: GraphDef) -> bool:
    """Returns whether a graph, or a function of its library, has a loop over a data set: `ReduceDataset`."""
    return any(node.op == "ReduceDataset" for node in all_nodes(graph_def))


def num_threads(graph_def: GraphDef) -> int:
    """Returns how many threads of the operating system the kernels of a graph keep."""
    if not any(node.op in _BRANCHES_AND_LOOPS for node in all_nodes(graph_def)):
        return 0
    return sum(node.op in _READERS for nodes, _ in _not_stepped(graph_def) for node in nodes)


def data_calls_functions(graph_def: GraphDef) -> bool:
    """Returns whether data sets that a graph makes for itself may call functions.

    Those that are joined from several may: what calls one may come from outside.
    """
    return any(
        node.op in _JOINS or any(functions_named_by(node))
        for nodes, results in _not_stepped(graph_def)
        for node in _datasets_read(nodes, results)
    )


def _datasets_read(nodes: Iterable[NodeDef], results: Iterable[str]) -> Iterator[NodeDef]:
    """Yields what makes data sets and reads them, but not what made those of a loop that was rewritten."""
    datasets = {node.name: node for node in nodes if "Dataset" in node.op}
    waiting = [node for node in datasets.values() if node.op in _READERS]
    others = [source for node in nodes if node.name not in datasets for source in node.input]
    waiting += [datasets[name] for name in map(node_of, (*others, *results)) if name in datasets]
    seen: set[str] = set()
    while waiting:
        node = waiting.pop()
        if node.name not in seen:
            seen.add(node.name)
            yield node
            waiting += [datasets[name] for name in map(node_of, node.input) if name in datasets]


def _not_stepped(graph_def: GraphDef) -> Iterator[tuple[Sequence[NodeDef], Iterable[str]]]:
    """Yields nodes and results of the graph and its functions but those that are always called step by step."""
    stepped = {
        node.attr["f"].func.name for node in all_nodes(graph_def) if node.attr.get("executor_type") == _STEP_BY_STEP
    }
    yield graph_def.node, ()
    for function in graph_def.library.function:
        if function.signature.name not in stepped:
            yield function.node_def, function.ret.values()


def may_run_twice(graph_def: GraphDef) -> bool:
    """Whether nobody outside can tell if a graph ran once or twice: no files, prints or Python functions."""
    functions = {function.signature.name for function in graph_def.library.function}
    return all(node.op in functions or _is_harmless(node.op) for node in all_nodes(graph_def))


def may_be_read_twice(dataset: tf.data.Dataset) -> bool:
    """Whether nobody outside can tell if a dataset was read once or twice; False if that is unknown."""
    sources = [*dataset._inputs(), *getattr(dataset, "tffsim_sources", ())]
    if not sources and type(dataset).__name__ == "_VariantDataset":
        return False  # It came out of a graph that is gone.
    graphs = [function.function.graph.as_graph_def() for function in dataset._functions()]
    return all(map(may_run_twice, graphs)) and all(map(may_be_read_twice, sources))


def _is_harmless(operation: str) -> bool:
    definition = op_def_registry.get(operation)
    if definition is None:
        return False
    return not definition.is_stateful or re.fullmatch(_HARMLESS, operation) is not None
