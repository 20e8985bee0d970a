"""Turning tracing on: for a block of code, or for one function."""

import asyncio
import contextlib
import functools
from collections.abc import Callable
from typing import Any, NamedTuple

from tffsim.traces.trace import Trace
from tffsim.tracing.recording.active import recording
from tffsim.tracing.recording.recorder import Recorder
from tffsim.tracing.recording.spans import SpanGate

_INTERRUPTS = (KeyboardInterrupt, asyncio.CancelledError)


class Traced(NamedTuple):
    """What a traced function returns.

    Attributes:
        result: What the function returned.
        trace: What happened.
    """

    result: Any
    trace: Trace


class trace:  # noqa: N801 (it is called like a function)
    """Records what execution stacks do.

    In a `with` statement, all computations that are called in the block are recorded::

        with tffsim.trace() as t:
            train(weights, datasets)
        print(t)

    Around a function, each call of it is recorded: `result, t = tffsim.trace(train)(weights, datasets)`.

    A block inside another one has what is called in it for itself: the outer trace lacks it.

    The trace can be read at any time, also while computations run. If the block raises,
    the trace is complete all the same; the span that failed carries the error.

    Args:
        function: A computation, or any function that calls some.
        values: What is kept of values: `none`, `preview` (dtype, shape and a sketch of the numbers), or
            `all` for whole arrays. Of arrays of clients at workers it has neither, only dtype and shape.
        all_threads: Whether calls from other threads are recorded too. Otherwise the trace
            covers this thread, and the tasks and threads that copy its context variables.
        max_spans: How many spans are recorded at most; further ones are only counted.
        max_value_bytes: How many bytes of whole arrays are kept at most.
        gate: What every operation passes before it starts: a `Gate`, for pausing and stepping, or any object with a
            coroutine `pass_through(span)`.

    Raises:
        TypeError: If `function` cannot be called, such as a result.
        ValueError: If an option is out of range.
    """

    def __init__(
        self,
        function: Callable[..., object] | None = None,
        *,
        values: str = "preview",
        all_threads: bool = False,
        max_spans: int = 2_000_000,
        max_value_bytes: int = 256 * 1024 * 1024,
        gate: SpanGate | None = None,
    ) -> None:
        if function is not None and not callable(function):
            raise TypeError(
                f"`trace` takes a function, found a value of Python type `{type(function).__name__}`. "
                "Write `result, t = tff.trace(f)(x)`, not `tff.trace(f(x))`; or `with tff.trace() as t:`."
            )
        self._function = function
        self._all_threads = all_threads
        self._make_recorder = functools.partial(
            Recorder, values, max_spans=max_spans, max_value_bytes=max_value_bytes, gate=gate
        )
        self._recorder = self._make_recorder()
        self._blocks = contextlib.ExitStack()

    def __enter__(self) -> Trace:
        self._blocks.enter_context(recording(self._recorder, self._all_threads))
        return Trace(self._recorder)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._blocks.close()
        self._recorder.is_interrupted = kind is not None and issubclass(kind, _INTERRUPTS)
        self._recorder.finish()

    def __call__(self, *args: object, **kwargs: object) -> Traced:
        """Calls the function and returns its result with a new trace."""
        if self._function is None:
            raise TypeError("Nothing to call. Use `with tffsim.trace() as t:`, or `tffsim.trace(f)(x)`.")
        recorder = self._make_recorder()
        try:
            with recording(recorder, self._all_threads):
                return Traced(self._function(*args, **kwargs), Trace(recorder))
        finally:
            recorder.finish()
