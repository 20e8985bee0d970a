"""What a value in a federated computation is, in words, and what to do to compute with it."""

from collections.abc import Iterator, Mapping

import federated_language as fl
import numpy as np
from federated_language.framework import ConcreteComputation, PolymorphicComputation

from tffsim.failures.definition_failure import Failure
from tffsim.language.type_differences import short


def type_of_value(value: object) -> fl.Type | None:
    """Returns the type of a value or a computation; None for other objects."""
    is_typed = isinstance(value, (fl.Value, ConcreteComputation))
    return value.type_signature if is_typed else None  # type: ignore[attr-defined]


def placements(type_spec: object) -> set[object]:
    """Returns where the parts of a value of this type are: placements, and None for parts without one."""
    if isinstance(type_spec, fl.FederatedType):
        return {type_spec.placement}
    if isinstance(type_spec, fl.StructType) and len(type_spec):
        return set().union(*(placements(part) for part in type_spec))
    return {None}


def described(type_spec: fl.Type | None) -> str:
    """Returns what a value is, such as "a value at CLIENTS ({float32}@CLIENTS)"."""
    if isinstance(type_spec, fl.FederatedType):
        return f"a value at {type_spec.placement} ({short(type_spec)})"
    if isinstance(type_spec, fl.FunctionType):
        return f"a computation ({short(type_spec)})"
    return f"a value of type {short(type_spec)}"


def is_struct(type_spec: fl.Type) -> bool:
    """Whether values of this type have fields, at some placement or at none."""
    return isinstance(type_spec.member if isinstance(type_spec, fl.FederatedType) else type_spec, fl.StructType)


def values_in(failure: Failure) -> dict[str, fl.Value]:
    """Returns the values of a federated computation that the failing part of a line works on, by their names."""
    return {name: value for name, value in failure.names().items() if isinstance(value, fl.Value)}


def uncalled(computation: object) -> str:
    """Returns that a computation was given where its result is needed, and how to call it."""
    name = name_of_function(computation)
    type_spec = type_of_value(computation)
    has_none = isinstance(type_spec, fl.FunctionType) and type_spec.parameter is None
    return f"`{name}` is a computation. Did you forget to call it: `{name}({'' if has_none else '...'})`?"


def is_computation(value: object) -> bool:
    """Whether it is a computation, with or without types."""
    return isinstance(value, (ConcreteComputation, PolymorphicComputation))


def is_of_tensorflow(value: object) -> bool:
    """Whether TensorFlow or Keras has made it."""
    return type(value).__module__.split(".")[0] in ("tensorflow", "keras")


def first_foreign(value: object) -> tuple[str, object] | None:
    """Returns the first part of a value that a federated computation cannot hold, such as a tensor, and its path.

    Returns:
        None if there is none; the path is such as `weights.0`, and empty for the value itself.
    """
    for path, part in _leaves(value, ""):
        if type_of_value(part) is None and not isinstance(part, _CONSTANTS):
            return path.removeprefix("."), part
    return None


_CONSTANTS = (bool, int, float, complex, str, bytes, np.generic, np.ndarray)


def _leaves(value: object, path: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from _leaves(part, f"{path}.{name}")
    elif isinstance(value, (list, tuple)):
        names = getattr(value, "_fields", range(len(value)))
        for name, part in zip(names, value, strict=True):
            yield from _leaves(part, f"{path}.{name}")
    else:
        yield path, value


def is_function(value: object) -> bool:
    """Whether it is a computation, or a Python function that may become one."""
    if isinstance(value, fl.Value):
        return isinstance(value.type_signature, fl.FunctionType)
    return isinstance(value, (ConcreteComputation, PolymorphicComputation)) or is_python_function(value)


def is_python_function(value: object) -> bool:
    """Whether it is a Python function that is no computation."""
    known = (fl.Value, ConcreteComputation, PolymorphicComputation, type)
    return callable(value) and not isinstance(value, known)


def name_of_function(value: object) -> str:
    """Returns the name of a function for an example of code; `f` if it has none."""
    name = str(getattr(value, "__name__", None) or "f")
    return name if name.isidentifier() else "f"


def not_a_number(what: str, values: Mapping[str, fl.Value]) -> str:
    """Returns why Python cannot compute with values in a federated computation, and what to do.

    Args:
        what: What it was to compute, such as "`x + 1`".
        values: The values in it, by their names; the name of an unknown one is empty.
    """
    name, value = next(iter(values.items()))
    subject = f"`{name}`" if name else "this"
    stands_for = f"{subject} stands for {described(value.type_signature)}"
    reason = f"{what} does not work here: {stands_for}, and Python cannot compute with it."
    arguments = ", ".join(filter(None, values)) or "x"
    packed = f"({arguments})" if "," in arguments else arguments
    found = set().union(*(placements(value.type_signature) for value in values.values()))
    if not found & {fl.CLIENTS, fl.SERVER}:
        return f"{reason} Put the calculation into a `tf_computation` `f`, and call it: `f({arguments})`."
    broadcast = " Send the value at SERVER to the clients first: `tff.federated_broadcast`."
    advice = f"Put the calculation into a `tf_computation` `f`, and apply it: `tff.federated_map(f, {packed})`."
    return f"{reason} {advice}{broadcast if {fl.CLIENTS, fl.SERVER} <= found else ''}"
