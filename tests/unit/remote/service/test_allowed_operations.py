"""Every operation of TensorFlow is either allowed or forbidden, and a strict worker runs none but the allowed."""

import federated_language as fl
import numpy as np
import pytest
import tensorflow as tf
from federated_language.proto import computation_pb2 as pb
from google.protobuf import any_pb2
from tensorflow.core.framework import op_def_pb2
from tensorflow.python.client import pywrap_tf_session

import tffsim as tff
from tffsim.remote.service.allowed_operations import (
    RefusedOperationError,
    allowed_operations,
    check_operations,
    forbidden_operations,
)

DANGEROUS = (
    "CacheDatasetV2", "PrintV2", "ImmutableConst", "SnapshotDatasetV2", "ReadFile", "WriteFile", "EagerPyFunc",
    "DatasetFromGraph", "RemoteCall", "DataServiceDatasetV4", "XlaCallModule", "DebugIdentityV3", "_Send", "_Recv",
    "TFRecordDatasetV2", "RpcCall", "DecodeProtoV2", "LoadAndRemapMatrix", "FixedUnigramCandidateSampler",
)  # fmt: skip


def operations_of_tensorflow():
    content = pywrap_tf_session.TF_GetBuffer(pywrap_tf_session.TF_GetAllOpList())
    return {operation.name for operation in op_def_pb2.OpList.FromString(content).op}


def graph_of(*operations, function=()):
    """Returns a computation whose graph has these operations, and a function with those."""
    graph = tf.compat.v1.GraphDef()
    for number, operation in enumerate(operations):
        graph.node.add(name=f"node_{number}", op=operation)
    if function:
        added = graph.library.function.add()
        added.signature.name = "inner"
        for number, operation in enumerate(function):
            added.node_def.add(name=f"node_{number}", op=operation)
    packed = any_pb2.Any()
    packed.Pack(graph)
    return pb.Computation(tensorflow=pb.TensorFlow(graph_def=packed))


def test_each_operation_of_tensorflow_is_in_one_of_the_two_lists():
    """A new one is missing: look what it can reach, and put it into one of the files beside the module."""
    known = operations_of_tensorflow()
    assert sorted(known - allowed_operations() - forbidden_operations().keys()) == []
    assert sorted(allowed_operations() & forbidden_operations().keys()) == []


@pytest.mark.parametrize("name", sorted(forbidden_operations()))
def test_a_forbidden_operation_is_refused_by_its_name(name):
    with pytest.raises(RefusedOperationError, match=f"operation {name} "):
        check_operations(graph_of("Const", name))


@pytest.mark.parametrize("name", DANGEROUS)
def test_what_reaches_files_networks_python_or_other_graphs_is_forbidden(name):
    assert forbidden_operations()[name]
    with pytest.raises(RefusedOperationError, match=name):
        check_operations(graph_of("Const", "PartitionedCall", function=("Const", name)))


def test_an_operation_that_nobody_knows_is_refused():
    with pytest.raises(RefusedOperationError, match=r"SomethingNew.*no list"):
        check_operations(graph_of("SomethingNew"))


def test_a_function_of_the_graph_may_be_called():
    check_operations(graph_of("inner", function=("Add",)))


def test_a_function_cannot_pass_for_an_operation():
    graph = tf.compat.v1.GraphDef()
    graph.library.function.add().signature.name = "ReadFile"
    graph.node.add(name="node", op="ReadFile")
    packed = any_pb2.Any()
    packed.Pack(graph)
    with pytest.raises(RefusedOperationError, match="ReadFile"):
        check_operations(pb.Computation(tensorflow=pb.TensorFlow(graph_def=packed)))


def test_parts_of_a_federated_computation_are_looked_at():
    @tff.tf_computation(np.str_)
    def read(name):
        return tf.io.read_file(name)

    @tff.federated_computation(fl.FederatedType(np.str_, fl.CLIENTS))
    def read_all(names):
        return fl.federated_map(read, names)

    with pytest.raises(RefusedOperationError, match="ReadFile"):
        check_operations(read_all.to_proto())


def test_xla_is_refused():
    with pytest.raises(RefusedOperationError, match="XLA"):
        check_operations(pb.Computation(xla=pb.Xla()))
