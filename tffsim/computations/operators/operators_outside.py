"""Federated operators that are called outside of a federated computation: one sentence, not a type error.

An operator such as `federated_mean` adds a step to the federated computation that is being
defined. Outside of one, the language complains about the types of what it was given, or
about a context, which says nothing to whoever expects a mean of two numbers.

All operators of the language first turn their arguments into values, by `to_value` of one
module. `install` replaces it there by a function that looks first whether an operator calls
it where no federated computation is being defined. The operators themselves stay the language's.
"""

import functools
import sys
import types
from collections.abc import Callable

import federated_language as fl
from federated_language.federated_context import value_impl
from federated_language.framework import ContextError, SymbolBindingContext, get_context_stack

from tffsim.failures.user_error import UserError

_OPERATORS = fl.federated_sum.__module__


class OutsideError(UserError, ContextError, TypeError):
    """A federated operator was called where no federated computation is being defined."""


OutsideError.__module__ = "tffsim"


def install() -> None:
    """Lets the operators look where they are called."""
    value_impl.to_value = _checked(value_impl.to_value)


def check_is_inside(operator: str) -> None:
    """Refuses a call of an operator outside of a federated computation.

    Raises:
        OutsideError: If no federated computation is being defined in this thread.
    """
    if not isinstance(get_context_stack().current, SymbolBindingContext):
        raise OutsideError(
            f"`{operator}` is a step of a federated computation, and none is being defined here. Write a function "
            f"with `@tff.federated_computation(...)` that calls `tff.{operator}`, and call that function with your "
            "values."
        )


def _checked(to_value: Callable[..., fl.Value]) -> Callable[..., fl.Value]:
    @functools.wraps(to_value)
    def to_value_inside(*args: object, **kwargs: object) -> fl.Value:
        caller = sys._getframe(1)
        if caller.f_globals.get("__name__") == _OPERATORS:
            check_is_inside(_name_of_operator(caller))
        return to_value(*args, **kwargs)

    return to_value_inside


def _name_of_operator(frame: types.FrameType) -> str:
    """Returns the public name: some operators share a private function."""
    while frame.f_code.co_name.startswith("_") and frame.f_back is not None:
        frame = frame.f_back
    return frame.f_code.co_name
