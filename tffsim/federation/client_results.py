"""What a function returns at each client, where several aggregations may need it.

A client's function runs once, whoever asks first. An aggregation that does the work of
many clients in one call therefore claims the results that others may need, leaves them
there, and takes those that others have left.
"""

import contextlib
import weakref
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from federated_language.framework import ExecutorValue

from tffsim.concurrency.deferred import Deferred
from tffsim.federation.federating_strategy import FederatedValue

Members: TypeAlias = Sequence[Deferred[ExecutorValue]]


class ClientResults:
    """The results of one function, one per client. Keeps none of them alive.

    Args:
        value: The value at the clients which they are.
        members: The results, there already or yet to come.
    """

    __slots__ = ("_members", "_value")

    def __init__(self, value: FederatedValue, members: Members) -> None:
        self._value = weakref.ref(value)
        self._members = [weakref.ref(member) for member in members]

    @property
    def may_find_readers(self) -> bool:
        """Whether somebody may yet come who needs them."""
        return self._value() is not None

    def of(self, clients: range) -> Sequence[Deferred[ExecutorValue] | None]:
        """Returns the results of some clients; None for those that nobody will ask for."""
        return [self._members[client]() for client in clients]

    async def are_there(self, clients: range) -> bool | None:
        """Returns whether all results are there; None if some are not, but have been begun with one by one.

        Waits for those that are claimed.
        """
        members = [member for member in self.of(clients) if member is not None]
        for member in members:
            await member.unclaimed()
        if all(member.is_untouched for member in members):
            return False
        return True if len(members) == len(clients) and all(member.is_done for member in members) else None


@contextlib.contextmanager
def claiming(members: Members) -> Iterator[bool]:
    """Nobody else does the work behind members while the block does.

    Yields:
        Whether that was possible. Those that the block does not settle can be done by others afterwards.
    """
    if not all(member.is_untouched for member in members):
        yield False
        return
    for member in members:
        member.claim()
    try:
        yield True
    finally:
        for member in members:
            if not member.is_done:
                member.release()
