"""Whether a value could be given for a type: what a hint must know before it says where a value belongs."""

import itertools
from collections.abc import Callable, Mapping, Sequence

import federated_language as fl

from tffsim.language.clients_on_demand import ClientsOnDemand
from tffsim.language.containers import struct_elements

_MAX_MEMBERS = 16


def fits(value: object, type_spec: fl.Type) -> bool:
    """Whether a value has the form and the kinds of numbers of a type; of many members, the first few are looked at."""
    if isinstance(type_spec, fl.FederatedType):
        if type_spec.all_equal:
            return fits(value, type_spec.member)
        return isinstance(value, ClientsOnDemand) or _all_fit(value, type_spec.member)
    if isinstance(type_spec, fl.SequenceType):
        return hasattr(value, "element_spec") or _all_fit(value, type_spec.element)
    if isinstance(type_spec, fl.StructType):
        try:
            elements = struct_elements(value, type_spec)
        except TypeError:
            return False
        return all(map(fits, elements, type_spec))
    return not isinstance(type_spec, fl.TensorType) or _is_tensor(value, type_spec)


def swapped(types: Sequence[fl.Type], can_be: Callable[[int, fl.Type], bool], wrong: int | None) -> tuple[int, int]:
    """Returns which two arguments would fit if they changed places, and do not as they are; none twice is (-1, -1).

    Args:
        types: What the parameters take.
        can_be: Whether the argument with a number could be given for a type.
        wrong: The number of one that does not fit; None if that is not known.
    """
    for first, second in itertools.combinations(range(len(types)), 2):
        if wrong is not None and wrong not in (first, second):
            continue
        fit_as_they_are = can_be(first, types[first]) and can_be(second, types[second])
        if not fit_as_they_are and can_be(first, types[second]) and can_be(second, types[first]):
            return first, second
    return -1, -1


def _all_fit(values: object, type_spec: fl.Type) -> bool:
    if isinstance(values, (str, bytes, Mapping)) or hasattr(values, "element_spec"):
        return False
    try:
        members = [values[k] for k in range(min(len(values), _MAX_MEMBERS))]  # type: ignore[arg-type,index]
    except (TypeError, LookupError):
        return False
    return all(fits(member, type_spec) for member in members)


def _is_tensor(value: object, type_spec: fl.TensorType) -> bool:
    from tffsim.external_runtime.tensorflow.values.tensor_values import to_array

    try:
        to_array(value, type_spec)
    except (TypeError, ValueError):
        return False
    return True
