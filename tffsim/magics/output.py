"""Showing a trace from a magic: live in a notebook, as a page when it has ended, as text elsewhere."""

import contextlib
from typing import TYPE_CHECKING, ClassVar

from IPython.core.interactiveshell import InteractiveShell
from IPython.display import display

from tffsim.magics.cleared_output import when_cleared
from tffsim.traces.trace import Trace

if TYPE_CHECKING:
    from tffsim.views.notebook.trace_view import TraceView


class LiveOutput:
    """The output of a cell that shows a trace while it is written, from the first call of a computation on.

    A cell that clears its output does not mean the view, which stays until the trace is finished.

    Args:
        shell: The `InteractiveShell`.
        trace: The trace.
        panels: Which panels are shown; none for no view at all.
    """

    _last_view: ClassVar["TraceView | None"] = None

    def __init__(self, shell: InteractiveShell, trace: Trace, panels: tuple[str, ...]) -> None:
        self._shell = shell
        self._trace = trace
        self._panels = panels
        self._is_text = bool(panels) and getattr(shell, "kernel", None) is None
        self._view: TraceView | None = None
        self._following = contextlib.ExitStack()
        if panels and not self._is_text and trace.recorder is not None:
            trace.recorder.before_first(self._show)

    def _show(self) -> None:
        self._view = self._trace.show(*self._panels)
        display(self._view)
        self._following.enter_context(when_cleared(self._shell, self._view.display_again))

    def finish(self) -> None:
        """Completes the output when the trace is finished; there is none if no computation was called."""
        self._following.close()
        if self._is_text and self._trace.invocations.num_rows:
            print(self._trace.summary())
        elif self._view is not None:
            self._keep_for_reloaded_pages()

    def _keep_for_reloaded_pages(self) -> None:
        """Closes the view before this one instead of this one.

        In a page that was loaded again while the cell ran, Jupyter cannot replace the view;
        it comes back by itself as soon as the kernel has time, if it is still there.
        """
        before, LiveOutput._last_view = LiveOutput._last_view, self._view
        if before is not None and before.num_listeners <= 1:
            before.close()
