"""A finished trace as a still picture, for whoever does not run the page: as small as it can be read."""

import base64
import contextlib
import gc
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from tffsim.tracing.document.snapshot import Snapshot
from tffsim.views.panels.sentence import told
from tffsim.views.panels.words import chosen_language

if TYPE_CHECKING:
    from PIL.Image import Image

_DPI = 84
_INCHES = (9, 6)
# In pixels.
WIDTH = _DPI * _INCHES[0]
# A picture of boxes and letters needs few: with 256, it is a fifth larger, and looks the same.
_COLOURS = 32
_COLUMNS_IN_LINE = 105


def still_picture(snapshot: Snapshot, said: str) -> str:
    """Returns a picture of a sentence, the program and the timeline, as PNG in base64."""
    content = io.BytesIO()
    with _circles_freed():
        _drawn(snapshot, said).save(content, "PNG", optimize=True)
    return base64.b64encode(content.getvalue()).decode("ascii")


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


def in_lines(text: str) -> str:
    """Breaks a sentence between words, so that it fits into the picture: letters of Korean are twice as wide."""
    from tffsim.views.figures.theme import columns

    lines = [""]
    for word in text.split():
        line = f"{lines[-1]} {word}".lstrip()
        if lines[-1] and columns(line) > _COLUMNS_IN_LINE:
            lines.append(word)
        else:
            lines[-1] = line
    return "\n".join(lines)


def _drawn(snapshot: Snapshot, said: str) -> "Image":
    import PIL.Image
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from tffsim.views.figures.figures import Figures
    from tffsim.views.figures.letters import find_letters, language_of_pictures

    figure = Figure(figsize=_INCHES, dpi=_DPI, layout="constrained")
    FigureCanvasAgg(figure)
    language = language_of_pictures(warns=False)
    lines = in_lines(said if language == chosen_language() else told(snapshot, language))
    figure.suptitle(lines, x=0.01, horizontalalignment="left", fontsize=9.5, parse_math=False)
    upper, lower = figure.subplots(2)
    figures = Figures(snapshot, warns=False)  # Nobody asked for this picture.
    figures.program(ax=upper, dark=False)
    figures.timeline(ax=lower, dark=False)
    find_letters(figure, warns=False)
    image = io.BytesIO()
    figure.savefig(image, format="png")
    picture = PIL.Image.open(image).convert("RGB")
    palette = PIL.Image.new("P", (1, 1))
    palette.putpalette(_most_frequent(np.asarray(picture)).tobytes())
    return picture.quantize(palette=palette, dither=PIL.Image.Dither.NONE)


def _most_frequent(pixels: "np.ndarray") -> "np.ndarray":
    """Returns the colours that most pixels have: those of the theme, and some between them at the edges of letters.

    What Pillow finds by itself are means, in which crimson, which little is drawn in, turns brown.
    """
    packed = pixels.reshape(-1, 3).astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    colours, counts = np.unique(packed, return_counts=True)
    chosen = colours[np.argsort(-counts, kind="stable")[:_COLOURS]]
    return np.stack([chosen >> 16, chosen >> 8 & 255, chosen & 255], axis=1).astype(np.uint8)
