"""The context for plain calls: `f(x)` returns the result."""

import concurrent.futures
import math
import time
from collections.abc import Callable, Coroutine
from typing import Any

from federated_language.framework import ConcreteComputation, SyncContext

from tffsim.concurrency.driving import TookTooLongError, drive_in_caller
from tffsim.concurrency.event_loop_thread import RunningInvocation
from tffsim.concurrency.forked_process import refuse_forked_process
from tffsim.execution_contexts.execution_error import USER_ERRORS
from tffsim.execution_contexts.invocation import invoke, timeout_error
from tffsim.execution_contexts.stack_context import StackContext
from tffsim.executor_stacks.lending_factory import LendingFactory

_SECONDS_TO_STOP = 0.9
# Not every interrupt wakes a thread that waits: none does on Windows, nor does the one
# that a kernel sends to itself. It is seen when the wait ends.
_SECONDS_BETWEEN_LOOKS = 0.1


class SyncExecutionContext(StackContext, SyncContext):
    """Runs computations and waits for their results.

    Can be used from any thread, also while an event loop runs, as in notebooks. An
    interrupt (Ctrl-C, the stop button) cancels the invocation; the next call works.
    """

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
        if not self._must_trace:
            return self._invoke(comp, arg)
        # What reads and shows traces is needed by those who trace.
        from tffsim.traces.session import trace

        with trace() as self._last_trace:
            return self._invoke(comp, arg)

    def _invoke(self, comp: ConcreteComputation, arg: object) -> object:
        coroutine = invoke(self._settings, comp, arg)
        factory = self.executor_factory
        if isinstance(factory, LendingFactory) and factory.runs_in_caller:
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
