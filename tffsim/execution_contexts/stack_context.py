"""What the contexts for plain and for awaited calls have in common: their options, and traces of all they run."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from federated_language.framework import ExecutorFactory

from tffsim.execution_contexts.cardinality_inference import infer_cardinalities
from tffsim.execution_contexts.invocation import CardinalityInferenceFn, CompilerFn, InvocationSettings
from tffsim.failures.checked_numbers import checked_int, checked_seconds
from tffsim.language.identity_cache import IdentityCache
from tffsim.tracing.recording.active import active_recorder

if TYPE_CHECKING:
    from tffsim.traces.trace import Trace


class StackContext:
    """Base of contexts that run computations on execution stacks."""

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
        """Makes a context.

        Args:
            executor_fn: Makes or lends execution stacks.
            compiler_fn: Returns an equivalent computation; its results are remembered.
            transform_args: Applied to the argument before anything else.
            transform_result: Applied to the result after everything else.
            cardinality_inference_fn: Tells from the argument how many clients there are.
            timeout: How many seconds an invocation may take; None sets no limit.
            max_attempts: How often an invocation is tried that fails with `RetryableError`.
            trace: Whether each invocation is traced; `last_trace` is the trace of the one that started last.

        Raises:
            TypeError: If `executor_fn` is no executor factory, `max_attempts` no int, or `timeout` no number.
            ValueError: If `max_attempts` is less than 1, or `timeout` not above 0.
        """
        if not isinstance(executor_fn, ExecutorFactory):
            found = type(executor_fn).__name__
            raise TypeError(f"A context needs an executor factory, such as `local_executor_factory()`, found {found}.")
        max_attempts = checked_int("max_attempts", max_attempts, 1)
        compiled = IdentityCache(compiler_fn, max_size=128) if compiler_fn is not None else None
        self._settings = InvocationSettings(
            executor_fn, compiled, transform_args, transform_result, cardinality_inference_fn, max_attempts
        )
        self._timeout = checked_seconds("timeout", timeout) if timeout is not None else None
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

    @property
    def _must_trace(self) -> bool:
        """Whether the next invocation needs a trace of its own."""
        return self._traces and active_recorder() is None
