"""Clients whose data is made when its turn comes: what a list has in their place."""

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from federated_language.framework import PlacementLiteral


class ClientOnDemand:
    """Stands for the data of one client, which is made anew each time that it is needed, and not kept.

    Args:
        make: Makes it.
    """

    __slots__ = ("__weakref__", "_make")

    def __init__(self, make: Callable[[], object]) -> None:
        self._make = make

    def make(self) -> object:
        """Makes the data."""
        return self._make()


class CohortOnDemand(dict[PlacementLiteral, int]):
    """How many participants there are at each placement, when the data of clients is made when its turn comes."""


@runtime_checkable
class ClientsOnDemand(Protocol):
    """Data of clients that need not all be there at once."""

    def on_demand(self) -> Sequence[object]:
        """Returns what stands for the data of each client: a `ClientOnDemand`, or the data if it must be kept."""


def made(value: object) -> object:
    """Returns the data of a client, which is made if it is not there."""
    return value.make() if isinstance(value, ClientOnDemand) else value
