"""A front end of its own: it makes a graph with variables, and an operation that fills them."""

import federated_language
import tensorflow as tf
from federated_language.framework import ComputationWrapper, ConcreteComputation, get_context_stack
from federated_language.proto import computation_pb2 as pb
from google.protobuf import any_pb2


def _capture(function, parameter_type, unpack, name=None):
    with tf.Graph().as_default() as graph:
        token = tf.compat.v1.placeholder(tf.string, [], "session_token")
        argument = [tf.compat.v1.placeholder(tf.as_dtype(t.dtype.type), t.shape) for t in _tensors(parameter_type)]
        result = function(*argument)
        results = [tf.identity(tensor) for tensor in (result if isinstance(result, list) else [result])]
        fill = tf.group(*(v.initializer for v in tf.compat.v1.global_variables()), name="fill")
        packed = any_pb2.Any()
        packed.Pack(graph.as_graph_def())
    types = [federated_language.TensorType(t.dtype.as_numpy_dtype, t.shape.as_list()) for t in results]
    result_type = federated_language.StructWithPythonType(types, list) if isinstance(result, list) else types[0]
    proto = pb.Computation(
        type=federated_language.FunctionType(parameter_type, result_type).to_proto(),
        tensorflow=pb.TensorFlow(
            graph_def=packed,
            parameter=_binding(argument, parameter_type) if parameter_type is not None else None,
            result=_binding(results, result_type),
            initialize_op=fill.name,
            session_token_tensor_name=token.name,
        ),
    )
    return ConcreteComputation(
        computation_proto=proto,
        context_stack=get_context_stack(),
        annotated_type=federated_language.FunctionType(parameter_type, result_type),
    )


def _tensors(type_spec):
    if type_spec is None:
        return []
    return list(type_spec) if isinstance(type_spec, federated_language.StructType) else [type_spec]


def _binding(tensors, type_spec):
    leaves = [pb.TensorFlow.Binding(tensor=pb.TensorFlow.TensorBinding(tensor_name=t.name)) for t in tensors]
    if isinstance(type_spec, federated_language.StructType):
        return pb.TensorFlow.Binding(struct=pb.TensorFlow.StructBinding(element=leaves))
    return leaves[0]


tf_computation = ComputationWrapper(_capture)
