"""Running a coroutine in the thread that calls, without a thread or loop in between."""

import asyncio
import concurrent.futures
from collections.abc import Coroutine
from typing import Any, TypeVar

from tffsim.execution_contexts.interrupts import cancelled_by_interrupts
from tffsim.executors.cancellation import CancellationScope, current_scope

_T = TypeVar("_T")


def drive_in_caller(coroutine: Coroutine[Any, Any, _T]) -> _T:
    """Runs a coroutine to its end in the calling thread.

    An interrupt stops it at once, also inside of TensorFlow. Two things end first, as this
    thread waits for them there: a single op, and Python code in a thread of TensorFlow's
    own, such as that of `Dataset.from_generator`.

    Args:
        coroutine: One that does not wait for anything needs no event loop; one that does
            gets a loop if none is running here.

    Raises:
        RuntimeError: If it must wait, and a loop is already running in this thread.
        CancelledError: If an invocation around this one was cancelled.
    """
    scope = CancellationScope()
    scope.take_thread()
    token = current_scope.set(scope)
    forget_outer = scope.on_cancel_of_outer(scope.cancel)
    try:
        with cancelled_by_interrupts(scope):
            return _drive(coroutine)
    except Exception:
        if scope.cancelled:
            raise concurrent.futures.CancelledError from None
        raise
    finally:
        forget_outer()
        current_scope.reset(token)


def _drive(coroutine: Coroutine[Any, Any, _T]) -> _T:
    if asyncio._get_running_loop() is None:
        return asyncio.run(coroutine)
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    coroutine.close()
    raise RuntimeError(
        "A stack that runs in the calling thread had to wait, but an event loop is running here. "
        "Use executors that do not wait, or `local_executor_factory`."
    )
