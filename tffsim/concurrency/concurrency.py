"""Running coroutines side by side, at no cost when they do not wait.

Most coroutines of an execution stack finish without waiting for anything; an
asyncio task for each would cost more than its work. `start` therefore drives a
coroutine in place up to its first real wait. Only if there is one, a task takes
over from there.
"""

import asyncio
import collections
import contextvars
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Iterator
from typing import Any, Generic, Protocol, TypeVar

_T = TypeVar("_T")
_T_co = TypeVar("_T_co", covariant=True)


class Started(Protocol[_T_co]):
    """A coroutine under way: awaitable for its result."""

    def done(self) -> bool:
        """Whether the result can be had without waiting."""

    def cancel(self) -> bool:
        """Asks the coroutine to stop."""

    def __await__(self) -> Generator[object, None, _T_co]:
        """Waits for the result."""


class _Finished(Generic[_T]):
    """A coroutine that returned or raised without waiting."""

    __slots__ = ("_error", "_value")

    def __init__(self, value: Any, error: BaseException | None = None) -> None:
        self._value = value
        self._error = error

    def done(self) -> bool:
        return True

    def cancel(self) -> bool:
        return False

    def __await__(self) -> Generator[object, None, _T]:
        if self._error is not None:
            raise self._error
        return self._value
        yield


def start(coroutine: Coroutine[object, object, _T]) -> Started[_T]:
    """Drives a coroutine up to its first real wait.

    Context variables which the coroutine sets stay its own, as in a task.

    Args:
        coroutine: Not yet started.

    Returns:
        Its outcome, or the task that continues it. An exception is kept and raised
        where the outcome is awaited.
    """
    context = contextvars.copy_context()
    try:
        waiting_for = context.run(coroutine.send, None)
    except StopIteration as stop:
        return _Finished(stop.value)
    except Exception as error:
        return _Finished(None, error)
    # Not by `create_task`: a loop of `federated_language` makes its tasks itself, in no context but its own.
    return asyncio.Task(_Continuation(coroutine, waiting_for), loop=asyncio.get_running_loop(), context=context)


def run_without_waiting(coroutine: Coroutine[object, object, _T]) -> _T:
    """Runs a coroutine that never waits, without an event loop.

    Raises:
        RuntimeError: If it waits for something.
    """
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    coroutine.close()
    raise RuntimeError("A coroutine waited where none can.")


async def gather(*coroutines: Coroutine[object, object, _T]) -> list[_T]:
    """Runs coroutines side by side and returns their results in order.

    Args:
        *coroutines: Not yet started.

    Returns:
        The results. The first failure, in the order given, is raised after all the
        others have been cancelled.
    """
    if len(coroutines) == 1:
        return [await coroutines[0]]
    started = collections.deque(start(coroutine) for coroutine in coroutines)
    return [result async for result in _results(started, iter(()), lambda _: 0)]


def in_order(
    coroutines: Iterator[Coroutine[object, object, _T]], limit: Callable[[int], int]
) -> AsyncGenerator[_T, None]:
    """Yields the results of coroutines in order, with a bounded number under way.

    A coroutine starts only after so many results were taken that there is a place for it.

    Args:
        coroutines: Made one by one, when their turn comes.
        limit: Tells by its number how many may be under way, or finished but not yet taken,
            when a coroutine has started; at least 1.

    Returns:
        A generator of one result per coroutine. Close it if you leave it early.
    """
    return _results(collections.deque(), coroutines, limit)


async def _results(
    started: collections.deque[Started[_T]],
    waiting: Iterator[Coroutine[object, object, _T]],
    limit: Callable[[int], int],
) -> AsyncGenerator[_T, None]:
    num_started = 0
    try:
        while True:
            while len(started) < limit(num_started) and not (started and started[0].done()):
                coroutine = next(waiting, None)
                if coroutine is None:
                    break
                started.append(start(coroutine))
                num_started += 1
            if not started:
                return
            head = started[0]
            result = await head
            started.popleft()
            del head
            yield result
            del result
    finally:
        await _cancel_all(started)


async def _cancel_all(started: collections.deque[Started[_T]]) -> None:
    tasks = [task for task in started if isinstance(task, asyncio.Task)]
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.gather(*tasks, return_exceptions=True)


def outside_of_loop(function: Callable[..., _T], *args: object) -> _T:
    """Calls a function that may run code of the user, in which no event loop seems to run.

    TensorFlow may run a `tf.py_function` in the thread that calls it. There the user may
    call `asyncio.run`, which refuses to start in a thread whose loop runs.
    """
    loop = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        return function(*args)
    finally:
        asyncio._set_running_loop(loop)


class _Continuation(Coroutine[object, object, _T]):
    """The rest of a coroutine that waits for something already, in the form a task takes."""

    __slots__ = ("_coroutine", "_waiting_for")

    def __init__(self, coroutine: Coroutine[object, object, _T], waiting_for: object) -> None:
        self._coroutine = coroutine
        self._waiting_for = waiting_for

    def send(self, value: object) -> object:
        if self._waiting_for is not None:
            waiting_for, self._waiting_for = self._waiting_for, None
            return waiting_for
        return self._coroutine.send(value)

    def throw(self, *error: Any) -> object:
        return self._coroutine.throw(*error)

    def close(self) -> None:
        self._coroutine.close()

    def __await__(self) -> Generator[object, None, _T]:
        raise TypeError("A continuation is run by a task.")
