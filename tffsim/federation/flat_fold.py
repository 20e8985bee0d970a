"""The fold of a flat federation: many clients in one call where that is possible, else one by one."""

import asyncio
import contextlib
import functools
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import TypeAlias

from federated_language.framework import Executor, ExecutorValue

from tffsim.concurrency.deferred import Deferred
from tffsim.concurrency.random_streams import current_place
from tffsim.federation.block_folds import BlockFold
from tffsim.federation.client_payloads import Alone
from tffsim.federation.number_watch import NumberWatch, not_finite
from tffsim.federation.server_fold import ServerFold
from tffsim.federation.turn_taking import Turns

Payloads: TypeAlias = Callable[[list[Deferred[ExecutorValue]], int, Alone | None], AsyncGenerator[object, None]]
"""Yields the payloads of members, which it takes out of their list; the number is the index of the first."""


class FlatFold:
    """Folds members at the server.

    Args:
        members: One per client; taken out one by one, so that they can be freed.
        payloads: Yields what they are, outside their executors.
        fold: Takes them.
        watch: Looks at them; None if nobody needs to.
        first_client: Index of the first client in the whole cohort.
    """

    def __init__(
        self,
        members: list[Deferred[ExecutorValue]],
        payloads: Payloads,
        fold: ServerFold,
        watch: NumberWatch | None,
        first_client: int,
    ) -> None:
        self._members = members
        self._members.reverse()
        self._payloads = payloads
        self._fold = fold
        self._watch = watch
        self._first_client = first_client

    async def run_one_by_one(self, num_clients: int, turns: Turns | None, alone: Alone | None = None) -> None:
        """Folds the members of the next clients.

        Args:
            num_clients: How many.
            turns: When others may go on.
            alone: Does the work of one client in one call where it can.
        """
        first, place = self._fold.num_folded, current_place.get()
        group = [self._members.pop() for _ in range(num_clients)]
        async with contextlib.aclosing(self._payloads(group, first, alone)) as payloads:
            async for payload in payloads:
                if place is not None:
                    current_place.set(place.at_client(self._first_client + self._fold.num_folded))
                await self._fold.add(payload)
                if self._watch is not None:
                    self._watch.add(payload)
                del payload
                await _let_others_go_on(turns, 1)
        current_place.set(place)

    async def run_in_chunks(self, block_fold: BlockFold, executor: Executor, turns: Turns | None) -> None:
        """Folds members in chunks, as long as that is possible; those between them one by one.

        Args:
            block_fold: Does the work of a chunk.
            executor: That of all the clients.
            turns: When others may go on.
        """
        alone = functools.partial(block_fold.run_alone, executor, make=self._make)
        while self._members and not block_fold.is_refused:
            if size := await self._run_chunk(block_fold, executor):
                await _let_others_go_on(turns, size)
                continue
            num_clients = block_fold.num_single_clients(self._fold.num_folded, len(self._members))
            await self.run_one_by_one(num_clients, turns, alone)
            block_fold.note_single_clients(num_clients)

    async def _run_chunk(self, block_fold: BlockFold, executor: Executor) -> int:
        """Folds the next clients in one call; returns how many there were, 0 if that was not possible."""
        first = self._fold.num_folded
        size = block_fold.chunk_size_at(first, len(self._members))
        if not size:
            return 0
        start = await self._fold.take_total(size)
        total = await block_fold.run(executor, range(first, first + size), start, self._make)
        if total is None or self._must_be_explained(total):
            await self._fold.give_back(start)
            return 0
        del self._members[-size:]
        if self._watch is not None:
            self._watch.skip(size)
        await self._fold.replace(total, size)
        return size

    async def _make(self, members: Sequence[Deferred[ExecutorValue] | None], first: int) -> None:
        """Asks for members one by one. Those that are needed are kept by others until then."""
        wanted = [member for member in members if member is not None]
        assert len(wanted) == len(members)
        async with contextlib.aclosing(self._payloads(wanted, first, None)) as payloads:
            async for _ in payloads:
                pass

    def _must_be_explained(self, total: object) -> bool:
        """Whether the clients of a chunk must be looked at one by one, because it holds the first NaN or infinity."""
        return self._watch is not None and not self._watch.first and bool(not_finite(total))


async def _let_others_go_on(turns: Turns | None, num_steps: int) -> None:
    if turns is not None and turns.is_over(num_steps):
        await asyncio.sleep(0)
