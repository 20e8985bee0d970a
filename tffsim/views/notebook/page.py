"""A finished trace as a page that stands alone: the same front end, without a kernel.

A trace goes into the page deflated and in base64, so no text of it can end the script or
become a part of the page, and the front end never reads text as HTML. The front end is
deflated too: every view that a notebook keeps has one of its own, so that cells can be
copied, moved and cleared one by one.
"""

import base64
import functools
import html
import json
import pathlib
import zlib
from typing import Any

import numpy as np

from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.document.span_reader import SpanReader
from tffsim.tracing.recording.source import Source
from tffsim.views import PANELS
from tffsim.views.notebook.feed import Feed
from tffsim.views.notebook.look import look
from tffsim.views.notebook.previews import previews_by_text
from tffsim.views.notebook.view_columns import deflated
from tffsim.views.panels.value_picture import DrawnValue, drawn_value
from tffsim.views.panels.words import chosen_language, say

FRONT_END = pathlib.Path(__file__).parents[1] / "static" / "front_end.js"
_MAX_PREVIEWS = 10_000
_MAX_DRAWN = 60
_MAX_LOOKED_AT = 1000
# A larger trace is not embedded whole: its notebook would become too large to open.
MAX_SPANS_EMBEDDED = 200_000
# As in the style sheet of the front end, so that nothing jumps when this takes the place of a live view.
_HEIGHT = 720
_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"

# A frame prefers the colour scheme of the element that it is in: JupyterLab, VS Code and Colab say theirs so.
_FOLLOW_THEME = (
    ":is([data-jp-theme-light=false],.vscode-dark,[theme=dark]) .tffsim-frame{color-scheme:dark}"
    "[data-jp-theme-light=true] .tffsim-frame{color-scheme:light}"
)

# With hardly a blank. Who sanitises a notebook takes the frame for text, which is then one line, cut off at the edge,
# and no screen full of script.
_PAGE = (
    "<!doctype html><html/lang={language}><head><meta/charset=utf-8>"
    "<meta/name=viewport/content=width=device-width,initial-scale=1>"
    '<meta/http-equiv=Content-Security-Policy/content="{policy}"><title>{title}</title>'
    "<style>body{{margin:0;padding:{padding}px;--tff-margin:{margin}px;background:Canvas;color-scheme:light/**/dark}}</style>"
    '</head><body><main><script/type="application/json"/id="tffsim-trace">{data}</script></main>'
    '<script/type="text/plain"/id="tffsim-front-end">{script}</script><script/type="module">{start}</script></body></html>'
)
# Without marks that HTML or an attribute would have to escape.
_START = (
    "const text = atob(document.getElementById('tffsim-front-end').textContent);"
    "const bytes = Uint8Array.from(text, c => c.charCodeAt(0));"
    "const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));"
    "const script = document.createElement('script');"
    "script.type = 'module';"
    "script.textContent = await new Response(stream).text();"
    "document.body.append(script);"
)


def page(
    snapshot: Snapshot,
    panels: tuple[str, ...] = PANELS,
    title: str = "",
    padding: int = 12,
    most_spans: int | None = None,
) -> str:
    """Returns the HTML of a page that shows a trace; it loads nothing from anywhere.

    Args:
        snapshot: What was recorded.
        panels: Which panels are shown.
        title: What is shown above them; by default the names of the computations.
        padding: The space around, in pixels.
        most_spans: How many spans it keeps; of a larger trace it keeps the longest, and sums of all.
    """
    batch, columns = Feed(Source(snapshot), title, panels).whole(most_spans)
    description = batch["description"]
    calls = description["graph"]["calls"] if "graph" in description else []
    needed = [call["span"] for call in calls] + [span for call in calls for span in call.get("members", [])]
    description["previews"] = _previews(snapshot, needed[:_MAX_PREVIEWS])
    description["drawn"] = _drawn_values(snapshot, needed)
    _explain_only_what_is_there(description)
    name = description["title"] or "tffsim"
    data = {
        "batch": deflated(_json(batch | {"look": look()}).encode()),
        "packed": columns.packed(),
        "panels": list(panels),
    }
    return _PAGE.format(
        language=chosen_language(),
        policy=_POLICY.replace(" ", "&#32;"),
        title=html.escape(name),
        padding=padding,
        margin=2 * padding,
        script=deflated_front_end(),
        start=_START.replace(" ", "/**/"),
        data=json.dumps(data, separators=(",", ":")).replace("<", "\\u003c"),
    )


def _json(content: object) -> str:
    # In letters and not in their numbers: Korean takes half the space.
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False)


def _explain_only_what_is_there(description: dict[str, Any]) -> None:
    """Leaves out what executors do that no stack of the trace has: of a finished trace no more come."""
    present = {executor["name"] for executor in description["executors"]}
    for subject in ("words", "briefs"):
        told = description[subject].items()
        description[subject] = {word: text for word, text in told if word in present or not word.endswith("Executor")}


@functools.cache
def deflated_front_end() -> str:
    """Returns the front end deflated, in base64; it does not change while a process runs."""
    compressor = zlib.compressobj(zlib.Z_BEST_COMPRESSION, wbits=-zlib.MAX_WBITS, memLevel=9)
    content = compressor.compress(FRONT_END.read_bytes()) + compressor.flush()
    return base64.b64encode(content).decode("ascii")


def frame(snapshot: Snapshot, panels: tuple[str, ...] = PANELS, title: str = "", view: str = "") -> str:
    """Returns the HTML of such a page inside a notebook's output.

    Args:
        snapshot: What was recorded.
        panels: Which panels are shown.
        title: What is shown above them; by default the names of the computations.
        view: The name of the live view in the place of which it stands. While that one is there, it stays in sight.
    """
    content = html.escape(page(snapshot, panels, title, padding=0, most_spans=MAX_SPANS_EMBEDDED), quote=True)
    return (
        f"<style>{_FOLLOW_THEME}</style>"
        f'<iframe class="tffsim-frame" title="{say("Trace")}" data-view="{view}" srcdoc="{content}" width="100%" '
        f'height="{_HEIGHT}" style="border: 0" sandbox="allow-scripts" allowfullscreen></iframe>'
    )


def _drawn_values(snapshot: Snapshot, needed: list[int]) -> dict[str, DrawnValue]:
    """Returns pictures of values, of as many as add little to a page."""
    reader, found = SpanReader(snapshot), {}
    for span in needed[:_MAX_LOOKED_AT]:
        drawn = drawn_value(reader, span)
        if drawn is not None:
            found[str(span)] = drawn
        if len(found) == _MAX_DRAWN:
            break
    return found


def _previews(snapshot: Snapshot, needed: list[int]) -> dict[str, list[int]]:
    """Returns what values are, of as many as are reasonable; the front end cannot ask for more."""
    is_left = snapshot.columns["type"] >= 0
    is_left[needed] = False
    produced = np.flatnonzero(is_left)
    step = -(-len(produced) // max(1, _MAX_PREVIEWS - len(needed))) or 1
    told = [*needed, *produced[::step].tolist()]
    return previews_by_text(SpanReader(snapshot), told)
