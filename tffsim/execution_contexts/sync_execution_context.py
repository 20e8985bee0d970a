"""The context for plain calls: `f(x)` returns the result."""

import concurrent.futures
import math
import time
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from federated_language.framework import ConcreteComputation, ExecutorFactory, SyncContext

from tffsim.concurrency.driving import TookTooLongError, drive_in_caller
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
from tffsim.executor_stacks.lending_factory import LendingFactory
from tffsim.tracing.recording.active import active_recorder

if TYPE_CHECKING:
    from tffsim.traces.trace import Trace

_SECONDS_TO_STOP = 0.9
# Not every interrupt wakes a thread that waits: none does on Windows, nor does the one
# that a kernel sends to itself. It is seen when the wait ends.
_SECONDS_BETWEEN_LOOKS = 0.1


class SyncExecutionContext(SyncContext):
    """Runs computations and waits for their results.

    Can be used from any thread, also while an event loop runs, as in notebooks. An
    interrupt (Ctrl-C, the stop button) cancels the invocation; the next call works.

    Args:
        executor_fn: Makes or lends execution stacks.
        compiler_fn: Returns an equivalent computation; its results are remembered.
        transform_args: Applied to the argument before anything else.
        transform_result: Applied to the result after everything else.
        cardinality_inference_fn: Tells from the argument how many clients there are.
        timeout: How many seconds an invocation may take; None sets no limit.
        max_attempts: How often an invocation is tried that fails with `RetryableError`.
        trace: Whether each invocation is traced; `last_trace` is the trace of the last.
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
        self._runs_in_caller = isinstance(executor_fn, LendingFactory) and executor_fn.runs_in_caller

    @property
    def executor_factory(self) -> ExecutorFactory:
        """Makes or lends execution stacks."""
        return self._settings.factory

    @property
    def last_trace(self) -> "Trace | None":
        """What happened in the last invocation, if the context was made with `trace=True`."""
        return self._last_trace

    def invoke(self, comp: ConcreteComputation, arg: object) -> Any:
        """Runs a computation and returns its result.

        Raises:
            ArgumentError: If the argument does not fit.
            CardinalityError: If the number of clients is ambiguous.
            ExecutionError: If the computation fails.
            RuntimeError: In a process that was forked after TensorFlow had run.
            TimeoutError: If it takes longer than `timeout`.
        """
        refuse_forked_process()
        if not self._traces or active_recorder() is not None:
            return self._invoke(comp, arg)
        # What reads and shows traces is needed by those who trace.
        from tffsim.traces.session import trace

        with trace() as self._last_trace:
            return self._invoke(comp, arg)

    def _invoke(self, comp: ConcreteComputation, arg: object) -> object:
        coroutine = invoke(self._settings, comp, arg)
        if self._runs_in_caller:
            return self._drive_in_caller(comp, coroutine)
        running = RunningInvocation(coroutine)
        try:
            running.start()
            return _wait(running, self._timeout)
        except USER_ERRORS as error:
            # Without the frames of the thread that ran it: the message says where.
            raise error.with_traceback(None) from error.__cause__
        except concurrent.futures.TimeoutError as error:
            if running.has_ended:
                raise
            _stop(running)
            raise timeout_error(comp, self._timeout) from error
        except BaseException:
            if not running.has_ended:
                _stop(running)
            raise

    def _drive_in_caller(self, comp: ConcreteComputation, coroutine: Coroutine[object, object, object]) -> object:
        try:
            return drive_in_caller(coroutine, self._timeout)
        except TookTooLongError:
            raise timeout_error(comp, self._timeout) from None


def _wait(
    running: RunningInvocation[object], timeout: float | None, clock: Callable[[], float] = time.monotonic
) -> object:
    end = math.inf if timeout is None else clock() + timeout
    while not running.wait(min(_SECONDS_BETWEEN_LOOKS, end - clock())):
        if clock() >= end:
            raise concurrent.futures.TimeoutError
    return running.future.result()


def _stop(running: RunningInvocation[object]) -> None:
    """Cancels an invocation and waits for it, not for long: what cannot be stopped is left behind."""
    running.cancel()
    running.wait(_SECONDS_TO_STOP)
