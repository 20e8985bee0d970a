"""The decorator that turns Python functions into federated computations, with their names."""

import functools
from collections.abc import Callable
from typing import Any

import federated_language as fl
from federated_language.framework import ConcreteComputation, PolymorphicComputation

from tffsim.computations import call_places
from tffsim.computations.call_places import naming_calls_of
from tffsim.computations.computation_calls import UntypedComputation, with_shared_default
from tffsim.computations.definition import define
from tffsim.computations.mistakes import federated_assignment, federated_equality
from tffsim.computations.mistakes.federated_mistakes import explain
from tffsim.computations.mistakes.mistake_error import MistakeError, being_defined
from tffsim.failures.user_error import user_facing
from tffsim.language.building_blocks import to_building_block
from tffsim.language.free_references import free_references
from tffsim.language.lambda_names import name_of_function

federated_assignment.install()
federated_equality.install()
call_places.install()


@user_facing
def federated_computation(*args: object) -> Any:
    """Turns a Python function that orchestrates into a computation.

    As `federated_language.federated_computation`; in addition the computation carries
    the function's name and documentation, which messages and pictures show.

    Args:
        *args: A function, or the types of its parameters, or both, the function first.

    Returns:
        A computation; without types, a function that makes one for the types of each
        call.

    Raises:
        DefinitionError: If the function cannot become a computation: what was wrong,
            where, and what to do.
    """
    if args and callable(args[0]) and not isinstance(args[0], type):
        return _made(args[0], lambda: fl.federated_computation(*args), is_typed=len(args) > 1)
    decorate = _defined(lambda: fl.federated_computation(*args), None, is_typed=True)
    return user_facing(lambda function: _made(function, lambda: decorate(function), is_typed=bool(args)))


def _made(function: Callable[..., object], make: Callable[[], object], *, is_typed: bool) -> Any:
    return _named(_defined(make, function, is_typed=is_typed), function)


def _named(computation: object, function: Callable[..., object]) -> Any:
    if isinstance(computation, PolymorphicComputation):
        made = computation

        def concrete(parameter_type: fl.Type, unpack: bool | None) -> ConcreteComputation:
            return _made(function, lambda: made.fn_for_argument_type(parameter_type, unpack), is_typed=False)

        computation = UntypedComputation(concrete, _infer_type, function, is_plain=False)
    else:
        assert isinstance(computation, ConcreteComputation)
        computation = with_shared_default(computation)
    functools.update_wrapper(computation, function, updated=())
    computation.__name__ = name_of_function(function, "computation")  # type: ignore[union-attr]
    return computation


def _infer_type(value: object) -> fl.Type:
    """Returns the type of an argument; whatever has one for a `tf_computation` has one here."""
    from tffsim.external_runtime.tensorflow.tensorflow_types import infer_type

    return infer_type(value)


def _defined(make: Callable[[], object], function: Callable[..., object] | None, *, is_typed: bool) -> Any:
    name = name_of_function(function, "computation") if function is not None else "computation"
    if being_defined.get() is None:
        # Inside of another computation, it may use what that one has.
        make = functools.partial(_complete, make)
    token = being_defined.set(name)
    try:
        with naming_calls_of(function):
            return define(make, explain, function=function, name=name, is_typed=is_typed)
    finally:
        being_defined.reset(token)


def _complete(make: Callable[[], object]) -> object:
    """Makes a computation.

    Raises:
        MistakeError: If it uses what only another one has.
    """
    made = make()
    if isinstance(made, ConcreteComputation):
        foreign = next(iter(free_references(to_building_block(made.to_proto()))), None)
        if foreign is not None:
            raise MistakeError(
                f"It uses a value of another computation (`{foreign}`), which exists only while that one runs. "
                "Return it there, and pass it here as an argument."
            )
    return made
