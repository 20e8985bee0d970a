"""What running a graph means for others: the threads it holds, and whether it may run twice."""

import itertools
import re

import tensorflow as tf
from tensorflow.core.framework.attr_value_pb2 import AttrValue
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.python.framework import op_def_registry

from tffsim.executors.graph_rewriting import all_nodes

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

# Operations with a state that ends with the call: variables, tables, iterators, random
# numbers, and calls, which are as harmless as what they call.
_HARMLESS = re.compile(
    r"Assert|CheckNumerics(V2)?|Placeholder|VarHandleOp|VarIsInitializedOp|ReadVariableOp|Assign\w*VariableOp|Resource\w+|DestroyResourceOp"
    r"|(Anonymous\w*|Mutable\w*|)HashTable(OfTensors|V2|OfTensorsV2|)|LookupTable\w+|InitializeTableV2"
    r"|(?!Save)\w*Dataset(V\d)?|ReduceDataset|DatasetToSingleElement|DatasetCardinality|\w*Iterator\w*|Optional\w+|AnonymousSeedGenerator|DummySeedGenerator|\w*RandomSeedGenerator"
    r"|Random\w+|TruncatedNormal|ParameterizedTruncatedNormal|Multinomial|StatelessRandomGetKeyCounter|\w*RngSkip\w*"
    r"|(Stateful)?PartitionedCall|If|Case|While|TensorArray\w+|TensorList\w+|Stack\w*|EmptyTensorList"
)


def num_threads(graph_def: GraphDef) -> int:
    """Returns how many threads of the operating system the kernels of a graph keep."""
    nodes = list(all_nodes(graph_def))
    if not any(node.op in _BRANCHES_AND_LOOPS for node in nodes):
        return 0
    # Functions that are called step by step, whatever their caller does.
    stepped = {node.attr["f"].func.name for node in nodes if node.attr.get("executor_type") == _STEP_BY_STEP}
    functions = [function for function in graph_def.library.function if function.signature.name not in stepped]
    running = itertools.chain(graph_def.node, *(function.node_def for function in functions))
    return sum(node.op in _READERS for node in running)


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
    return not definition.is_stateful or _HARMLESS.fullmatch(operation) is not None
