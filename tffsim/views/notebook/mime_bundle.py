"""A trace in the forms that front ends of Jupyter know: a page, a picture, text.

A notebook keeps two outputs of a finished trace, the picture and below it the page. Who runs the page does not see
the picture; who takes the page for text, such as a viewer that sanitises, still shows the picture.
"""

import html
import sys
from typing import NamedTuple

from tffsim.tracing.analysis.summary import summary
from tffsim.tracing.document.snapshot import Snapshot
from tffsim.views import PANELS
from tffsim.views.notebook.page import frame
from tffsim.views.notebook.still_picture import WIDTH, still_picture
from tffsim.views.panels.sentence import told
from tffsim.views.panels.words import chosen_language, say

# The style is kept by those alone who run the page too. Who takes style and page for text, as nbconvert does when it
# sanitises, hides them: of the classes that hide something in its pages, the style takes that back. There is no empty
# line: in Markdown, that would end the HTML.
_CONTENT = (
    '<div class="tffsim-still" lang="{language}"><pre><code>{text}</code></pre></div>'
    '<div class="tffsim-page lm-Widget lm-mod-hidden hidden"><style>{style}</style>{page}</div>'
)
# The output before this one, where it is the picture: in JupyterLab, Voila and pages of nbconvert, and in VS Code.
_PICTURE = (
    f":is(.jp-OutputArea-child:has(img[width='{WIDTH}']),.output_area:has(img[width='{WIDTH}']),"
    ".output_container:has(img[alt])):has(+*{})"
)
_FRAME = " .tffsim-frame"
_STYLE = (
    ".tffsim-page.lm-Widget.lm-mod-hidden{display:block!important}"
    f".tffsim-still,{_PICTURE.format(_FRAME)}{{display:none}}"
    "@media(scripting:none){.tffsim-frame{display:none}"
    f".tffsim-still,{_PICTURE.format(_FRAME)}{{display:block}}}}"
    # On paper nothing scrolls: the page would be cut where it does. A view that stayed has no page, and is printed.
    f"@media/**/print{{.tffsim-frame{{display:none}}{_PICTURE.format(_FRAME + '[srcdoc]')}{{display:block}}}}"
    f"@media(prefers-color-scheme:dark){{{_PICTURE.format(_FRAME)} img{{filter:invert(0.93)hue-rotate(180deg)}}}}"
)


class Output(NamedTuple):
    """What a front end is told to display."""

    data: dict[str, str]
    metadata: dict[str, object]


# Of a picture that is not drawn yet. Where it is displayed, no line is lost.
NO_PICTURE = Output({"text/html": ""}, {})


def outputs(
    snapshot: Snapshot, panels: tuple[str, ...] = PANELS, title: str = "", view: str = ""
) -> tuple[Output, Output]:
    """Returns what a notebook shows of a finished trace, and saves; nothing in it needs a kernel.

    Args:
        snapshot: What was recorded.
        panels: Which panels are shown.
        title: What is shown above them; by default the names of the computations.
        view: The name of the live view in the place of which it stands.

    Returns:
        Two outputs, to be displayed one after the other. A still picture; and an interactive page in a frame (of a
        very large trace: with its longest spans, and sums of all), with the sentence and tables as text for whoever
        does not let the page run, such as a front end that does not trust the notebook. Of an empty trace: text alone.
    """
    tables = summary(snapshot)
    if not snapshot.num_spans:
        return NO_PICTURE, Output({"text/plain": tables}, {})
    said = told(snapshot) or say("program and time")
    picture = Output(
        {"image/png": still_picture(snapshot, said), "text/plain": said},
        {"image/png": {"width": WIDTH, "alt": said}},
    )
    # The lines below the heads of tables, which a notebook keeps twice, take three bytes a letter.
    tables = tables.replace("─", "-")
    lines = html.escape(f"{said}\n\n{tables}", quote=False).replace("\n", "&#10;")
    page = frame(snapshot, panels, title, view)
    content = _CONTENT.format(language=chosen_language(), style=_STYLE, text=lines, page=page)
    return picture, Output({"text/html": content, "text/plain": tables}, {})


def mime_bundle(snapshot: Snapshot, panels: tuple[str, ...] = PANELS, title: str = "") -> dict[str, str]:
    """Returns both outputs as one, for whoever can take but one."""
    picture, page = outputs(snapshot, panels, title)
    return {**page.data, **picture.data} if snapshot.num_spans else page.data


def display_finished(snapshot: Snapshot, panels: tuple[str, ...] = PANELS, title: str = "") -> None:
    """Displays a finished trace in a notebook."""
    from IPython.display import display

    for output in outputs(snapshot, panels, title):
        if output is not NO_PICTURE:
            display(output.data, metadata=output.metadata, raw=True)


def is_in_kernel() -> bool:
    """Whether this process is a Jupyter kernel, whose front end can show more than text."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None) is not None
