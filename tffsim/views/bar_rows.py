"""Rows of text with a bar each, the form of several pictures."""

import dataclasses

from matplotlib.axes import Axes

from tffsim.views.theme import Theme, literal


@dataclasses.dataclass(frozen=True, slots=True)
class BarRow:
    """A row: an indented text, a detail behind it, a number as text, and a bar.

    Attributes:
        text: What the row is about.
        detail: Said after it, less strongly.
        number: Said before the bar.
        share: The length of the bar, from 0 to 1.
        colour: The colour of the bar.
        depth: By how many steps the text is indented.
        hatch: A pattern over the bar; empty for none.
    """

    text: str
    detail: str
    number: str
    share: float
    colour: str
    depth: int = 0
    hatch: str = ""


_TEXT_END, _NUMBER_END = 0.66, 0.78
_INDENT = 0.018
_CHARACTERS = 122


def draw_rows(axes: Axes, theme: Theme, rows: list[BarRow]) -> Axes:
    """Draws rows one below the other, on axes from 0 to 1."""
    axes.set(xlim=(0, 1), ylim=(len(rows) - 0.4, -0.6), xticks=[])
    size = max(5.0, min(9.0, 260 / max(len(rows), 1)))
    for position, row in enumerate(rows):
        start = row.depth * _INDENT
        room = int(_CHARACTERS * (_TEXT_END - start) * 9 / max(size, 7))
        text, detail = literal(row.text, room), literal(row.detail, max(room - len(row.text) - 2, 1))
        label = axes.annotate(text, (start, position), va="center", color=theme.ink, fontsize=size)
        if row.detail and room - len(row.text) > 8:
            axes.annotate(f"  {detail}", (1, 0.5), xycoords=label, va="center", color=theme.soft, fontsize=size)
        axes.text(_NUMBER_END - 0.01, position, row.number, ha="right", va="center", color=theme.ink, fontsize=size)
        axes.barh(position, 1 - _NUMBER_END, left=_NUMBER_END, height=0.55, color=theme.line, alpha=0.35)
        axes.barh(
            position, row.share * (1 - _NUMBER_END), left=_NUMBER_END, height=0.55, color=row.colour,
            hatch=row.hatch, edgecolor=theme.ground if row.hatch else row.colour, linewidth=0 if not row.hatch else 0.5,
        )  # fmt: skip
    return axes
