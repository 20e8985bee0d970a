"""An executor that runs another one on a thread of its own.

Useful below an executor that blocks: while the thread is busy, the rest of the stack
goes on. Each call costs a hop between threads (about 0.1 ms), so tffsim's own stacks
use it only where the user asks for threads per client.
"""

import asyncio
import threading
import weakref
from collections.abc import Coroutine
from typing import TypeVar

from tffsim.executors.executor_base import Executor, ExecutorValue, check_open, named_elements
from tffsim.executors.owned_value import OwnedValue, own_handle
from tffsim.language.struct_types import container

_T = TypeVar("_T")


class ThreadDelegatingExecutorValue(OwnedValue):
    """A handle of the `ThreadDelegatingExecutor`.

    Args:
        value: A handle of the target executor.
        executor: The executor whose thread computes the value.
    """

    __slots__ = ("_value",)

    def __init__(self, value: ExecutorValue, executor: "ThreadDelegatingExecutor") -> None:
        super().__init__(executor, value.type_signature)
        self._value = value

    @property
    def reference(self) -> ExecutorValue:
        return self._value

    async def compute(self) -> object:
        return await self._executor.delegate(self._value.compute())


class ThreadDelegatingExecutor(Executor):
    """Runs a target executor on its own thread.

    Args:
        target: All its coroutines run on the thread.
    """

    def __init__(self, target: Executor) -> None:
        self._target = target
        self._is_closed = False
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=_run_loop, args=(self._loop,), name="tffsim-executor", daemon=True).start()
        # Not stopped by close(): values in flight still need the loop.
        self._finalizer = weakref.finalize(self, self._loop.call_soon_threadsafe, self._loop.stop)

    @property
    def target(self) -> Executor:
        """The executor below."""
        return self._target

    def close(self) -> None:
        self._is_closed = True
        self._target.close()

    async def create_value(self, value: object, type_spec: object = None) -> ThreadDelegatingExecutorValue:
        """Embeds a value in the target, on its thread."""
        return await self._create(self._target.create_value(value, type_spec))

    async def create_call(self, comp: ExecutorValue, arg: ExecutorValue | None = None) -> ThreadDelegatingExecutorValue:
        """Calls a function in the target, on its thread."""
        return await self._create(self._target.create_call(self._own(comp), self._own(arg) if arg else None))

    async def create_struct(self, elements: object) -> ThreadDelegatingExecutorValue:
        """Makes a struct in the target, on its thread."""
        names, handles = named_elements(elements)
        owned = container(names, [self._own(handle) for handle in handles])
        return await self._create(self._target.create_struct(owned))

    async def create_selection(self, source: ExecutorValue, index: int) -> ThreadDelegatingExecutorValue:
        """Selects from a struct in the target, on its thread."""
        return await self._create(self._target.create_selection(self._own(source), index))

    async def delegate(self, coroutine: Coroutine[object, object, _T]) -> _T:
        """Runs a coroutine on the thread; cancelling the caller cancels it."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(coroutine, self._loop))

    async def _create(self, coroutine: Coroutine[object, object, ExecutorValue]) -> ThreadDelegatingExecutorValue:
        try:
            check_open(self._is_closed, self)
        except RuntimeError:
            coroutine.close()
            raise
        return ThreadDelegatingExecutorValue(await self.delegate(coroutine), self)

    def _own(self, value: object) -> ExecutorValue:
        return own_handle(value, ThreadDelegatingExecutorValue, self).reference


def _run_loop(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    loop.run_forever()
    loop.close()
