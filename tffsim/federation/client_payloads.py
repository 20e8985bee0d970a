"""What clients have made, outside their executors: in client order, from a bounded number of them at a time."""

import contextlib
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator, Sequence
from typing import TypeAlias

from federated_language.framework import ExecutorValue

from tffsim.concurrency import concurrency
from tffsim.concurrency.activity import current_client
from tffsim.concurrency.deferred import Deferred
from tffsim.failures.failure_location import locate
from tffsim.federation.placed_values import payload_of
from tffsim.federation.places_at_work import PlacesAtWork

Alone: TypeAlias = Callable[[int], Coroutine[object, object, object]]
"""Returns the payload of the client with this index from a single call; None if its member must be asked."""

Check: TypeAlias = Callable[[object], Coroutine[object, object, None]]
"""Raises if a payload is wrong."""


class ClientPayloads:
    """Asks the clients of one federation.

    Args:
        first_client: Index of the first client in the whole cohort.
        cohort_size: Number of clients in the whole cohort.
    """

    def __init__(self, first_client: int, cohort_size: int) -> None:
        self._first_client = first_client
        self._cohort_size = cohort_size

    async def all(self, members: Sequence[Deferred[ExecutorValue]], limit: int) -> list[object]:
        """Returns the payloads of all members.

        Args:
            members: One per client.
            limit: How many clients may be at work.
        """
        async with contextlib.aclosing(self.in_order(PlacesAtWork(limit), None, list(members))) as payloads:
            return [payload async for payload in payloads]

    def in_order(
        self,
        places: PlacesAtWork,
        check: Check | None,
        members: list[Deferred[ExecutorValue]],
        first: int = 0,
        alone: Alone | None = None,
    ) -> AsyncGenerator[object, None]:
        """Yields the payloads of members.

        Args:
            places: How many clients may be at work.
            check: Looks at each payload.
            members: One per client; taken out of the list, so that each dies when it was used.
            first: Index of the first of these clients in the federation.
            alone: Does the work of one client in one call where it can.

        Returns:
            A generator. Close it if you leave it early.
        """
        requests = self._requests(members, check, first, alone)
        return concurrency.in_order(requests, lambda num_started: places.at(first + num_started))

    def _requests(
        self, members: list[Deferred[ExecutorValue]], check: Check | None, first: int, alone: Alone | None
    ) -> Iterator[Coroutine[object, object, object]]:
        members.reverse()
        for client in range(first, first + len(members)):
            yield self._payload(client, members.pop(), check, alone)

    async def _payload(
        self, client: int, member: Deferred[ExecutorValue], check: Check | None, alone: Alone | None
    ) -> object:
        # Runs in a context of its own: see `concurrency.start`.
        current_client.set(self._first_client + client)
        try:
            payload = await alone(client) if alone is not None else None
            if payload is None:
                payload = await payload_of(member)
            if check is not None:
                await check(payload)
            return payload
        except Exception as error:
            locate(error, client=self._first_client + client, num_clients=self._cohort_size)
            raise
