"""The threads that run long calls. What comes after a call never waits for one that only holds a thread.

A thread that is inside of TensorFlow cannot be stopped, only asked to stop. A call that
sleeps in a `tf.py_function`, or multiplies large matrices, does not hear it. So a call
has two things: a thread, which it keeps to its end, and one of the pool's few *places*,
which it keeps only as long as it computes what somebody waits for:

- A call that is cancelled gives its place to the next one, and the pool another thread.
- A call may call a computation of its own, and wait for it. The calls inside find a place
  there, beyond the limit: meanwhile the call around them computes nothing.
- Not every call that waits for another can be seen: Python code may hand work to any
  thread. So an invocation that has waited long for its first place gets one.

No thread is waited for long when the process ends (see `process_end`).
"""

import asyncio
import atexit
import collections
import concurrent.futures
import contextlib
import contextvars
import functools
import logging
import queue
import threading
import weakref
from collections.abc import Callable
from typing import Any, TypeVar

from tffsim.concurrency.cancellation import current_scope
from tffsim.concurrency.process_end import wait_for_calls

_T = TypeVar("_T")

_MAX_ABANDONED = 64
_PATIENCE_SECONDS = 1.0

atexit.register(wait_for_calls)

_log = logging.getLogger("tffsim")
_enclosing_call: contextvars.ContextVar[object] = contextvars.ContextVar("tffsim_enclosing_call", default=None)


class WorkerPool:
    """Runs calls in daemon threads, a bounded number at a time. Thread-safe.

    Args:
        max_workers: How many calls may compute at a time.
    """

    def __init__(self, max_workers: int) -> None:
        self._max_workers = max_workers
        self._lock = threading.Lock()
        self._waiting: collections.deque[_Call] = collections.deque()
        self._places_taken = 0
        self._running: collections.Counter[object] = collections.Counter()
        self._num_abandoned = 0
        self._started: queue.SimpleQueue[_Call] = queue.SimpleQueue()
        self._num_idle = 0

    def submit(self, function: Callable[..., _T], *args: object) -> "concurrent.futures.Future[_T]":
        """Runs a function in a thread, as soon as there is a place.

        Args:
            function: Runs in a copy of the caller's context variables.
            *args: Its arguments.

        Returns:
            Its result. Cancelling it while it runs abandons the call: it goes on, but
            nothing waits for it.
        """
        call = _Call(self, functools.partial(function, *args))
        with self._lock:
            has_place = self._places_taken < self._max_workers
            if has_place or (call.is_nested and not self._running[call.owner]):
                self._start(call, has_place)
                return call
            self._waiting.append(call)
        loop = asyncio._get_running_loop()
        if loop is not None:
            _remind_later(loop, weakref.ref(call))
        return call

    def forget(self, call: "_Call") -> None:
        """Removes a call that was cancelled before it started."""
        with self._lock, contextlib.suppress(ValueError):
            self._waiting.remove(call)

    def abandon(self, call: "_Call") -> None:
        """Gives the place of a running call to the next one."""
        with self._lock:
            if call.is_abandoned or call.done():
                return
            is_one_too_many = self._num_abandoned >= _MAX_ABANDONED
            if not is_one_too_many:
                self._num_abandoned += 1
                call.is_abandoned = True
                self._release(call)
        if is_one_too_many:
            _log.warning(
                "%d calls that were stopped still run: Python code inside of TensorFlow cannot be interrupted. "
                "New calls may have to wait for them. Restart the process to get rid of them.",
                _MAX_ABANDONED + 1,
            )

    def start_after_long_wait(self, call: "_Call") -> bool:
        """Starts a call whose invocation has no other one under way; returns whether it still waits."""
        with self._lock:
            if call not in self._waiting:
                return False
            if self._running[call.owner]:
                return True
            self._waiting.remove(call)
            self._start(call, has_place=False)
            return False

    def _start(self, call: "_Call", has_place: bool) -> None:
        if self._num_idle:
            self._num_idle -= 1
        else:
            threading.Thread(target=self._work, name="tffsim-worker", daemon=True).start()
        call.has_place = has_place
        self._places_taken += has_place
        self._running[call.owner] += 1
        self._started.put(call)

    def _work(self) -> None:
        while True:
            call = self._started.get()
            call.run()
            with self._lock:
                if call.is_abandoned:
                    self._num_abandoned -= 1
                else:
                    self._release(call)
                del call
                if self._num_idle >= self._max_workers:
                    return
                self._num_idle += 1

    def _release(self, call: "_Call") -> None:
        self._places_taken -= call.has_place
        self._running[call.owner] -= 1
        if not self._running[call.owner]:
            del self._running[call.owner]
        if self._waiting and self._places_taken < self._max_workers:
            self._start(self._waiting.popleft(), has_place=True)
        if call.is_nested and not self._running[call.owner]:
            sibling = next((other for other in self._waiting if other.owner == call.owner), None)
            if sibling is not None:
                self._waiting.remove(sibling)
                self._start(sibling, has_place=False)


class _Call(concurrent.futures.Future[Any]):
    """A call, and what the pool must know of it.

    Attributes:
        owner: Equal for all calls of one invocation.
        is_nested: Whether another call waits for this one's invocation.
        has_place: Whether it counts as one that computes.
        is_abandoned: Whether nobody waits for it.
    """

    def __init__(self, pool: WorkerPool, work: Callable[[], object]) -> None:
        super().__init__()
        self._pool = pool
        self._work: Callable[[], object] | None = work
        self._context = contextvars.copy_context()
        self._scope = current_scope.get()
        enclosing_call = _enclosing_call.get()
        is_alone = self._scope is None and enclosing_call is None
        self.owner: object = object() if is_alone else (self._scope, enclosing_call)
        self.is_nested = enclosing_call is not None or (self._scope is not None and self._scope.is_nested)
        self.has_place = False
        self.is_abandoned = False

    def cancel(self) -> bool:
        """Takes the call back if it has not started; else abandons it."""
        if super().cancel():
            self._pool.forget(self)
            return True
        self._pool.abandon(self)
        return False

    def run(self) -> None:
        """Does the work, unless its invocation was stopped in the meantime."""
        work, self._work = self._work, None
        assert work is not None
        if self._scope is not None and self._scope.cancelled:
            super().cancel()
        if not self.set_running_or_notify_cancel():
            return
        try:
            result = self._context.run(_run_nested, work)
        except BaseException as error:
            self.set_exception(error)
            # Else error, traceback, frame and call would refer to each other, and keep the arguments alive.
            del self, work
        else:
            self.set_result(result)

    def remind(self) -> bool:
        """Starts the call if it has waited too long; returns whether it still waits."""
        return self._pool.start_after_long_wait(self)


def _run_nested(work: Callable[[], _T]) -> _T:
    _enclosing_call.set(object())
    return work()


def _remind_later(loop: asyncio.AbstractEventLoop, call: "weakref.ref[_Call]") -> None:
    loop.call_later(_PATIENCE_SECONDS, _remind, loop, call, context=contextvars.Context())


def _remind(loop: asyncio.AbstractEventLoop, reference: "weakref.ref[_Call]") -> None:
    call = reference()
    if call is not None and call.remind():
        _remind_later(loop, reference)
