"""The decorator that turns Python functions of TensorFlow code into computations."""

import functools
import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import federated_language as fl
from federated_language.common_libs import structure
from federated_language.framework import ComputationWrapper, ConcreteComputation, PolymorphicComputation

from tffsim.computations.computation_calls import TypedComputation, UntypedComputation
from tffsim.computations.context_stack import context_stack
from tffsim.computations.definition import define
from tffsim.computations.mistakes.tensorflow_mistakes import explain
from tffsim.computations.mistakes.tensorflow_outside_objects import UnbuiltObjects
from tffsim.external_runtime.tensorflow.capture import graph_capture
from tffsim.external_runtime.tensorflow.tensorflow_types import infer_type, to_type
from tffsim.failures.user_error import user_facing
from tffsim.language.lambda_names import LAMBDA, name_of_function
from tffsim.language.struct_types import field_names
from tffsim.language.type_kinds import struct_type_of


@user_facing
def tf_computation(*args: object) -> Any:
    """Turns a Python function of TensorFlow code into a computation.

    Use it as a decorator, with or without types, or call it on a function::

        @tf_computation(np.float32, np.float32)
        def add(x, y):
            return x + y

        double = tf_computation(lambda x: 2 * x, np.float32)

    Without types, the function is captured again for every new type of arguments.

    The function receives tensors, datasets (`tf.data.Dataset`) and containers of them, and returns
    the same; numbers and NumPy arrays become tensors. It may create variables, tables and Keras
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
        DefinitionError: If the function cannot become a computation: what was wrong, where, and what to do.
    """
    if args and callable(args[0]) and not isinstance(args[0], type):
        return _made(args[0], args[1:])
    types = define(lambda: _to_types(args), explain, function=None, name="computation", is_typed=True)
    return user_facing(lambda function: _made(function, types))


def _made(function: Callable[..., object], types: Sequence[object]) -> Any:
    def make() -> object:
        return _wrap(function, *types)

    computation = define(make, explain, function=function, name=_name_of(function), is_typed=bool(types))
    if not isinstance(computation, PolymorphicComputation):
        return computation

    def concrete(parameter_type: fl.Type, unpack: bool | None) -> ConcreteComputation:
        return define(
            lambda: computation.fn_for_argument_type(parameter_type, unpack),
            explain,
            function=function,
            name=_name_of(function),
            is_typed=False,
        )

    untyped = UntypedComputation(concrete, infer_type, function, is_plain=True)
    functools.update_wrapper(untyped, function, updated=())
    untyped.__name__ = _name_of(function)  # type: ignore[attr-defined]
    return untyped


def _to_types(specs: Sequence[object]) -> list[fl.Type | None]:
    return [to_type(spec) for spec in specs]


def _name_of(function: Callable[..., object]) -> str:
    return name_of_function(graph_capture.unwrapped(function), "<unnamed>")


def _capture(
    function: Callable[..., object], parameter_type: fl.Type | None, unpack: bool | None, name: str | None = None
) -> ConcreteComputation:
    name = _name_of(function) if name in (None, LAMBDA) else name
    one_argument = _with_one_argument(function, parameter_type, unpack)
    unbuilt = UnbuiltObjects(function)
    proto, type_signature = graph_capture.capture(one_argument, parameter_type, name)
    unbuilt.check()
    computation = TypedComputation(
        computation_proto=proto,
        context_stack=context_stack,  # type: ignore[arg-type]
        annotated_type=type_signature,
    )
    computation.__name__ = name  # type: ignore[attr-defined]
    computation.__wrapped__ = function  # type: ignore[attr-defined]
    return computation


def _with_one_argument(
    function: Callable[..., object], parameter_type: fl.Type | None, unpack: bool | None
) -> Callable[..., object]:
    """Returns a function of at most one argument that passes its parts on."""
    if parameter_type is None:

        def call(*nothing: object) -> object:
            return function()
    elif unpack or (unpack is None and len(inspect.signature(function).parameters) != 1):

        def call(*values: object) -> object:
            names = field_names(struct_type_of(parameter_type))
            elements = list(_elements(values[0]))
            positional = [element for name, element in zip(names, elements, strict=True) if name is None]
            named = {name: element for name, element in zip(names, elements, strict=True) if name is not None}
            return function(*positional, **named)
    else:

        def call(*values: object) -> object:
            return function(values[0])

    call.user_function = function  # type: ignore[attr-defined]
    return call


def _elements(value: Any) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    if isinstance(value, structure.Struct):
        return iter(value)
    return value


_wrap = ComputationWrapper(_capture, to_type, infer_type)
