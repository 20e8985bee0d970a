"""Capturing a Python function as a TensorFlow graph in a computation proto.

The function runs once, with placeholders for its parameter, in a graph of its own.
Operations with side effects are ordered as the function wrote them, and run even if no
result depends on them: a print prints, an assignment assigns. The initialisation of a
variable is such an operation too, so every call starts from the initial values.
"""

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence

import federated_language as fl
import tensorflow as tf
from federated_language.framework import ComputationReturnedNoneError, get_context_stack
from federated_language.proto import computation_pb2 as pb
from google.protobuf import any_pb2
from tensorflow.python.framework.auto_control_deps import AutomaticControlDependencies

from tffsim.external_runtime.tensorflow import bindings
from tffsim.external_runtime.tensorflow.capture import (
    global_seed,
    keras_seeds,
    keras_state,
    unused_results,  # noqa: F401  # Silences TensorFlow.
)
from tffsim.external_runtime.tensorflow.capture.graph_inlining import GraphContext
from tffsim.external_runtime.tensorflow.capture.tensor_equality import CapturedGraph
from tffsim.failures.source_places import innermost_of_user, source_line_at
from tffsim.language import provenance

global_seed.install()
keras_seeds.install()


def capture(
    function: Callable[..., object], parameter_type: fl.Type | None, name: str
) -> tuple[pb.Computation, fl.FunctionType]:
    """Captures a function as a computation.

    Args:
        function: Takes the parameter, or nothing if `parameter_type` is None.
        parameter_type: The type of the parameter.
        name: The function's name, for messages.

    Returns:
        The computation, and its type with the Python containers of the user.

    Raises:
        ComputationReturnedNoneError: If the function returns None.
        TypeError: If its result cannot be represented.
    """
    graph = CapturedGraph()
    inlining = GraphContext(name)
    with keras_state.unchanged_by(graph), graph.as_default(), get_context_stack().install(inlining):
        token = tf.compat.v1.placeholder(tf.string, [], name="session_token")
        control = AutomaticControlDependencies()
        with control:
            binding, result = _call(function, parameter_type, name)
            result_type, result_binding, tensors = bindings.capture_result(result, f"the result of `{name}`")
            returned = [control.mark_as_return(tensor) for tensor in tensors]
        result_binding = bindings.rebind(result_binding, iter(returned))
    type_signature = fl.FunctionType(parameter_type, result_type)
    tensorflow = pb.TensorFlow(
        graph_def=_pack(graph),
        parameter=binding,
        result=result_binding,
        session_token_tensor_name=token.name,
    )
    proto = pb.Computation(type=type_signature.to_proto(), tensorflow=tensorflow)
    op_lines = {**inlining.op_lines, **_op_lines(graph)}
    provenance.record(proto, _origin(function, name, op_lines, [tensor.op for tensor in tensors]))
    # A private name of TensorFlow; without it such functions could not be called at all.
    python_functions = getattr(graph, "_py_funcs_used_in_graph", ())
    provenance.keep_python_functions(tensorflow.graph_def.value, python_functions)
    return proto, type_signature


def unwrapped(function: Callable[..., object]) -> Callable[..., object]:
    """Returns the user's Python function below wrappers such as `tf.function`."""
    function = getattr(function, "python_function", function)
    while isinstance(function, functools.partial):
        function = function.func
    return getattr(function, "__wrapped__", function)


def _call(
    function: Callable[..., object], parameter_type: fl.Type | None, name: str
) -> tuple[pb.TensorFlow.Binding | None, object]:
    if parameter_type is None:
        binding, result = None, function()
    else:
        value, binding = bindings.stamp_parameter(parameter_type)
        result = function(value)
    if result is None:
        raise _returned_none(function)
    return binding, result


def _returned_none(function: Callable[..., object]) -> Exception:
    inner = getattr(function, "user_function", function)
    return ComputationReturnedNoneError(unwrapped(inner))


def _pack(graph: tf.Graph) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(graph.as_graph_def(), deterministic=True)
    return packed


def _origin(
    function: Callable[..., object],
    name: str,
    op_lines: Mapping[str, tuple[str, int, str]],
    outputs: Sequence[tf.Operation],
) -> provenance.Provenance:
    function = getattr(function, "user_function", function)
    source = provenance.source_of(unwrapped(function), name)
    source = dataclasses.replace(source, parameters=provenance.parameters_of(function))
    places = (_place_of(output) for output in outputs)
    lines = (place[1] for place in places if place is not None and place[0] == source.filename)
    return provenance.Provenance(source, op_lines, next(lines, 0))


def _op_lines(graph: tf.Graph) -> dict[str, tuple[str, int, str]]:
    described = functools.cache(source_line_at)
    places = ((op.name, _place_of(op)) for op in graph.get_operations())
    return {name: described(*place) for name, place in places if place is not None}


def _place_of(op: tf.Operation) -> tuple[str, int] | None:
    return innermost_of_user((frame[0], frame[1]) for frame in op.traceback or ())
