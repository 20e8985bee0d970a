"""Clients whose data is not in this process: what an argument has in their place, and where they are."""

import dataclasses
from collections.abc import Mapping, Sequence

from federated_language.framework import PlacementLiteral


@dataclasses.dataclass(frozen=True, slots=True)
class ClientAtHome:
    """Stands for the data of one client, which stays where it is.

    Attributes:
        data: The name of the data there.
        home: Where it is, such as the address of a worker.
        number: Which client of that home it is, from 0.
    """

    data: str
    home: str
    number: int

    def __repr__(self) -> str:
        return f"<client {self.number} of {self.data!r} at {self.home}>"


class CohortAtHome(dict[PlacementLiteral, int]):
    """How many participants there are at each placement, when the clients have homes.

    Args:
        cardinalities: How many there are.
        homes: Where each client is, in client order.
    """

    def __init__(self, cardinalities: Mapping[PlacementLiteral, int], homes: Sequence[str]) -> None:
        super().__init__(cardinalities)
        self.homes = tuple(homes)


class ClientsLostError(ConnectionError):
    """The data of some clients cannot be reached.

    Attributes:
        home: Where it is.
        reason: Why, as the end of a sentence.
    """

    def __init__(self, message: str, home: str, reason: str) -> None:
        super().__init__(message)
        self.home = home
        self.reason = reason
