"""Which clients of an argument have a home that they cannot leave, or data that is yet to be made."""

from collections.abc import Iterator, Mapping

import federated_language as fl
from federated_language.framework import ExecutorFactory, PlacementLiteral

from tffsim.execution_contexts.execution_error import ArgumentError, argument_name
from tffsim.executor_stacks.lending_factory import VisitingFactory
from tffsim.language.clients_at_home import ClientAtHome, CohortAtHome
from tffsim.language.clients_on_demand import ClientOnDemand, CohortOnDemand
from tffsim.language.struct_types import field_names

_Path = tuple[str | int, ...]


def with_homes(
    cardinalities: Mapping[PlacementLiteral, int], argument: object, type_spec: fl.Type, factory: ExecutorFactory
) -> Mapping[PlacementLiteral, int]:
    """Returns cardinalities that also say where the clients are, if an argument has clients with homes.

    If it has clients whose data is made when its turn comes, the cardinalities say that.

    Args:
        cardinalities: How many participants there are.
        argument: The normalised argument.
        type_spec: Its type.
        factory: Makes the stack.

    Raises:
        ArgumentError: If the clients have several homes, or the factory makes no stack that goes there.
    """
    cohort: CohortAtHome | None = None
    for members, path in _members(argument, type_spec, ()):
        if members and isinstance(members[0], ClientOnDemand):
            cardinalities = CohortOnDemand(cardinalities)
        if not members or not isinstance(members[0], ClientAtHome):
            continue
        homes = [member.home for member in members if isinstance(member, ClientAtHome)]
        if len(homes) < len(members):
            raise ArgumentError(
                f"{argument_name(path)} has clients whose data is at workers, and others. Pass one kind in a list."
            )
        if not isinstance(factory, VisitingFactory):
            raise ArgumentError(
                f"{argument_name(path)} has clients whose data stays at {homes[0]}, where this stack does not go. "
                "Use the factory whose `data` has returned them: `tffsim.use(factory)`."
            )
        if cohort is not None and cohort.homes != tuple(homes):
            raise ArgumentError(
                f"{argument_name(path)} has its clients at other workers than another part of the argument. "
                "Choose clients of the same workers for both, in the same order."
            )
        cohort = CohortAtHome(cardinalities, homes)
    return cardinalities if cohort is None else cohort


def _members(value: object, type_spec: fl.Type, path: _Path) -> Iterator[tuple[list[object], _Path]]:
    if isinstance(type_spec, fl.FederatedType):
        if isinstance(value, list) and not type_spec.all_equal:
            yield value, path
    elif isinstance(type_spec, fl.StructType):
        steps = [name if name is not None else i for i, name in enumerate(field_names(type_spec))]
        for element, element_type, step in zip(value, type_spec, steps, strict=True):  # type: ignore[call-overload]
            yield from _members(element, element_type, (*path, step))
