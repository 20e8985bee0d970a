"""Clients that drop out of a call, because their data is lost."""

import dataclasses
from collections.abc import Collection, Mapping, Sequence

import federated_language as fl
from federated_language.framework import PlacementLiteral

from tffsim.language.clients_at_home import CohortAtHome
from tffsim.language.struct_types import to_struct


@dataclasses.dataclass(frozen=True, slots=True)
class Cohort:
    """Who takes part in a call, and with what.

    Attributes:
        cardinalities: How many participants there are at each placement, and where, if they have homes.
        argument: The normalised argument.
    """

    cardinalities: Mapping[PlacementLiteral, int]
    argument: object

    @property
    def homes(self) -> Sequence[str]:
        """Where each client is; empty if they have no homes."""
        return self.cardinalities.homes if isinstance(self.cardinalities, CohortAtHome) else ()

    def without(self, homes: Collection[str], parameter_type: fl.Type | None) -> "Cohort":
        """Returns the cohort without the clients at some homes.

        Args:
            homes: Some of all, not all.
            parameter_type: The type of the argument.
        """
        stays = [home not in homes for home in self.homes]
        if all(stays) or parameter_type is None:
            return self
        cardinalities = {**self.cardinalities, fl.CLIENTS: sum(stays)}
        homes_left = [home for home, is_left in zip(self.homes, stays, strict=True) if is_left]
        return Cohort(CohortAtHome(cardinalities, homes_left), _left_of(self.argument, parameter_type, stays))


def remark(before: Cohort, after: Cohort, lost: Collection[str]) -> str:
    """Returns what the reader of a result should know; empty if nobody has dropped out.

    Args:
        before: The cohort that was asked for.
        after: Those who took part.
        lost: The homes of the others.
    """
    count, num_left = len(before.homes) - len(after.homes), len(after.homes)
    if not count:
        return ""
    where = [home for home in dict.fromkeys(before.homes) if home in lost]
    return (
        f"{count} of {len(before.homes)} clients dropped out, because their data cannot be reached: "
        f"{'worker' if len(where) == 1 else 'workers'} {', '.join(where)} {'was' if len(where) == 1 else 'were'} lost. "
        f"The result is that of the other {num_left}."
    )


def nobody_left(cohort: Cohort, reason: str) -> str:
    """Returns that the data of all clients is lost.

    Args:
        cohort: All of them.
        reason: Why the last worker was lost.
    """
    homes = list(dict.fromkeys(cohort.homes))
    where = f"worker {homes[0]}" if len(homes) == 1 else f"workers {', '.join(homes)}"
    return (
        f"The data of all {len(cohort.homes)} clients is lost, so nobody is left to go on: {where} ({reason}). "
        "Start the workers again with the same `--data`."
    )


def _left_of(value: object, type_spec: fl.Type, stays: Sequence[bool]) -> object:
    if isinstance(type_spec, fl.FederatedType):
        if type_spec.all_equal or type_spec.placement is not fl.CLIENTS:
            return value
        assert isinstance(value, list)
        return [member for member, is_left in zip(value, stays, strict=True) if is_left]
    if isinstance(type_spec, fl.StructType):
        parts = zip(value, type_spec, strict=True)  # type: ignore[call-overload]
        return to_struct(type_spec, [_left_of(element, element_type, stays) for element, element_type in parts])
    return value
