"""The context for `await f(x)`."""

import asyncio
import concurrent.futures
import contextlib
from collections.abc import Callable
from typing import Any

from federated_language.framework import AsyncContext, ConcreteComputation, ExecutorFactory

from tffsim.execution_contexts.cardinality_inference import infer_cardinalities
from tffsim.execution_contexts.event_loop_thread import RunningInvocation
from tffsim.execution_contexts.execution_error import USER_ERRORS
from tffsim.execution_contexts.invocation import (
    CardinalityInferenceFn,
    CompilerFn,
    invocation_settings,
    invoke,
)
from tffsim.executors.forked_process import refuse_forked_process

# An interrupt that does not wake the event loop is heard when the loop wakes for another
# reason. In a notebook's cell there may be none before the computation ends.
_SECONDS_BETWEEN_LOOKS = 0.1


class AsyncExecutionContext(AsyncContext):
    """Runs computations without holding up the event loop that awaits them.

    Cancelling the awaiting task cancels the invocation. Bound the time with
    `asyncio.timeout`.

    Args:
        executor_fn: Makes or lends execution stacks.
        compiler_fn: Returns an equivalent computation; its results are remembered.
        transform_args: Applied to the argument before anything else.
        transform_result: Applied to the result after everything else.
        cardinality_inference_fn: Tells from the argument how many clients there are.
        max_attempts: How often an invocation is tried that fails with `RetryableError`.
    """

    def __init__(
        self,
        executor_fn: ExecutorFactory,
        compiler_fn: CompilerFn | None = None,
        *,
        transform_args: Callable[[Any], Any] | None = None,
        transform_result: Callable[[Any], Any] | None = None,
        cardinality_inference_fn: CardinalityInferenceFn = infer_cardinalities,
        max_attempts: int = 3,
    ) -> None:
        self._settings = invocation_settings(
            executor_fn,
            compiler_fn=compiler_fn,
            transform_args=transform_args,
            transform_result=transform_result,
            cardinality_inference_fn=cardinality_inference_fn,
            max_attempts=max_attempts,
        )

    @property
    def executor_factory(self) -> ExecutorFactory:
        """Makes or lends execution stacks."""
        return self._settings.factory

    async def invoke(self, comp: ConcreteComputation, arg: Any) -> Any:
        """Runs a computation and returns its result.

        Raises:
            ArgumentError: If the argument does not fit.
            CardinalityError: If the number of clients is ambiguous.
            ExecutionError: If the computation fails.
            RuntimeError: In a process that was forked after TensorFlow had run.
        """
        refuse_forked_process()
        if asyncio.iscoroutine(arg):
            # Here, in the caller's loop: what it waits for may belong to that loop.
            arg = await arg
        running = RunningInvocation(invoke(self._settings, comp, arg))
        try:
            running.start()
            await _end_of(running.future)
            return running.future.result()
        except USER_ERRORS as error:
            raise error.with_traceback(None) from error.__cause__
        except concurrent.futures.CancelledError:
            raise asyncio.CancelledError from None
        except BaseException:
            if not running.has_ended:
                running.cancel()
            raise


async def _end_of(future: concurrent.futures.Future[Any]) -> None:
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
    while not ended.done():
        await asyncio.wait([ended], timeout=_SECONDS_BETWEEN_LOOKS)


def _settle(ended: "asyncio.Future[None]") -> None:
    if not ended.done():
        ended.set_result(None)
