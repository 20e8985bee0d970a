"""What the caller may have meant, where an argument does not fit: one was forgotten, or two were swapped."""

from collections.abc import Callable, Mapping, Sequence

import federated_language as fl
from federated_language.common_libs import structure
from federated_language.framework import ConcreteComputation

from tffsim.computations.mistakes.call_mistakes import found_arguments, parameters_of
from tffsim.computations.mistakes.fitting import fits, swapped
from tffsim.execution_contexts.execution_error import ArgumentError, CardinalityError, argument_name
from tffsim.language.containers import is_container, parts_of, struct_elements
from tffsim.language.struct_types import field_names, field_types


def hinted(
    error: ArgumentError | CardinalityError, computation: ConcreteComputation, argument: object, name: str
) -> ArgumentError | CardinalityError:
    """Returns an error about an argument with what to do about it, if that can be guessed.

    Args:
        error: What is to be told.
        computation: What was called.
        argument: The argument, as the caller gave it.
        name: The name of the computation.
    """
    parameter = computation.type_signature.parameter
    forgotten = _forgotten(computation, argument, name)
    if forgotten:
        return ArgumentError(forgotten)
    path = error.location.argument_path if isinstance(error, ArgumentError) else ()
    if parameter is None or path is None:
        return error
    hint = _swapped(argument, parameter, path) or _one_for_all(argument, parameter, path)
    if hint:
        error.args = (f"{error} {hint}",)
    return error


def _forgotten(computation: ConcreteComputation, argument: object, name: str) -> str:
    """Says which parameters have no argument, where one argument was given and does not stand for all of them."""
    parameter = computation.type_signature.parameter
    if not isinstance(parameter, fl.StructType) or isinstance(argument, structure.Struct):
        return ""
    names = field_names(parameter)
    if len(names) < 2 or parameters_of(computation) != names or not is_container(argument):
        return ""
    number = len(parts_of(argument) or ())
    is_tuple = isinstance(argument, tuple) and number < len(names)
    is_of_other_length = not isinstance(argument, Mapping) and number != len(names)
    if fits(argument, field_types(parameter)[0]) or (is_of_other_length and isinstance(argument, list)):
        number = 1
    elif not is_tuple:
        return ""
    return found_arguments(name, names, number, names[number:])


def _swapped(argument: object, type_spec: fl.Type, path: Sequence[str | int]) -> str:
    """Asks whether two arguments were swapped, or two fields on the way to the one that does not fit."""
    at: tuple[str | int, ...] = ()
    while isinstance(type_spec, fl.StructType):
        try:
            elements = struct_elements(argument, type_spec)
        except TypeError:
            return ""
        steps, types = _steps(type_spec), field_types(type_spec)
        step = path[len(at)] if len(path) > len(at) else None
        wrong = steps.index(step) if step in steps else None
        pair = swapped(types, _can_be(elements), wrong)
        if pair != (-1, -1):
            first, second = (argument_name((*at, steps[number])).removeprefix("Argument ") for number in pair)
            return f"Did you swap {first} and {second}?"
        if wrong is None:
            return ""
        argument, type_spec, at = elements[wrong], types[wrong], (*at, steps[wrong])
    return ""


def _one_for_all(argument: object, type_spec: fl.Type, path: Sequence[str | int]) -> str:
    """Says that a list of values was given where there is one for everybody."""
    for step in path:
        if not isinstance(type_spec, fl.StructType):
            break
        number = _steps(type_spec).index(step)
        argument, type_spec = struct_elements(argument, type_spec)[number], field_types(type_spec)[number]
    if not isinstance(type_spec, fl.FederatedType) or not type_spec.all_equal:
        return ""
    if fits(argument, type_spec.member) or not fits(argument, fl.FederatedType(type_spec.member, fl.CLIENTS)):
        return ""
    member = type_spec.member
    what = "number" if isinstance(member, fl.TensorType) and member.shape == () and _is_number(member) else "value"
    where = "at the server" if type_spec.placement is fl.SERVER else "the same at all clients"
    return f"Give one {what}: it is {where}, not one per client."


def _steps(type_spec: fl.StructType) -> list[str | int]:
    return [name if name is not None else number for number, name in enumerate(field_names(type_spec))]


def _can_be(values: Sequence[object]) -> Callable[[int, fl.Type], bool]:
    return lambda number, type_spec: fits(values[number], type_spec)


def _is_number(type_spec: fl.TensorType) -> bool:
    return type_spec.dtype.type.__name__ not in ("str_", "bytes_", "object_", "bool")
