"""Computations as users call them: what is wrong with a call is said in the user's line."""

from collections.abc import Callable
from typing import Any

import federated_language as fl
from federated_language.framework import ConcreteComputation, PolymorphicComputation

from tffsim.computations.context_stack import context_stack
from tffsim.computations.mistakes.call_mistakes import explain_call, explain_untyped_call
from tffsim.failures.user_error import UserError, as_cause, user_facing
from tffsim.language.type_differences import short


class TypedComputation(ConcreteComputation):
    """A computation, with its types."""

    # AutoGraph, which converts `tf.function`s and what they call, looks for this, and leaves it alone.
    autograph_info__ = None

    @user_facing
    def __call__(self, *args: object, **kwargs: object) -> Any:
        try:
            return super().__call__(*args, **kwargs)  # type: ignore[no-untyped-call]  # The language leaves it open.
        except Exception as error:
            better = explain_call(self, args, kwargs, error)
            if better is None:
                raise
            raise better from _cause(error)

    def __repr__(self) -> str:
        return f"<computation {_name_of(self)}: {short(self.type_signature)}>"


class UntypedComputation(PolymorphicComputation):
    """A function that becomes a computation for the types of each call.

    Args:
        make: Makes the computation for a type of arguments.
        infer_type: Returns the type of an argument.
        function: The user's function.
        is_plain: Whether it takes values without a placement only.
    """

    autograph_info__ = None

    def __init__(
        self,
        make: Callable[[fl.Type, bool | None], ConcreteComputation],
        infer_type: Callable[[object], fl.Type],
        function: Callable[..., object],
        *,
        is_plain: bool,
    ) -> None:
        super().__init__(make, infer_type)
        self._function = function
        self._is_plain = is_plain

    @user_facing
    def __call__(self, *args: object, **kwargs: object) -> Any:
        try:
            return super().__call__(*args, **kwargs)  # type: ignore[no-untyped-call]  # The language leaves it open.
        except Exception as error:
            better = explain_untyped_call(self._function, args, kwargs, error, is_plain=self._is_plain)
            if better is None:
                raise
            raise better from _cause(error)

    def __repr__(self) -> str:
        return f"<computation {_name_of(self)} without types>"


def with_shared_default(computation: ConcreteComputation) -> "TypedComputation":
    """Returns the same computation, to run in the shared default context."""
    return TypedComputation(
        computation_proto=computation.to_proto(),
        context_stack=context_stack,  # type: ignore[arg-type]
        annotated_type=computation.type_signature,
    )


def _name_of(computation: ConcreteComputation | PolymorphicComputation) -> str:
    return str(getattr(computation, "__name__", "without a name"))


def _cause(error: Exception) -> BaseException | None:
    return None if isinstance(error, UserError) else as_cause(error)
