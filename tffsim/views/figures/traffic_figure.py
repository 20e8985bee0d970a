"""The privacy cut: what crossed between server and clients, and what the server could see of it."""

import textwrap

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.document.units import data_size
from tffsim.views.figures.theme import VISIBILITY_COLOURS, Theme, inches, literal, nothing, prepare, width_of
from tffsim.views.panels.crossed_sums import CrossedSums, crossed_sums
from tffsim.views.panels.words import say

_HATCHES = {"individual": "", "aggregate": "////", "caller": "", "hidden": "////", "": ""}
_MAX_ROWS = 16
_ROW_HEIGHT = 0.42
_SIZE = 9.0
_LINE = 0.42


def height_of_traffic(snapshot: Snapshot) -> float:
    """Returns how many inches the picture needs."""
    found = crossed_sums(snapshot)
    return 0.5 + _ROW_HEIGHT * (max(min(_num_rows(found), _MAX_ROWS + 2), 2) + _LINE * len(_told(found)) * 1.5)


def draw_traffic(snapshot: Snapshot, axes: Axes, theme: Theme) -> Axes:
    """Draws one bar per kind of crossing, a part of it for each call, beside that of a plain upload."""
    prepare(axes, theme, say("figure of traffic"))
    found = crossed_sums(snapshot)
    if not found["bars"]:
        return nothing(axes, theme, say("nothing crossed"))
    _Drawing(axes, theme, found).draw()
    return axes


def _num_rows(found: CrossedSums) -> int:
    return len(found["bars"]) + (found["plain"] > 0)


def _told(found: CrossedSums) -> list[str]:
    return [*(f"▲ {text}" for text in found["warnings"]), *found["said"]]


class _Drawing:
    def __init__(self, axes: Axes, theme: Theme, found: CrossedSums) -> None:
        self._axes, self._theme, self._found = axes, theme, found
        self._bars = sorted(found["bars"], key=lambda bar: -bar["size"])[:_MAX_ROWS]
        self._left_out = len(found["bars"]) - len(self._bars)
        self._num_rows = max(len(self._bars) + (found["plain"] > 0) + (self._left_out > 0), 2)
        self._width, height = inches(axes)
        self._said = [line for text in _told(found) for line in textwrap.wrap(text, int(self._width * 14))]
        room = height / (self._num_rows + _LINE * len(self._said))
        self._size = min(_SIZE, room * 72 * 0.3, self._width * 1.4)
        axes.set(xlim=(0, 1), ylim=(self._num_rows - 0.4 + _LINE * len(self._said), -0.5), xticks=[])
        self._left = self._bars_begin()
        most = max([bar["size"] for bar in self._bars] + [found["plain"], 1])
        # Room for a ratio beside a size.
        widest = width_of(f"999 kB · {say('ratio', ratio='99.9')} ", self._size)
        self._scale = max(1 - self._left - widest / self._width, 0.1) / most

    def draw(self) -> None:
        row = 0
        if self._found["plain"]:
            self._add_row(row, say("plain"), "", [self._found["plain"]], "caller", "")
            row += 1
        for bar in self._bars:
            ratio = self._found["ratio"] if bar["direction"] == "clients to server" else None
            share = "" if ratio is None else f" · {self._ratio(bar['size'])}"
            self._add_row(row, bar["name"], bar["detail"], bar["sizes"], bar["visibility"], share)
            row += 1
        if self._left_out:
            self._axes.text(
                0, row, say("n smaller", count=self._left_out), color=self._theme.soft, fontsize=self._size, va="center"
            )
        for number, line in enumerate(self._said):
            y = self._num_rows - 0.4 + _LINE * (number + 0.5)
            self._axes.text(0, y, literal(line, 400), color=self._theme.soft, fontsize=self._size * 0.9, va="center")

    def _ratio(self, size: int) -> str:
        return say("ratio", ratio=f"{size / self._found['plain']:.2g}")

    def _add_row(self, y: int, name: str, detail: str, sizes: list[int], visibility: str, share: str) -> None:
        axes, theme, size = self._axes, self._theme, self._size
        axes.text(0, y - 0.17 * bool(detail), literal(name), va="center", color=theme.ink, fontsize=size, weight="bold")
        axes.text(0, y + 0.2, literal(detail, 90), va="center", color=theme.soft, fontsize=size * 0.85)
        left = self._left
        for part in sizes:
            length = max(part * self._scale, 0.002 / len(sizes))
            axes.add_patch(
                Rectangle(
                    (left, y - 0.26), length, 0.52, facecolor=VISIBILITY_COLOURS[visibility],
                    edgecolor=theme.ground, linewidth=0.8 if len(sizes) > 1 else 0, hatch=_HATCHES[visibility],
                )
            )  # fmt: skip
            left += length
        axes.text(left + 0.008, y, f"{data_size(sum(sizes))}{share}", va="center", color=theme.ink, fontsize=size)

    def _bars_begin(self) -> float:
        names = [bar["name"] for bar in self._bars] + [say("plain")] * (self._found["plain"] > 0)
        details = [bar["detail"] for bar in self._bars]
        widest = max(*(width_of(name, self._size) * 1.08 for name in names), *(
            width_of(detail, self._size * 0.85) for detail in details
        ))  # fmt: skip
        return min(widest / self._width + 0.01, 0.55)
