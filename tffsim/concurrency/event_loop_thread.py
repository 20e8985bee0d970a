"""Threads that run event loops, one per invocation under way.

A notebook has a running event loop of its own, and a computation may call another one
from the middle of a TensorFlow function. An invocation therefore never shares a loop: it
borrows a thread with a loop, and gives it back at its end.
"""

import asyncio
import concurrent.futures
import contextlib
import contextvars
import functools
import os
import threading
from collections.abc import Callable, Coroutine
from typing import Generic, TypeVar

from tffsim.concurrency.cancellation import CancellationScope, current_scope

_T = TypeVar("_T")

_MAX_IDLE_THREADS = 4
# A nested computation is evaluated by nested calls, which need room.
_STACK_BYTES = 64 * 1024 * 1024
_start_lock = threading.Lock()
_idle: list["_LoopThread"] = []


class RunningInvocation(Generic[_T]):
    """A coroutine that runs on a borrowed loop.

    Args:
        coroutine: Runs in a copy of the caller's context variables, in a cancellation
            scope of its own, which is cancelled with the one around it.

    Attributes:
        future: Done as soon as the coroutine has ended, and not before. Not for a thread that
            hears interrupts while the coroutine runs.
        has_ended: Whether the future is done.
    """

    def __init__(self, coroutine: Coroutine[object, object, _T]) -> None:
        self._coroutine = coroutine
        self._scope = CancellationScope()
        self._forget_outer: Callable[[], None] | None = None
        self._thread: _LoopThread | None = None
        self._task: asyncio.Task[_T] | None = None
        self.future: concurrent.futures.Future[_T] = concurrent.futures.Future()
        # Whoever waits for it cannot cancel it: only `cancel` stops what runs.
        self.future.set_running_or_notify_cancel()
        # An interrupt inside of a method of a future, or of an event, may leave its lock locked
        # for ever. It leaves a plain lock as it should be.
        self._is_under_way = threading.Lock()
        self._is_under_way.acquire()
        self.has_ended = False

    def start(self) -> None:
        """Starts it. An interrupt may come at any moment from now on: call this where `cancel` is sure to follow."""
        context = contextvars.copy_context()
        context.run(current_scope.set, self._scope)
        self._thread = thread = _borrow()
        thread.loop.call_soon_threadsafe(self._create_task, thread, context)
        self._forget_outer = self._scope.on_cancel_of_outer(self.cancel)

    def wait(self, seconds: float) -> bool:
        """Waits for the end, for a bounded time; returns whether it has come. For one thread only."""
        if not self.has_ended and seconds > 0:
            self._is_under_way.acquire(timeout=seconds)
        return self.has_ended

    def cancel(self) -> None:
        """Stops the invocation: long TensorFlow calls at once, the rest at the next step."""
        self._scope.cancel()
        if self._thread is None:
            self._abandon_start()
            return
        # If it ends at this moment, its loop may be closed.
        with contextlib.suppress(RuntimeError):
            self._thread.loop.call_soon_threadsafe(self._cancel_task, self._thread)

    def _create_task(self, thread: "_LoopThread", context: contextvars.Context) -> None:
        self._scope.take_thread()
        self._task = thread.loop.create_task(self._coroutine, context=context)
        self._task.add_done_callback(functools.partial(self._finish, thread))

    def _cancel_task(self, thread: "_LoopThread") -> None:
        if self._task is not None:
            self._task.cancel()
        elif not self.has_ended:
            # The interrupt came before the start.
            _give_back(thread)
            self._abandon_start()

    def _abandon_start(self) -> None:
        self._coroutine.close()
        self.future.set_exception(concurrent.futures.CancelledError())
        self._end()

    def _finish(self, thread: "_LoopThread", task: asyncio.Task[_T]) -> None:
        if self._forget_outer is not None:
            self._forget_outer()
        _give_back(thread)
        if task.cancelled():
            self.future.set_exception(concurrent.futures.CancelledError())
        elif (error := task.exception()) is not None:
            self.future.set_exception(error)
        else:
            self.future.set_result(task.result())
        self._end()

    def _end(self) -> None:
        self.has_ended = True
        self._is_under_way.release()


class _LoopThread:
    """A daemon thread that runs an event loop until it is told to stop."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        with _start_lock:
            before = threading.stack_size(_STACK_BYTES)
            try:
                threading.Thread(target=self._run, name="tffsim-invocation", daemon=True).start()
            finally:
                threading.stack_size(before)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()
        self.loop.close()


def _borrow() -> _LoopThread:
    with _start_lock:
        if _idle:
            return _idle.pop()
    return _LoopThread()


def _give_back(thread: _LoopThread) -> None:
    with _start_lock:
        if len(_idle) < _MAX_IDLE_THREADS:
            _idle.append(thread)
            return
    thread.loop.stop()


def _forget_threads() -> None:
    """A forked process has no thread but the one that forked."""
    global _start_lock
    _start_lock = threading.Lock()
    _idle.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_threads)
