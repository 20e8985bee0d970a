"""The decorator that turns Python functions into federated computations, with their names."""

import functools
from collections.abc import Callable
from typing import Any

import federated_language as fl
from federated_language.framework import ConcreteComputation, PolymorphicComputation

from tffsim.computations.context_stack import with_shared_default


def federated_computation(*args: Any) -> Any:
    """Turns a Python function that orchestrates into a computation.

    As `federated_language.federated_computation`; in addition the computation carries
    the function's name and documentation, which messages and pictures show.

    Args:
        *args: A function, or the types of its parameters, or both, the function first.

    Returns:
        A computation; without types, a function that makes one for the types of each
        call.

    Raises:
        TypeError: If the types do not fit the function.
        ComputationReturnedNoneError: If the function returns None.
    """
    if args and callable(args[0]) and not isinstance(args[0], type):
        return _named(fl.federated_computation(*args), args[0])
    decorate = fl.federated_computation(*args)
    return lambda function: _named(decorate(function), function)


def _named(computation: Any, function: Callable[..., Any]) -> Any:
    if isinstance(computation, PolymorphicComputation):
        made = computation

        def concrete(parameter_type: fl.Type, unpack: bool | None) -> ConcreteComputation:
            return _named(made.fn_for_argument_type(parameter_type, unpack), function)

        computation = PolymorphicComputation(concrete, _infer_type)
    else:
        computation = with_shared_default(computation)
    return functools.update_wrapper(computation, function, updated=())


def _infer_type(value: object) -> fl.Type:
    """Returns the type of an argument; whatever has one for a `tf_computation` has one here."""
    from tffsim.computations.tensorflow_types import infer_type

    return infer_type(value)
