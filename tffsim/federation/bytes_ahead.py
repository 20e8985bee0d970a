"""How much may be computed before its turn, and kept."""

import asyncio
import collections


class BytesAhead:
    """Lets those compute ahead whose results have room beside the others'; the rest wait, first come, first served.

    Belongs to one event loop.

    Args:
        num_bytes: How much room there is.
    """

    def __init__(self, num_bytes: int) -> None:
        self._num_left = num_bytes
        self._waiting: collections.deque[tuple[int, asyncio.Future[None]]] = collections.deque()

    async def take(self, num_bytes: int) -> None:
        """Waits until there is room.

        Args:
            num_bytes: How much is needed; never more than there is for all.
        """
        if not self._waiting and num_bytes <= self._num_left:
            self._num_left -= num_bytes
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((num_bytes, waiter))
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                self.give_back(num_bytes)
            raise

    def give_back(self, num_bytes: int) -> None:
        """Makes room again."""
        self._num_left += num_bytes
        while self._waiting and (self._waiting[0][1].done() or self._waiting[0][0] <= self._num_left):
            needed, waiter = self._waiting.popleft()
            if not waiter.done():
                self._num_left -= needed
                waiter.set_result(None)
