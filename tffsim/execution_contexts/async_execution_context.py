"""The context for `await f(x)`."""

import asyncio
import concurrent.futures
import contextlib
import math
from typing import Any

from federated_language.framework import AsyncContext, ConcreteComputation

from tffsim.concurrency.event_loop_thread import RunningInvocation
from tffsim.concurrency.forked_process import refuse_forked_process
from tffsim.execution_contexts.execution_error import USER_ERRORS
from tffsim.execution_contexts.invocation import invoke, timeout_error
from tffsim.execution_contexts.stack_context import StackContext

# An interrupt that does not wake the event loop is heard when the loop wakes for another
# reason. In a notebook's cell there may be none before the computation ends.
_SECONDS_BETWEEN_LOOKS = 0.1


class AsyncExecutionContext(StackContext, AsyncContext):
    """Runs computations without holding up the event loop that awaits them.

    Cancelling the awaiting task cancels the invocation.
    """

    async def invoke(self, comp: ConcreteComputation, arg: object) -> Any:
        """Runs a computation and returns its result.

        Raises:
            ArgumentError: If the argument does not fit.
            CardinalityError: If the number of clients is ambiguous.
            ExecutionError: If the computation fails.
            RuntimeError: In a process that was forked after TensorFlow had run.
            TimeoutError: If it takes longer than `timeout`.
        """
        refuse_forked_process()
        if asyncio.iscoroutine(arg):
            # Here, in the caller's loop: what it waits for may belong to that loop.
            arg = await arg
        if not self._must_trace:
            return await self._invoke(comp, arg)
        # What reads and shows traces is needed by those who trace.
        from tffsim.traces.session import trace

        with trace() as self._last_trace:
            return await self._invoke(comp, arg)

    async def _invoke(self, comp: ConcreteComputation, arg: object) -> object:
        running = RunningInvocation(invoke(self._settings, comp, arg))
        try:
            running.start()
            if not await _has_ended(running.future, self._timeout):
                raise timeout_error(comp, self._timeout)
            return running.future.result()
        except USER_ERRORS as error:
            raise error.with_traceback(None) from error.__cause__
        except concurrent.futures.CancelledError:
            raise asyncio.CancelledError from None
        except BaseException:
            if not running.has_ended:
                running.cancel()
            raise


async def _has_ended(future: concurrent.futures.Future[object], timeout: float | None) -> bool:
    """Waits until an invocation has ended, and tells nothing of how: a task that is cancelled leaves no error behind.

    An error in a future of the loop would be logged, had the task stopped waiting for it.
    """
    loop = asyncio.get_running_loop()
    ended = loop.create_future()

    def tell(_: object) -> None:
        # Whoever was interrupted may have closed the loop.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle, ended)

    future.add_done_callback(tell)
    end = math.inf if timeout is None else loop.time() + timeout
    while not ended.done() and loop.time() < end:
        await asyncio.wait([ended], timeout=min(_SECONDS_BETWEEN_LOOKS, end - loop.time()))
    return ended.done()


def _settle(ended: "asyncio.Future[None]") -> None:
    if not ended.done():
        ended.set_result(None)
