"""The context for `await f(x)`."""

import asyncio
import concurrent.futures
import contextlib
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from federated_language.framework import AsyncContext, ConcreteComputation, ExecutorFactory

from tffsim.concurrency.event_loop_thread import RunningInvocation
from tffsim.concurrency.forked_process import refuse_forked_process
from tffsim.execution_contexts.cardinality_inference import infer_cardinalities
from tffsim.execution_contexts.execution_error import USER_ERRORS
from tffsim.execution_contexts.invocation import (
    CardinalityInferenceFn,
    CompilerFn,
    invocation_settings,
    invoke,
    timeout_error,
)
from tffsim.tracing.recording.active import active_recorder

if TYPE_CHECKING:
    from tffsim.traces.trace import Trace

# An interrupt that does not wake the event loop is heard when the loop wakes for another
# reason. In a notebook's cell there may be none before the computation ends.
_SECONDS_BETWEEN_LOOKS = 0.1


class AsyncExecutionContext(AsyncContext):
    """Runs computations without holding up the event loop that awaits them.

    Cancelling the awaiting task cancels the invocation.

    Args:
        executor_fn: Makes or lends execution stacks.
        compiler_fn: Returns an equivalent computation; its results are remembered.
        transform_args: Applied to the argument before anything else.
        transform_result: Applied to the result after everything else.
        cardinality_inference_fn: Tells from the argument how many clients there are.
        timeout: How many seconds an invocation may take; None sets no limit.
        max_attempts: How often an invocation is tried that fails with `RetryableError`.
        trace: Whether each invocation is traced; `last_trace` is the trace of the one that started last.
    """

    def __init__(
        self,
        executor_fn: ExecutorFactory,
        compiler_fn: CompilerFn | None = None,
        *,
        transform_args: Callable[[Any], object] | None = None,
        transform_result: Callable[[Any], object] | None = None,
        cardinality_inference_fn: CardinalityInferenceFn = infer_cardinalities,
        timeout: float | None = None,
        max_attempts: int = 3,
        trace: bool = False,
    ) -> None:
        self._settings = invocation_settings(
            executor_fn,
            compiler_fn=compiler_fn,
            transform_args=transform_args,
            transform_result=transform_result,
            cardinality_inference_fn=cardinality_inference_fn,
            max_attempts=max_attempts,
        )
        self._timeout = timeout
        self._traces = trace
        self._last_trace: Trace | None = None

    @property
    def executor_factory(self) -> ExecutorFactory:
        """Makes or lends execution stacks."""
        return self._settings.factory

    @property
    def last_trace(self) -> "Trace | None":
        """What happened in the invocation that started last, if the context was made with `trace=True`."""
        return self._last_trace

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
        if not self._traces or active_recorder() is not None:
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
