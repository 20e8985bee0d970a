"""An event loop in a thread of its own, for what outlives an invocation: channels to workers, and work for others."""

import asyncio
import concurrent.futures
import contextlib
import threading
from collections.abc import Coroutine
from typing import TypeVar

_T = TypeVar("_T")
_STACK_BYTES = 64 * 1024 * 1024
"""Nested computations are evaluated by nested calls, which need room."""
_ROUNDS, _SECONDS_TO_CLEAN_UP = 3, 5.0
_start_lock = threading.Lock()


class LoopInThread:
    """A daemon thread that runs an event loop until it is told to stop.

    Args:
        name: That of the thread.
        loop: What it runs; a new loop by default.
    """

    def __init__(self, name: str, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self._loop = loop or asyncio.new_event_loop()
        with _start_lock:
            before = threading.stack_size(_STACK_BYTES)
            try:
                self._thread = threading.Thread(target=self._run, name=name, daemon=True)
                self._thread.start()
            finally:
                threading.stack_size(before)

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop."""
        return self._loop

    def submit(self, coroutine: Coroutine[object, object, _T]) -> "concurrent.futures.Future[_T]":
        """Starts a coroutine; cancelling the future cancels it."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    async def run(self, coroutine: Coroutine[object, object, _T]) -> _T:
        """Runs a coroutine, called from another loop; cancelling the caller cancels it."""
        return await asyncio.wrap_future(self.submit(coroutine))

    def stop(self) -> None:
        """Cancels what runs, and ends the thread when that has cleaned up."""
        # It may have ended already.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._loop.stop)

    def join(self) -> None:
        """Waits until the thread has ended, after `stop`, called from another thread."""
        self._thread.join(_ROUNDS * _SECONDS_TO_CLEAN_UP)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.run_until_complete(_end_all())
        self._loop.close()


async def _end_all() -> None:
    """Ends all tasks, also those that are submitted meanwhile: one that is dropped would complain of it."""
    this = {asyncio.current_task()}
    for _ in range(_ROUNDS):
        await asyncio.sleep(0)  # What was submitted a moment ago begins.
        tasks = asyncio.all_tasks() - this
        if not tasks:
            return
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=_SECONDS_TO_CLEAN_UP)
