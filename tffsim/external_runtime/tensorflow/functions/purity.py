"""Which computations give equal results for equal arguments, so that these can be remembered."""

import tensorflow as tf
from federated_language import framework
from federated_language.proto import computation_pb2 as pb
from tensorflow.python.framework import op_def_registry

from tffsim.language import building_blocks
from tffsim.language.identity_cache import IdentityCache


def is_pure(computation: pb.Computation) -> bool:
    """Whether a computation is known to give equal results for equal arguments.

    It is, if no part of it reads data from elsewhere, and no TensorFlow operation in it
    has a state: variables, random numbers, files and Python functions are excluded. A
    computation that is not known to be pure may still be so.
    """
    return _is_pure(computation)


def _find_out(computation: pb.Computation) -> bool:
    def is_impure(block: framework.ComputationBuildingBlock) -> bool:
        if isinstance(block, framework.CompiledComputation):
            return not _is_pure_graph(block.to_proto())
        return isinstance(block, framework.Data)

    return framework.computation_count(building_blocks.to_building_block(computation), is_impure) == 0


_is_pure: IdentityCache[pb.Computation, bool] = IdentityCache(_find_out)


def _is_pure_graph(computation: pb.Computation) -> bool:
    if computation.WhichOneof("computation") != "tensorflow":
        return False
    graph = tf.compat.v1.GraphDef()
    computation.tensorflow.graph_def.Unpack(graph)
    functions = {function.signature.name: function.node_def for function in graph.library.function}
    return all(_is_stateless(node.op, functions) for nodes in (graph.node, *functions.values()) for node in nodes)


def _is_stateless(operation: str, functions: dict[str, object]) -> bool:
    """A call of a library function is as pure as the nodes of that function."""
    if operation in functions or operation in _CONTROL_FLOW:
        return True
    definition = op_def_registry.get(operation)
    return definition is not None and not definition.is_stateful


# These count as stateful because the functions that they call may be.
_CONTROL_FLOW = frozenset({"Placeholder", "PartitionedCall", "StatefulPartitionedCall", "If", "While", "Case"})
