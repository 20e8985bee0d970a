"""Handles that know which executor made them."""

from typing import Any, TypeVar

import federated_language as fl
from federated_language.framework import Executor, ExecutorValue


class OwnedValue(ExecutorValue):
    """Base of the handles of our executors.

    Args:
        executor: The executor that makes the handle. No other one accepts it.
        type_signature: The type of the value.
    """

    __slots__ = ("_executor", "_type_signature")

    def __init__(self, executor: Any, type_signature: fl.Type) -> None:
        self._executor = executor
        self._type_signature = type_signature

    @property
    def executor(self) -> object:
        """The executor that made this handle."""
        return self._executor

    @property
    def type_signature(self) -> fl.Type:
        """The type of the value."""
        return self._type_signature


_Handle = TypeVar("_Handle", bound=OwnedValue)


def own_handle(value: object, handle_class: type[_Handle], executor: Executor) -> _Handle:
    """Returns `value` as the handle of `executor` that it has to be.

    Args:
        value: What was passed as a handle.
        handle_class: The class of the executor's handles.
        executor: The executor it was passed to.

    Raises:
        TypeError: If another executor made the handle, or it is none.
    """
    name = type(executor).__name__
    if type(value) is not handle_class:
        raise TypeError(
            f"Expected a value embedded in this {name}, found a {type(value).__name__}. "
            "Embed it first with `create_value`."
        )
    if value._executor is not executor:
        raise TypeError(
            f"The value is embedded in another {name}. Compute it there, and embed the result here with `create_value`."
        )
    return value
