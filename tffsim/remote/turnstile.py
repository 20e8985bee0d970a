"""Lets work in group by group.

The clients of a worker are cut into ranges. While one range is folded, the next waits, so that the worker does not hold
the updates of all. Whatever is asked of the same range goes together: two aggregations may need the same updates.
"""

import asyncio
import collections
import contextlib
from collections.abc import AsyncIterator, Hashable


class Turnstile:
    """Lets work of one group in at a time, groups in the order in which they come. Belongs to one event loop."""

    def __init__(self) -> None:
        self._group: Hashable = None
        self._num_inside = 0
        self._waiting: collections.OrderedDict[Hashable, list[asyncio.Future[None]]] = collections.OrderedDict()

    @contextlib.asynccontextmanager
    async def turn(self, group: Hashable) -> AsyncIterator[None]:
        """The block is work of a group."""
        await self.enter(group)
        try:
            yield
        finally:
            self.leave()

    async def enter(self, group: Hashable) -> None:
        """Waits for the turn of a group."""
        if not self._num_inside or group == self._group:
            self._group = group
            self._num_inside += 1
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(group, []).append(waiter)
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                self.leave()
            raise

    def leave(self) -> None:
        """Ends one piece of work; the next group comes in after the last of this one."""
        self._num_inside -= 1
        while not self._num_inside and self._waiting:
            self._group, waiters = self._waiting.popitem(last=False)
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_result(None)
                    self._num_inside += 1
