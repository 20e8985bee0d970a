"""Showing a trace from a magic: live in a notebook, as a page when it has ended, as text elsewhere."""

from typing import Any, ClassVar

from IPython.display import DisplayHandle

from tffsim.tracing.trace import Trace


class LiveOutput:
    """The output of a cell that shows a trace while it is written.

    Args:
        shell: The `InteractiveShell`.
        trace: The trace.
        panels: Which panels are shown; none for no view at all.
    """

    _last_view: ClassVar[Any] = None

    def __init__(self, shell: Any, trace: Trace, panels: tuple[str, ...]) -> None:
        self._trace = trace
        self._panels = panels
        self._view: Any = None
        self._handle: DisplayHandle | None = None
        self._has_front_end = getattr(shell, "kernel", None) is not None
        if panels and self._has_front_end:
            self._view = trace.show(*panels)
            self._handle = DisplayHandle()
            self._handle.display(self._view)

    def finish(self) -> None:
        """Replaces the live view by one that needs no kernel, so that it is saved with the notebook."""
        if not self._panels:
            return
        if self._handle is None:
            print(self._trace.summary())
            return
        from tffsim.views.mime_bundle import mime_bundle

        self._keep_for_reloaded_pages()
        self._handle.update(mime_bundle(self._trace, self._panels), raw=True)

    def _keep_for_reloaded_pages(self) -> None:
        """Closes the view before this one instead of this one.

        In a page that was loaded again while the cell ran, Jupyter cannot replace the view;
        it comes back by itself as soon as the kernel has time, if it is still there.
        """
        before, LiveOutput._last_view = LiveOutput._last_view, self._view
        if before is not None and before.num_listeners <= 1:
            before.close()
