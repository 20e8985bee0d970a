"""Showing a trace from a magic: live in a notebook, as a page when it has ended, as text elsewhere."""

import base64
import io
from typing import Any

from IPython.display import DisplayHandle, display

from tffsim.tracing.trace import Trace

# A larger trace is not embedded whole: its notebook would become too large to open.
_MAX_SPANS_EMBEDDED = 60_000


class LiveOutput:
    """The output of a cell that shows a trace while it is written.

    Args:
        shell: The `InteractiveShell`.
        trace: The trace.
        panels: Which panels are shown; none for no view at all.
    """

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
        # The live view gets its last batch before it goes.
        self._view.close()
        self._handle.update(finished_bundle(self._trace, self._panels), raw=True)


def finished_bundle(trace: Trace, panels: tuple[str, ...]) -> dict[str, str]:
    """Returns a finished trace in the forms that front ends know: a page, a picture, text."""
    from tffsim.views.page import frame

    picture = _picture(trace)
    still = f'<details><summary>Still picture</summary><img alt="The execution stack" src="{picture}"></details>'
    interactive = frame(trace, panels) if trace.snapshot.num_spans <= _MAX_SPANS_EMBEDDED else trace._repr_html_()
    return {
        "text/html": interactive + still,
        "image/png": picture.partition(",")[2],
        "text/plain": trace.summary(),
    }


def _picture(trace: Trace) -> str:
    """Returns the stack and the timeline as a PNG image in a data URI."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 7), layout="constrained")
    FigureCanvasAgg(figure)
    upper, lower = figure.subplots(2)
    trace.plot.stack(ax=upper, dark=False)
    trace.plot.timeline(ax=lower, dark=False)
    image = io.BytesIO()
    figure.savefig(image, format="png", dpi=80)
    return "data:image/png;base64," + base64.b64encode(image.getvalue()).decode("ascii")


def show(trace: Trace, panels: tuple[str, ...]) -> None:
    """Shows a finished trace."""
    display(finished_bundle(trace, panels), raw=True)
