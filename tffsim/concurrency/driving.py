"""Running a coroutine in the thread that calls, without a thread or loop in between."""

import asyncio
import concurrent.futures
import contextlib
import contextvars
import threading
from collections.abc import Coroutine, Iterator
from typing import TypeVar

from tffsim.concurrency.cancellation import CancellationScope, current_scope
from tffsim.concurrency.interrupts import cancelled_by_interrupts

_T = TypeVar("_T")
_SECONDS_TO_CLEAN_UP = 1.0


class TookTooLongError(Exception):
    """A coroutine was stopped because its time was over."""


def drive_in_caller(coroutine: Coroutine[object, object, _T], timeout: float | None = None) -> _T:
    """Runs a coroutine to its end in the calling thread.

    An interrupt stops it at once, also inside of TensorFlow. Two things end first, as this
    thread waits for them there: a single op, and Python code in a thread of TensorFlow's
    own, such as that of `Dataset.from_generator`.

    Args:
        coroutine: One that does not wait for anything needs no event loop; one that does
            gets a loop if none is running here.
        timeout: After how many seconds it is stopped, as by an interrupt; None sets no limit.

    Raises:
        TookTooLongError: If it was stopped because of `timeout`.
        RuntimeError: If it must wait, and a loop is already running in this thread.
        CancelledError: If an invocation around this one was cancelled.
    """
    # In a context of its own: whatever an interrupt skips, no later call is taken for one inside of this.
    return contextvars.copy_context().run(_drive_in_scope, CancellationScope(), coroutine, timeout)


def _drive_in_scope(scope: CancellationScope, coroutine: Coroutine[object, object, _T], timeout: float | None) -> _T:
    scope.take_thread()
    current_scope.set(scope)
    forget_outer = scope.on_cancel_of_outer(scope.cancel)
    try:
        with cancelled_by_interrupts(scope), _cancelled_after(timeout, scope):
            return _drive(coroutine)
    except TookTooLongError:
        raise
    except (Exception, asyncio.CancelledError):
        if scope.cancelled:
            raise concurrent.futures.CancelledError from None
        raise
    finally:
        forget_outer()


@contextlib.contextmanager
def _cancelled_after(seconds: float | None, scope: CancellationScope) -> Iterator[None]:
    """A block that raises `TookTooLongError` if its scope was cancelled because of the time."""
    if seconds is None:
        yield
        return
    is_over = threading.Event()

    def end() -> None:
        is_over.set()
        scope.cancel()

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (Exception, asyncio.CancelledError):
        if is_over.is_set():
            raise TookTooLongError from None
        raise
    finally:
        timer.cancel()


def _drive(coroutine: Coroutine[object, object, _T]) -> _T:
    if asyncio._get_running_loop() is None:
        return _run_in_new_loop(coroutine)
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    coroutine.close()
    raise RuntimeError(
        "A stack that runs in the calling thread had to wait, but an event loop is running here. "
        "Use executors that do not wait, or `local_executor_factory`."
    )


def _run_in_new_loop(coroutine: Coroutine[object, object, _T]) -> _T:
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(coroutine)
    finally:
        try:
            _end_tasks(loop)
        finally:
            loop.close()


def _end_tasks(loop: asyncio.AbstractEventLoop) -> None:
    """Cancels what the coroutine has left.

    `asyncio.run` would wait without a bound. But an interrupt may come between two steps of tasks, in the code of the
    loop. The step that was next is lost then, and its task never ends.
    """
    left = asyncio.all_tasks(loop)
    if not left:
        return
    for task in left:
        task.cancel()
    # They are destroyed though they have not ended, which asyncio would tell on stderr.
    loop.set_exception_handler(lambda *_: None)
    loop.run_until_complete(asyncio.wait(left, timeout=_SECONDS_TO_CLEAN_UP))
