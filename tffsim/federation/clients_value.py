"""A value at the clients of a flat federation: one member per client."""

from collections.abc import Sequence

import federated_language as fl
from federated_language.common_libs import structure
from federated_language.framework import ExecutorValue

from tffsim.concurrency import concurrency
from tffsim.concurrency.deferred import Deferred
from tffsim.federation.client_work import ClientWork, Zipped
from tffsim.federation.federating_strategy import FederatedValue, Nested
from tffsim.federation.placed_values import renamed
from tffsim.language.struct_types import struct_type


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
        common: Deferred[object] | None = None,
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


def zipped_work(value: structure.Struct[Nested]) -> ClientWork | None:
    """Returns the work of a nested `Struct` of client values; None if that of one is not known."""
    parts = []
    for leaf in value:
        part = zipped_work(leaf) if isinstance(leaf, structure.Struct) else clients_value(leaf).work
        if part is None:
            return None
        parts.append(part)
    names = structure.name_list_with_nones(value)
    return Zipped(names, parts, struct_type(names, [part.member_type for part in parts]))


async def common_struct(value: structure.Struct[Nested]) -> structure.Struct:
    """Returns what all clients share of a nested `Struct` of client values."""

    async def common(leaf: Nested) -> object:
        if isinstance(leaf, structure.Struct):
            return await common_struct(leaf)
        shared = clients_value(leaf).common
        assert shared is not None
        return await shared.get()

    commons = await concurrency.gather(*(common(leaf) for leaf in value))
    return renamed(value, commons)
