"""A trace in the forms that front ends of Jupyter know: a page, a picture, text."""

import base64
import contextlib
import gc
import html
import io
import sys
from collections.abc import Iterator

from tffsim.tracing.analysis.summary import summary, summary_html
from tffsim.tracing.document.snapshot import Snapshot
from tffsim.views import PANELS
from tffsim.views.notebook.page import frame
from tffsim.views.panels.sentence import told

# A larger trace is not embedded whole: its notebook would become too large to open.
MAX_SPANS_EMBEDDED = 200_000
_TOO_LARGE = (
    "<p>This trace is too large to be kept in a notebook. Here are its sums. To look inside, "
    "call its <code>show()</code>, or write a page with its <code>to_html()</code>.</p>"
)


def mime_bundle(
    snapshot: Snapshot, panels: tuple[str, ...] = PANELS, title: str = "", view: str = ""
) -> dict[str, str]:
    """Returns what a notebook shows of a finished trace, and saves; nothing in it needs a kernel.

    Args:
        snapshot: What was recorded.
        panels: Which panels are shown.
        title: What is shown above them; by default the names of the computations.
        view: The name of the live view in the place of which it stands.

    Returns:
        By MIME type: an interactive page in a frame (of a very large trace: tables), a still picture, and text.
        Of an empty trace: text alone.
    """
    if not snapshot.num_spans:
        return {"text/plain": summary(snapshot)}
    image = _picture(snapshot)
    source = "data:image/png;base64," + image
    said = told(snapshot)
    alt = html.escape(said or "The execution stack", quote=True)
    still = f'<details><summary>Still picture</summary><img alt="{alt}" src="{source}"></details>'
    is_small = snapshot.num_spans <= MAX_SPANS_EMBEDDED
    content = frame(snapshot, panels, title, view) + still if is_small else _TOO_LARGE + summary_html(snapshot) + still
    return {
        "text/html": content,
        "image/png": image,
        "text/plain": "\n\n".join(filter(None, (said, summary(snapshot)))),
    }


def is_in_kernel() -> bool:
    """Whether this process is a Jupyter kernel, whose front end can show more than text."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None) is not None


def _picture(snapshot: Snapshot) -> str:
    """Returns the program and the timeline as a PNG image in base64."""
    with _circles_freed():
        return base64.b64encode(_drawn(snapshot)).decode("ascii")


@contextlib.contextmanager
def _circles_freed() -> Iterator[None]:
    """A block whose objects are gone afterwards, also those that refer to each other.

    A figure is thousands of such objects. Python would find them late, as beside those of TensorFlow they are few, and
    until then each cell of a notebook adds a megabyte and more. While nothing is collected, all that is made counts as
    young, and the young alone are looked through in milliseconds.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.collect(0)
        if was_enabled:
            gc.enable()


def _drawn(snapshot: Snapshot) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from tffsim.views.figures.figures import Figures

    figure = Figure(figsize=(9, 7), layout="constrained")
    FigureCanvasAgg(figure)
    upper, lower = figure.subplots(2)
    figures = Figures(snapshot)
    figures.program(ax=upper, dark=False)
    figures.timeline(ax=lower, dark=False)
    image = io.BytesIO()
    figure.savefig(image, format="png", dpi=80)
    return image.getvalue()
