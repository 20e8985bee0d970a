"""A value at the clients of a flat federation: one member per client."""

from collections.abc import Sequence
from typing import Any

import federated_language as fl
from federated_language.common_libs import structure
from federated_language.framework import ExecutorValue

from tffsim.concurrency import concurrency
from tffsim.concurrency.deferred import Deferred
from tffsim.federation.client_work import ClientWork
from tffsim.federation.federating_strategy import FederatedValue
from tffsim.federation.placed_values import renamed


class ClientsValue(FederatedValue):
    """A value at the clients.

    Args:
        member_type: The type of each member.
        members: One handle of the client's executor per client.
        common: The member that all clients share, materialised; None if they may differ.
        work: How the value comes about; None if that is not known.
    """

    __slots__ = ("__weakref__", "common", "members", "work")

    def __init__(
        self,
        member_type: fl.Type,
        members: Sequence[Deferred[ExecutorValue]],
        common: Deferred[Any] | None = None,
        work: ClientWork | None = None,
    ) -> None:
        super().__init__(member_type)
        self.members = members
        self.common = common
        self.work = work


def used_work(value: ClientsValue) -> ClientWork | None:
    """Notes that somebody needs the members of a value, and returns how it comes about."""
    if value.work is not None:
        value.work.num_uses += 1
    return value.work


def clients_value(value: FederatedValue) -> ClientsValue:
    """Returns `value` as a value at the clients.

    Raises:
        TypeError: If it is placed elsewhere.
    """
    if not isinstance(value, ClientsValue):
        raise TypeError(f"Expected a value at the clients, found a {type(value).__name__} of {value.member_type}.")
    return value


async def common_struct(value: structure.Struct) -> structure.Struct:
    """Returns what all clients share of a nested `Struct` of client values."""

    async def common(leaf: Any) -> Any:
        return await (common_struct(leaf) if isinstance(leaf, structure.Struct) else leaf.common.get())

    commons = await concurrency.gather(*(common(leaf) for leaf in value))
    return renamed(value, commons)
