"""The decorator that turns Python functions of TensorFlow code into computations."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

import federated_language as fl
from federated_language.common_libs import structure
from federated_language.framework import ComputationWrapper, ConcreteComputation, PolymorphicComputation

from tffsim.computations import graph_capture
from tffsim.computations.context_stack import context_stack
from tffsim.computations.tensorflow_types import infer_type, to_type


def _capture(
    function: Callable[..., Any], parameter_type: fl.Type | None, unpack: bool | None, name: str | None = None
) -> ConcreteComputation:
    name = name or str(getattr(graph_capture.unwrapped(function), "__name__", "<unnamed>"))
    one_argument = _with_one_argument(function, parameter_type, unpack)
    proto, type_signature = graph_capture.capture(one_argument, parameter_type, name)
    computation = ConcreteComputation(
        computation_proto=proto,
        context_stack=context_stack,  # type: ignore[arg-type]
        annotated_type=type_signature,
    )
    computation.__name__ = name  # type: ignore[attr-defined]
    computation.__wrapped__ = function  # type: ignore[attr-defined]
    return computation


def _with_one_argument(
    function: Callable[..., Any], parameter_type: fl.Type | None, unpack: bool | None
) -> Callable[..., Any]:
    """Returns a function of at most one argument that passes its parts on."""
    if parameter_type is None:

        def call(*nothing: Any) -> Any:
            return function()
    elif unpack or (unpack is None and len(inspect.signature(function).parameters) != 1):

        def call(*values: Any) -> Any:
            names = [name for name, _ in parameter_type.items()]
            elements = list(_elements(values[0]))
            positional = [element for name, element in zip(names, elements, strict=True) if name is None]
            named = {name: element for name, element in zip(names, elements, strict=True) if name is not None}
            return function(*positional, **named)
    else:

        def call(*values: Any) -> Any:
            return function(values[0])

    call.user_function = function  # type: ignore[attr-defined]
    return call


def _elements(value: Any) -> Any:
    if isinstance(value, dict):
        return value.values()
    if isinstance(value, structure.Struct):
        return iter(value)
    return value


class _Decorator(ComputationWrapper):
    """Gives computations without types the names of their functions."""

    def __call__(self, *args: Any) -> Any:
        made = super().__call__(*args)
        if args and callable(args[0]) and not isinstance(args[0], type):
            return _named(made, args[0])
        return lambda function: _named(made(function), function)


def _named(computation: Any, function: Callable[..., Any]) -> Any:
    if isinstance(computation, PolymorphicComputation):
        functools.update_wrapper(computation, function, updated=())
    return computation


tf_computation = _Decorator(_capture, to_type, infer_type)
tf_computation.__doc__ = """Turns a Python function of TensorFlow code into a computation.

Use it as a decorator, with or without types, or call it on a function:

    @tf_computation(np.float32, np.float32)
    def add(x, y):
        return x + y

    double = tf_computation(lambda x: 2 * x, np.float32)

Without types, the function is captured again for every new type of arguments.

The function receives tensors, `tf.data.Dataset`s and containers of them, and returns the
same; numbers and NumPy arrays become tensors. It may create variables, tables and Keras
models: every call starts from their initial values. It may call other TensorFlow
computations.

Random numbers of TensorFlow and Keras are new in every call. Operations and layers with a
seed draw the same ones in every call. With a global seed (`tf.random.set_seed`) calls
differ, and the whole program draws the same numbers each time it runs.

Args:
    *args: A function, or the types of its parameters, or both, the function first. A
        type is whatever `tffsim.to_type` takes, a `tf.DType`, a `tf.TensorSpec`, a
        `tf.data.DatasetSpec` or a dataclass of them.

Returns:
    A computation; without types, a function that makes one for the types of each call.

Raises:
    TypeError: If the result cannot be represented, or the types do not fit the function.
    ComputationReturnedNoneError: If the function returns None.
"""
