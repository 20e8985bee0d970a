"""Colours of the matplotlib pictures, light and dark."""

import dataclasses
import unicodedata

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb, to_rgba
from matplotlib.ticker import FuncFormatter, MaxNLocator

from tffsim.views.panels.words import FACTS, say


# After Okabe and Ito: to be told apart by colour-blind readers. The front end reads the same file. `light` and `dark`
# are colours by the ground; a figure has those of `light` on either ground, unless there is one of its own.
def _colours(subject: str) -> dict[str, str]:
    return {name: facts["figure"] if "figure" in facts else facts["light"] for name, facts in FACTS[subject].items()}


OPERATION_COLOURS = _colours("operations")
OUTCOME_COLOURS = _colours("outcomes")
PLACEMENT_COLOURS = _colours("placements")
VISIBILITY_COLOURS = _colours("visibilities")


@dataclasses.dataclass(frozen=True, slots=True)
class Theme:
    """The colours that depend on the ground.

    They are those of the ground, of text, of minor text and lines, of little and much, and of what went wrong.
    """

    ground: str
    ink: str
    soft: str
    line: str
    faint: str
    strong: str
    wrong: str


def _theme(ground: str) -> Theme:
    names = ("surface", "ink", "soft", "line", "faint", "strong", "red")
    return Theme(*(FACTS["ground"][name][ground] for name in names))


LIGHT = _theme("light")
DARK = _theme("dark")


def theme_for(dark: bool | None, axes: Axes | None = None) -> Theme:
    """Returns the theme; None follows the figure of the axes, or else the figure colour that is set in matplotlib."""
    if dark is None:
        ground = axes.figure.get_facecolor() if axes is not None else mpl.rcParams["figure.facecolor"]
        dark = to_rgba(ground)[3] > 0 and sum(to_rgb(ground)) < 1.5
    return DARK if dark else LIGHT


def prepare(axes: Axes, theme: Theme, title: str) -> None:
    """Gives axes the colours of a theme and a title, and takes frame and ticks away."""
    axes.figure.set_facecolor(theme.ground)
    axes.set_facecolor(theme.ground)
    axes.set_title(title, loc="left", color=theme.ink, fontsize=11, fontweight="bold")
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(colors=theme.soft, labelsize=8, length=0)
    axes.set_yticks([])


def nothing(axes: Axes, theme: Theme, text: str | None = None) -> Axes:
    """Says that there is nothing to draw."""
    axes.set_xticks([])
    text = text or say("nothing recorded")
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", color=theme.soft)
    return axes


def literal(text: str, limit: int = 60) -> str:
    """Returns text as matplotlib shows it literally, cut to a number of columns."""
    text = " ".join(text.split())
    if columns(text) > limit:
        text = text[: max(limit - 1, 0)]
        while columns(text) > max(limit - 1, 0):
            text = text[:-1]
        text += "…"
    return text.replace("$", r"\$")


def columns(text: str) -> int:
    """Returns how many columns a text is wide: a letter of Korean or Chinese is as wide as two others."""
    wide = 0 if text.isascii() else sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return len(text) + wide


def ink_on(colour: str) -> str:
    """Returns dark or white, whichever is easier to read on a colour."""
    red, green, blue = to_rgb(colour)
    return LIGHT.ink if 0.3 * red + 0.59 * green + 0.11 * blue > 0.55 else LIGHT.ground


def width_of(text: str, size: float) -> float:
    """Returns about how many inches a text is wide, in a size in points; rather too much than too little."""
    return columns(text) * size * 0.585 / 72


def inches(axes: Axes) -> tuple[float, float]:
    """Returns about how wide and high axes are."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    width, height = figure.get_size_inches()
    if len(figure.axes) == 1 and figure.get_layout_engine() is not None:
        # A layout engine lets the only axes fill the figure when it is drawn.
        return 0.97 * float(width), 0.9 * float(height)
    box = axes.get_position()
    return float(box.width * width), float(box.height * height)


def time_axis(axes: Axes, theme: Theme, end: float) -> None:
    """Lets x run from 0 to a time in nanoseconds, with ticks in milliseconds and fine lines."""
    end = max(float(end), 1.0)
    ticks = [tick for tick in MaxNLocator(7, steps=[1, 2, 2.5, 5, 10]).tick_values(0, end / 1e6) if tick * 1e6 <= end]
    axes.set(xlim=(0, end), xticks=[tick * 1e6 for tick in ticks])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x / 1e6:,.10g}"))
    axes.set_xlabel(say("time in ms"), color=theme.soft, fontsize=8)
    axes.grid(axis="x", color=theme.line, linewidth=0.6)
    axes.set_axisbelow(True)
