"""Work that runs at most once, when somebody first asks for its result.

Federated values are made of these: one per client. A client's function runs when an
aggregation, or the caller, asks for that client's result. Nothing runs that nobody
asks for. A `Deferred` forgets its inputs as it starts, so that a client's update can
be freed as soon as it was used, while other clients have not even begun.
"""

import asyncio
import contextvars
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

from tffsim.concurrency.activity import current_node
from tffsim.concurrency.random_streams import current_place

_T = TypeVar("_T")

_WAITING, _RUNNING, _CLAIMED, _DONE, _FAILED = range(5)
_UNDER_WAY = (_RUNNING, _CLAIMED)

# One result may need another, and so on along the whole computation. Past this many
# nested requests the next one runs as a task, on a stack of its own, because Python
# limits the depth of a stack (1000 frames; a request takes about eight).
_MAX_NESTED_REQUESTS = 24
_nested_requests: contextvars.ContextVar[int] = contextvars.ContextVar("tffsim_nested_requests", default=0)


class Deferred(Generic[_T]):
    """The future result of `await work(*inputs)`.

    Its work runs on behalf of the AST node that was being evaluated when it was made,
    and draws the random numbers of that place, whoever asks first.
    Belongs to one event loop at a time. A failed or cancelled `Deferred` raises the
    same error at every request.

    Args:
        work: Called at most once.
        *inputs: Its arguments; released when the work starts.
    """

    __slots__ = ("__weakref__", "_inputs", "_node", "_place", "_result", "_state", "_waiters", "_work")

    def __init__(self, work: Callable[..., Coroutine[object, object, _T]] | None, *inputs: object) -> None:
        self._work = work
        self._inputs: tuple[object, ...] = inputs
        self._node = current_node.get()
        self._place = current_place.get()
        self._state = _WAITING
        self._result: Any = None
        self._waiters: list[asyncio.Future[None]] = []

    @classmethod
    def of(cls, value: _T) -> "Deferred[_T]":
        """Returns a `Deferred` whose result is already there."""
        deferred: Deferred[_T] = cls(None)
        deferred._settle(_DONE, value)
        return deferred

    async def get(self) -> _T:
        """Returns the result; the first request does the work, later ones wait for it."""
        while self._state in _UNDER_WAY:
            await self._change()
        if self._state == _WAITING:
            self._state = _RUNNING
            depth = _nested_requests.get() + 1
            if depth > _MAX_NESTED_REQUESTS and _loop_is_running():
                await self._run_as_task()
            else:
                await self._run(depth)
        if self._state == _FAILED:
            raise self._result
        return self._result

    # Somebody may do the work in another way, together with that of others.

    @property
    def is_untouched(self) -> bool:
        """Whether nobody has begun with the work."""
        return self._state == _WAITING

    @property
    def is_done(self) -> bool:
        """Whether the result is there."""
        return self._state == _DONE

    async def unclaimed(self) -> None:
        """Waits until nobody else does the work in another way."""
        while self._state == _CLAIMED:
            await self._change()

    def claim(self) -> None:
        """Takes over work that nobody has begun with: all wait for `settle` or `release`."""
        assert self._state == _WAITING
        self._state = _CLAIMED

    def settle(self, result: _T) -> None:
        """Gives the result of claimed work."""
        assert self._state == _CLAIMED
        self._work, self._inputs = None, ()
        self._settle(_DONE, result)

    def release(self) -> None:
        """Gives claimed work back, undone."""
        assert self._state == _CLAIMED
        self._settle(_WAITING, None)

    async def _change(self) -> None:
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        await waiter

    async def _run_as_task(self) -> None:
        await asyncio.get_running_loop().create_task(self._run(0))

    async def _run(self, depth: int) -> None:
        _nested_requests.set(depth)
        requesting_node = current_node.get()
        current_node.set(self._node)
        requesting_place = None
        if self._place is not None:
            requesting_place = current_place.get()
            current_place.set(self._place)
        try:
            self._settle(_DONE, await self._take_work())
        except BaseException as error:
            self._settle(_FAILED, error)
            if not isinstance(error, Exception):
                raise
        finally:
            if self._place is not None:
                current_place.set(requesting_place)
            current_node.set(requesting_node)
            _nested_requests.set(depth - 1)

    def _take_work(self) -> Coroutine[object, object, _T]:
        work, inputs = self._work, self._inputs
        self._work, self._inputs = None, ()
        assert work is not None
        return work(*inputs)

    def _settle(self, state: int, result: object) -> None:
        self._state, self._result = state, result
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)


def _loop_is_running() -> bool:
    return asyncio._get_running_loop() is not None
