"""Finding out from an argument how many clients there are."""

from collections.abc import Iterator

import federated_language as fl
from federated_language.framework import PlacementLiteral

from tffsim.execution_contexts.argument_normalisation import normalise_argument
from tffsim.execution_contexts.execution_error import CardinalityError, argument_name
from tffsim.language.struct_types import field_names

_Path = tuple[str | int, ...]


def infer_cardinalities(value: object, type_spec: fl.Type) -> dict[PlacementLiteral, int]:
    """Returns how many participants there are at each placement.

    Only values whose members may differ tell: a list with one member per client.

    Args:
        value: The argument, as the user passed it or normalised.
        type_spec: The type of the parameter.

    Raises:
        ArgumentError: If the argument does not have the form of the type.
        CardinalityError: If two parts tell different numbers.
    """
    found: dict[PlacementLiteral, tuple[int, _Path]] = {}
    for placement, count, path in _counts(normalise_argument(value, type_spec, makes_on_demand=True), type_spec, ()):
        known, known_path = found.setdefault(placement, (count, path))
        if known != count:
            raise CardinalityError(
                f"{argument_name(known_path)} has {_members(known)} at {placement.name}, "
                f"but {argument_name(path).replace('Argument', 'argument')} has {_members(count)}. "
                "Pass one member per client in both."
            )
    return {placement: count for placement, (count, _) in found.items()}


def _counts(value: object, type_spec: fl.Type, path: _Path) -> Iterator[tuple[PlacementLiteral, int, _Path]]:
    if isinstance(type_spec, fl.FederatedType):
        if not type_spec.all_equal:
            assert isinstance(value, list)
            yield type_spec.placement, len(value), path
    elif isinstance(type_spec, fl.StructType):
        steps = [name if name is not None else i for i, name in enumerate(field_names(type_spec))]
        for element, element_type, step in zip(value, type_spec, steps, strict=True):  # type: ignore[call-overload]
            yield from _counts(element, element_type, (*path, step))


def _members(count: int) -> str:
    return f"{count} member{'s' * (count != 1)}"
