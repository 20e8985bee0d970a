"""A trace in the forms that front ends of Jupyter know: a page, a picture, text."""

import html
import sys

from tffsim.tracing.analysis.summary import summary
from tffsim.tracing.document.snapshot import Snapshot
from tffsim.views import PANELS
from tffsim.views.notebook.page import frame
from tffsim.views.notebook.still_picture import still_picture
from tffsim.views.panels.sentence import told

_PICTURE = '<img alt="{alt}" src="data:image/webp;base64,{image}">'
# The style is kept by those alone who run the page too. What remains where only text is allowed comes first, and
# there is no empty line: in Markdown, that would end the HTML.
_STILL = '<div class="tffsim-still">{picture}<pre><code>{text}</code></pre></div><style>{style}</style>'
_STYLE = (
    ".tffsim-still{display:none;background:#fff;color:#000;padding:8px}"
    "@media(scripting:none){.tffsim-still{display:block}.tffsim-frame{display:none}}"
    # On paper nothing scrolls: the page would be cut where it does.
    "@media/**/print{.tffsim-still{display:block}.tffsim-still>pre,.tffsim-frame{display:none}}"
    "@media(prefers-color-scheme:dark){.tffsim-still{filter:invert(0.93)hue-rotate(180deg)}}"
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
        By MIME type: an interactive page in a frame (of a very large trace: with its longest spans, and sums of all),
        a still picture, and text. Of an empty trace: text alone. Who does not let the page run, such as a front end
        that does not trust the notebook, shows the still picture in its place, with the sentence and tables as text.
    """
    if not snapshot.num_spans:
        return {"text/plain": summary(snapshot)}
    said = told(snapshot)
    still = still_picture(snapshot, said)
    # The lines below the heads of tables, which a notebook keeps twice, take three bytes a letter.
    text = "\n\n".join(filter(None, (said, summary(snapshot)))).replace("─", "-")
    picture = _PICTURE.format(alt=html.escape(said or "The program and its time", quote=True), image=still.webp)
    lines = html.escape(text, quote=False).replace("\n", "&#10;")
    content = _STILL.format(style=_STYLE, picture=picture, text=lines) + frame(snapshot, panels, title, view)
    return {"text/html": content, "image/png": still.png, "text/plain": text}


def is_in_kernel() -> bool:
    """Whether this process is a Jupyter kernel, whose front end can show more than text."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None) is not None
