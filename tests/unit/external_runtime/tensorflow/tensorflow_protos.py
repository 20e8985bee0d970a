"""Hand-made TensorFlow computations: graphs no decorator would write, and few imports."""

import threading
from collections.abc import Callable

import federated_language as fl
import tensorflow as tf
from federated_language.proto import computation_pb2 as pb
from google.protobuf import any_pb2

from tffsim.computations.tensorflow_computation import tf_computation


def tensor_binding(tensor: tf.Tensor | str) -> pb.TensorFlow.Binding:
    name = tensor if isinstance(tensor, str) else tensor.name
    return pb.TensorFlow.Binding(tensor=pb.TensorFlow.TensorBinding(tensor_name=name))


def sequence_binding(variant: tf.Tensor) -> pb.TensorFlow.Binding:
    return pb.TensorFlow.Binding(sequence=pb.TensorFlow.SequenceBinding(variant_tensor_name=variant.name))


def struct_binding(*elements: pb.TensorFlow.Binding) -> pb.TensorFlow.Binding:
    return pb.TensorFlow.Binding(struct=pb.TensorFlow.StructBinding(element=elements))


def computation(
    build: Callable[[], tuple[pb.TensorFlow.Binding | None, pb.TensorFlow.Binding, str]],
    parameter: fl.Type | None,
    result: fl.Type,
) -> pb.Computation:
    """Makes a computation.

    Args:
        build: Fills the default graph; returns the bindings of parameter and result and
            the name of the operation that initialises, or "".
        parameter: Its parameter type, if any.
        result: Its result type.
    """
    with tf.Graph().as_default() as graph:
        parameter_binding, result_binding, initialize_op = build()
        packed = any_pb2.Any()
        packed.Pack(graph.as_graph_def())
    tensorflow = pb.TensorFlow(
        graph_def=packed, parameter=parameter_binding, result=result_binding, initialize_op=initialize_op
    )
    return pb.Computation(type=fl.FunctionType(parameter, result).to_proto(), tensorflow=tensorflow)


def unary(
    function: Callable[[tf.Tensor], tf.Tensor], parameter: fl.TensorType, result: fl.TensorType
) -> pb.Computation:
    """Makes a computation of one tensor that initialises whatever `function` creates."""

    def build() -> tuple[pb.TensorFlow.Binding, pb.TensorFlow.Binding, str]:
        x = tf.compat.v1.placeholder(tf.as_dtype(parameter.dtype), parameter.shape, "x")
        y = tf.identity(function(x), "y")
        return tensor_binding(x), tensor_binding(y), initializer()

    return computation(build, parameter, result)


def endless(started: threading.Event) -> pb.Computation:
    """Makes a computation of one float32 that ends at once if it is negative, and else when it is cancelled.

    If nobody does that, it ends after half a minute, so that a test fails and does not hang.

    Args:
        started: Set as soon as TensorFlow runs it.
    """

    def loop(x: tf.Tensor) -> tf.Tensor:
        announced = tf.py_function(lambda: started.set() or 0.0, [], tf.float32)
        announced.set_shape([])
        end = tf.timestamp() + 30.0
        return tf.while_loop(lambda y: (y < x) & (tf.timestamp() < end), lambda y: y * 1.0, [announced])[0]

    return tf_computation(loop, tf.float32).to_proto()


def initializer() -> str:
    """Groups the initialisers of all variables and tables; "" if there are none."""
    variables = tf.compat.v1.get_collection(tf.compat.v1.GraphKeys.GLOBAL_VARIABLES)
    tables = tf.compat.v1.get_collection(tf.compat.v1.GraphKeys.TABLE_INITIALIZERS)
    operations = [variable.initializer for variable in variables] + tables
    return tf.group(*operations, name="init").name if operations else ""
