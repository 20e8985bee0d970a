"""An event loop in a thread of its own, in which another thread may do something short while that thread rests.

A hop to a thread and back costs a quarter of a millisecond, which is as long as short work takes. Whoever borrows the
loop is in it as its own thread would be: alone, and between two callbacks. Nothing overtakes what was asked before.
"""

import asyncio
import contextvars
import selectors
import threading
from collections.abc import Callable, Coroutine
from typing import TypeVar, TypeVarTuple

from tffsim.concurrency.concurrency import Started, start
from tffsim.concurrency.loop_in_thread import LoopInThread

_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")


class LendableLoop(LoopInThread):
    """A daemon thread that runs an event loop until it is told to stop, and lends it to one other thread.

    Args:
        name: That of the thread.
    """

    def __init__(self, name: str) -> None:
        self._lent = _Loop()
        self._num_under_way = 0
        super().__init__(name, self._lent)

    async def run(self, coroutine: Coroutine[object, object, _T]) -> _T:
        self._num_under_way += 1
        try:
            return await super().run(coroutine)
        finally:
            self._num_under_way -= 1

    async def run_here(self, coroutine: Coroutine[object, object, _T]) -> _T:
        """Runs a short coroutine, called from another loop; cancelling the caller cancels it.

        If nothing runs, the coroutine runs in the calling thread up to its first real wait.
        """
        started = self._lent.start_here(coroutine) if not self._num_under_way else None
        if started is None:
            return await self.run(coroutine)
        return await (started if started.done() else self.run(_rest_of(started)))

    def _run(self) -> None:
        with self._lent.at_work:
            super()._run()


class _Loop(asyncio.SelectorEventLoop):
    """A loop that whoever holds its lock is in. Its thread gives the lock away while it waits for something to do.

    Attributes:
        at_work: The lock.
    """

    def __init__(self) -> None:
        self.at_work = threading.Lock()
        self._is_borrowed = False
        super().__init__(_Selector(self.at_work))

    def start_here(self, coroutine: Coroutine[object, object, _T]) -> Started[_T] | None:
        """Starts a coroutine in the calling thread, in this loop; returns None if the loop cannot be borrowed now."""
        # When it is debugged, a loop lets no other thread in.
        if self.get_debug() or not self.at_work.acquire(blocking=False):
            return None
        outer = asyncio._get_running_loop()
        asyncio._set_running_loop(self)
        self._is_borrowed = True
        try:
            return start(coroutine)
        finally:
            self._is_borrowed = False
            asyncio._set_running_loop(outer)
            self.at_work.release()

    def call_soon(
        self, callback: Callable[[*_Ts], object], *args: *_Ts, context: contextvars.Context | None = None
    ) -> asyncio.Handle:
        # Its thread, which rests, must hear of it.
        call = self.call_soon_threadsafe if self._is_borrowed else super().call_soon
        return call(callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[[*_Ts], object], *args: *_Ts, context: contextvars.Context | None = None
    ) -> asyncio.TimerHandle:
        timer = super().call_at(when, callback, *args, context=context)
        if self._is_borrowed:
            self.call_soon_threadsafe(_wake)
        return timer


class _Selector(selectors.DefaultSelector):
    def __init__(self, at_work: threading.Lock) -> None:
        super().__init__()
        self._at_work = at_work

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._at_work.release()
        try:
            return super().select(timeout)
        finally:
            self._at_work.acquire()


async def _rest_of(started: Started[_T]) -> _T:
    return await started


def _wake() -> None:
    """Does nothing; the loop looks at its timers."""
