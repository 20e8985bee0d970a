"""Graphs of computations as functions of TensorFlow."""

import federated_language as fl
import numpy as np
import pytest
import tensorflow as tf
from federated_language.framework import Literal
from federated_language.proto import computation_pb2 as pb

from tests.unit.external_runtime.tensorflow.tensorflow_protos import (
    computation,
    struct_binding,
    tensor_binding,
    unary,
)
from tffsim.external_runtime.tensorflow.functions.tensorflow_function import TensorFlowFunction, tensorflow_function
from tffsim.external_runtime.tensorflow.graph_passes import graph_rewriting

FLOAT = fl.TensorType(np.float32)
INT = fl.TensorType(np.int64)


def test_library_functions_of_two_graphs_may_have_the_same_name():
    def calling(factor: float) -> pb.Computation:
        proto = unary(tf.function(lambda x: x * factor, autograph=False), FLOAT, FLOAT)
        graph_def = tf.compat.v1.GraphDef.FromString(proto.tensorflow.graph_def.value)
        (inner,) = graph_def.library.function
        graph_rewriting.rename_functions(graph_def.node, [inner], "")
        for node in graph_def.node:
            if "f" in node.attr:
                node.attr["f"].func.name = "same_name"
        inner.signature.name = "same_name"
        proto.tensorflow.graph_def.Pack(graph_def)
        return proto

    two, three = TensorFlowFunction(calling(2.0)), TensorFlowFunction(calling(3.0))
    assert float(two(tf.constant(1.0))) == 2.0
    assert float(three(tf.constant(1.0))) == 3.0


def test_the_initialiser_of_a_graph_with_a_tensorflow_1_loop_runs_before_the_loop():
    def loop(x: tf.Tensor) -> tf.Tensor:
        start = tf.compat.v1.Variable(5.0, use_resource=True)
        tf.compat.v1.disable_control_flow_v2()
        try:
            return tf.while_loop(lambda i, _: i < 3, lambda i, s: (i + 1, s + x), (0, start.read_value()))[1]
        finally:
            tf.compat.v1.enable_control_flow_v2()

    function = TensorFlowFunction(unary(loop, FLOAT, FLOAT))
    assert [float(function(tf.constant(1.0))) for _ in range(2)] == [8.0, 8.0]


def test_the_session_token_of_old_computations_is_fed():
    def build():
        x = tf.compat.v1.placeholder(tf.float32, [], "x")
        token = tf.compat.v1.placeholder(tf.string, [], "token")
        with tf.control_dependencies([token]):
            return tensor_binding(x), tensor_binding(x + tf.cast(tf.strings.length(token), tf.float32)), ""

    proto = computation(build, FLOAT, FLOAT)
    proto.tensorflow.session_token_tensor_name = "token:0"
    assert float(TensorFlowFunction(proto)(tf.constant(1.0))) == 1.0


def test_a_computation_is_imported_once_whatever_proto_carries_it():
    proto = unary(lambda x: x + 1.0, FLOAT, FLOAT)
    copy = pb.Computation.FromString(proto.SerializeToString())
    assert tensorflow_function(proto) is tensorflow_function(copy)
    assert tensorflow_function(proto) is not tensorflow_function(proto, "/device:CPU:0")


def test_names_that_are_not_in_the_graph_are_listed():
    proto = unary(lambda x: x, FLOAT, FLOAT)
    proto.tensorflow.result.tensor.tensor_name = "nowhere:0"
    with pytest.raises(TypeError, match="nowhere:0"):
        TensorFlowFunction(proto)
    proto.tensorflow.result.tensor.tensor_name = "y:5"
    with pytest.raises(TypeError, match="y:5"):
        TensorFlowFunction(proto)


@pytest.mark.parametrize(
    ("parameter", "result", "message"),
    [
        (FLOAT, fl.StructType([FLOAT, FLOAT]), "binds tensor to its result, .* needs <tensor,tensor>"),
        (FLOAT, fl.StructType([]), "to its result, .* needs <>"),
        (FLOAT, fl.SequenceType(FLOAT), "to its result, .* needs sequence"),
        (fl.StructType([FLOAT, FLOAT]), FLOAT, "to its parameter, .* needs <tensor,tensor>"),
        (None, FLOAT, "to its parameter"),
        (FLOAT, INT, "is float32, its type says int64"),
    ],
)
def test_a_graph_with_other_tensors_than_its_type_is_refused(parameter, result, message):
    def build():
        x = tf.compat.v1.placeholder(tf.float32, [], "x")
        return tensor_binding(x), tensor_binding(x + 1.0), ""

    with pytest.raises(TypeError, match=message):
        TensorFlowFunction(computation(build, parameter, result))


def test_a_graph_with_more_tensors_than_its_type_is_refused():
    def build():
        x = tf.compat.v1.placeholder(tf.float32, [], "x")
        return tensor_binding(x), struct_binding(tensor_binding(x), tensor_binding(x + 1.0)), ""

    with pytest.raises(TypeError, match=r"binds <tensor,tensor> to its result, .* needs tensor"):
        TensorFlowFunction(computation(build, FLOAT, FLOAT))


def test_another_kind_of_computation_is_refused_by_name():
    with pytest.raises(ValueError, match="`literal`"):
        TensorFlowFunction(Literal(np.int32(1), fl.TensorType(np.int32)).to_proto())
