"""A trace as one HTML file: tables and pictures, without scripts, to be sent by mail or kept."""

import base64
import html
import io
import os
import pathlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from tffsim.tracing.exports.finished_trace import FinishedTrace
from tffsim.tracing.exports.plain_text import plain
from tffsim.tracing.summary import summary_html

if TYPE_CHECKING:
    from tffsim.tracing.trace import Trace

_FIGURES = {
    "stack": ("The execution stack", 3.6),
    "timeline": ("What ran when", 4.2),
    "clients": ("What each client did", 4.2),
    "traffic": ("What crossed between server and clients", 3.0),
    "ast": ("The computation, and the time of its parts", 6.0),
    "graph": ("Values and calls", 5.0),
}
"""The pictures, by the name of the method of `Figures`: what they show, and their height in inches."""

_MAX_SPANS_OF_SVG = 5_000  # Beyond that, drawings have more bytes than pixels have.
_WIDTH = 9.0
_DOTS_PER_INCH = 130

# Nothing may be loaded or run, whatever a trace from elsewhere contains.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"

_STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #ffffff; --line: #d5dae0; --soft: #5b6570; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e8ec; --paper: #16191d; --line: #3a424b; --soft: #9aa5b1; }
}
body { margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: var(--ink); background: var(--paper);
  font: 15px/1.5 system-ui, sans-serif; }
table { border-collapse: collapse; margin: 1.5rem 0; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding-bottom: .3rem; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .6rem; text-align: left; overflow-wrap: anywhere; }
th { color: var(--soft); font-weight: 500; }
figure { margin: 2rem 0; }
img { width: 100%; height: auto; background: #ffffff; border: 1px solid var(--line); border-radius: 4px; }
"""


def write_html(trace: "Trace", path: "str | os.PathLike[str]") -> None:
    """Writes a report that needs nothing but a browser.

    Args:
        trace: The trace, as it is now.
        path: The file, by custom with the ending `.html`.

    Raises:
        OSError: If the file cannot be written.
    """
    finished = FinishedTrace(trace.snapshot)
    parts = "\n".join(_parts(finished))
    pathlib.Path(path).write_text(parts, encoding="utf-8")


def _parts(trace: FinishedTrace) -> Iterator[str]:
    title = html.escape(plain(_title(trace)))
    yield "<!DOCTYPE html>"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title}</title><style>{_STYLE}</style></head>"
    yield f"<body><h1>{title}</h1>"
    yield plain(summary_html(trace))
    if trace.snapshot.num_spans:
        yield from _figures(trace)
    yield "</body></html>\n"


def _title(trace: FinishedTrace) -> str:
    names = dict.fromkeys(call.name for call in trace.snapshot.invocations if call.name)
    shown = ", ".join(list(names)[:3])
    return f"Trace of {shown}{', …' if len(names) > 3 else ''}" if shown else "Trace"


def _figures(trace: FinishedTrace) -> Iterator[str]:
    from tffsim.views.figures import Figures

    figures = Figures(trace)
    image_format = "svg" if trace.snapshot.num_spans <= _MAX_SPANS_OF_SVG else "png"
    for name, (caption, height) in _FIGURES.items():
        source = _drawn(getattr(figures, name), height, image_format)
        yield f'<figure><img alt="{caption}" src="{source}"></figure>'


def _drawn(draw: Callable[..., object], height: float, image_format: str) -> str:
    """Returns a picture as a data URI.

    As an image, and not as elements of the page: so it can contain nothing that runs, and
    the names inside of one drawing do not meet those of another.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure  # Not pyplot, which keeps figures and opens windows.

    output = io.BytesIO()
    # A name with two `$` is a name, and no formula to be parsed.
    with mpl.rc_context({"text.parse_math": False}):
        figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        draw(ax=figure.add_subplot(), dark=False)
        figure.savefig(output, format=image_format, dpi=_DOTS_PER_INCH, facecolor="white")
    kind = "svg+xml" if image_format == "svg" else image_format
    return f"data:image/{kind};base64,{base64.b64encode(output.getvalue()).decode('ascii')}"
