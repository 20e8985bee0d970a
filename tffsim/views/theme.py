"""Colours and units of the matplotlib pictures, light and dark."""

import dataclasses

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

# After Okabe and Ito: to be told apart by colour-blind readers.
OPERATION_COLOURS = {
    "invoke": "#9aa5b1",
    "create_value": "#56b4e9",
    "create_call": "#0072b2",
    "create_struct": "#8f9c2b",
    "create_selection": "#cc79a7",
    "compute": "#009e73",
}
OUTCOME_COLOURS = {"ok": "#56b4e9", "error": "#d55e00", "cancelled": "#cc79a7", "running": "#e69f00"}
PLACEMENT_COLOURS = {"": "#0072b2", "server": "#007a5a", "clients": "#c04f00"}


@dataclasses.dataclass(frozen=True, slots=True)
class Theme:
    """The colours that depend on the ground: of the ground, of text, of minor text, of lines and of bars."""

    ground: str
    ink: str
    soft: str
    line: str
    bar: str


LIGHT = Theme("#ffffff", "#1b2733", "#566473", "#d5dbe1", "#8fc3e6")
DARK = Theme("#14191f", "#e6ebf0", "#a7b3bf", "#39434e", "#2f6a92")


def theme_for(dark: bool | None) -> Theme:
    """Returns the theme; None follows the figure colour that is set in matplotlib."""
    if dark is None:
        ground = mpl.rcParams["figure.facecolor"]
        dark = ground != "none" and sum(to_rgb(ground)) < 1.5
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


def nothing(axes: Axes, theme: Theme, text: str = "nothing recorded") -> Axes:
    """Says that there is nothing to draw."""
    axes.set_xticks([])
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", color=theme.soft)
    return axes


def literal(text: str, limit: int = 60) -> str:
    """Returns text as matplotlib shows it literally, cut to a length."""
    text = " ".join(text.split())
    return (text if len(text) <= limit else text[: limit - 1] + "…").replace("$", r"\$")
