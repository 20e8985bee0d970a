"""Running a coroutine in the thread that calls, without a thread or loop in between."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

_T = TypeVar("_T")


def drive_in_caller(coroutine: Coroutine[Any, Any, _T]) -> _T:
    """Runs a coroutine to its end in the calling thread.

    Args:
        coroutine: One that does not wait for anything needs no event loop; one that does
            gets a loop if none is running here.

    Raises:
        RuntimeError: If it must wait, and a loop is already running in this thread.
    """
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
