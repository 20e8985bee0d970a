"""A part of a notebook that runs with an execution stack and is recorded."""

import contextlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType

from tffsim.magics.errors import note_interrupt
from tffsim.tracing.recording.active import recording
from tffsim.tracing.recording.recorder import Recorder


class RecordedBlock:
    """Begins with `begin` and ends with `leave`, then `complete`; or is a `with` block.

    Args:
        context: Makes a block in which the execution stack is the chosen one.
        recorder: What records; None if nothing is recorded.
        output: Completes what is shown and saved, which may take seconds; told whether the code failed.
    """

    def __init__(
        self,
        context: Callable[[], AbstractContextManager[object]],
        recorder: Recorder | None,
        output: Callable[[bool], object],
    ) -> None:
        self._make_context = context
        self._recorder = recorder
        self._output = output
        self._context = contextlib.ExitStack()
        self._recording = contextlib.ExitStack()

    def begin(self) -> None:
        """Chooses the stack, and records from now on."""
        self._context.enter_context(self._make_context())
        if self._recorder is not None:
            self._recording.enter_context(recording(self._recorder))

    def leave(self) -> None:
        """Makes all as it was before."""
        try:
            # A cell that awaits runs as a task, whose context variables end with it.
            with contextlib.suppress(ValueError):
                self._recording.close()
        finally:
            self._context.close()

    def complete(self, has_failed: bool = False) -> None:
        """Ends the trace, and completes what is shown and saved of it.

        Args:
            has_failed: Whether the code failed.
        """
        if self._recorder is not None:
            try:
                self._recorder.finish()
            finally:
                self._output(has_failed)

    def __enter__(self) -> None:
        self.begin()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            note_interrupt(error)
        self.leave()
        self.complete(has_failed=error is not None)
