"""The execution stack: executors as a tree of boxes, with their calls and their own time."""

import dataclasses
from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, Rectangle

from tffsim.tracing.analysis.timing import timing
from tffsim.tracing.document.operations import CREATE_CALL, INVOKE
from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.document.units import duration
from tffsim.views.figures.theme import PLACEMENT_COLOURS, Theme, columns, inches, literal, nothing, prepare, width_of
from tffsim.views.panels.host_boxes import HostBox, host_boxes
from tffsim.views.panels.stack_boxes import Box, num_columns, stack_boxes
from tffsim.views.panels.words import say, say_role

_LEVEL_HEIGHT = 0.68
_WIDTH, _HEIGHT = 0.92, 0.74
_MARGIN = 0.04
# What the boxes above and below the executors need, in levels.
_END = 0.55
_HOST = 0.78
_CALLER = "EagerTFExecutor"


def height_of_stack(snapshot: Snapshot) -> float:
    """Returns how many inches the picture needs."""
    levels = max((box.num_levels for box in stack_boxes(snapshot.executors)), default=2)
    return 0.5 + _LEVEL_HEIGHT * (levels + 2 * _END + _HOST * len(host_boxes(snapshot)))


def draw_stack(snapshot: Snapshot, axes: Axes, theme: Theme) -> Axes:
    """Draws a box per executor, those alike in one place as one; the executors that it calls are below.

    Above them is the execution context, below them the external runtime, and the hosts, if there are others than this.
    """
    prepare(axes, theme, say("figure of stack"))
    tops = stack_boxes(snapshot.executors)
    if not tops:
        return nothing(axes, theme)
    needed = num_columns(tops)
    spread = max(needed, 3)
    levels = max(box.num_levels for box in tops)
    hosts = host_boxes(snapshot)
    axes.set(xlim=(0, spread), ylim=(levels + _END + _HOST * len(hosts), -_END - 0.08), xticks=[])
    painter = _painter(snapshot, axes, theme, [box for top in tops for box in _walk(top)], spread)
    left = (spread - needed) / 2
    for top in tops:
        painter.draw(top, left, 0)
        left += top.num_columns
    calls, time = _context(snapshot)
    painter.draw_end(-_END, say("context"), f"{_calls(calls)}, {duration(time)}", "-")
    functions, time = _functions(snapshot)
    if functions:
        painter.draw_end(levels, "TensorFlow", say("runtime calls", calls=_calls(functions), time=duration(time)), "--")
    for number, host in enumerate(hosts):
        painter.draw_host(levels + _END + _HOST * number, host)
    return axes


@dataclasses.dataclass(frozen=True, slots=True)
class _Painter:
    """Draws boxes: on which axes, the calls and times of executors, the font size and the width in inches."""

    axes: Axes
    theme: Theme
    calls: dict[int, int]
    times: dict[int, int]
    longest: int
    size: float
    width: float

    def draw(self, box: Box, left: float, level: int) -> float:
        """Draws a box and those below it; returns where the middle of the box is."""
        at, middles = left, []
        for lower in box.below:
            middles.append(self.draw(lower, at, level + 1))
            at += lower.num_columns
        middle = (middles[0] + middles[-1]) / 2 if middles else left + 0.5
        for lower_middle in middles:
            self._connect(middle, lower_middle, level)
        self._draw_box(box, middle - _WIDTH / 2, level)
        return middle

    def draw_end(self, top: float, name: str, facts: str, line: str) -> None:
        """Draws what is at an end of the stack and no executor, as wide as the picture."""
        right = self.axes.get_xlim()[1]
        margin = (1 - _WIDTH) / 2
        box = Rectangle(
            (margin, top),
            right - 2 * margin,
            _END * 0.75,
            facecolor=self.theme.ground,
            edgecolor=self.theme.soft,
            linestyle=line,
        )
        self.axes.add_patch(box)
        self._write(margin + _MARGIN, top + _END * 0.375, name, self.size, "bold")
        self._write(right - margin - _MARGIN, top + _END * 0.375, facts, self.size * 0.88, align="right")

    def draw_host(self, top: float, host: HostBox) -> None:
        """Draws a host as a box of two lines: how it is, what it did, and what became of its clients."""
        right, margin = self.axes.get_xlim()[1], (1 - _WIDTH) / 2
        is_lost = host["health"] == "lost"
        colour = self.theme.wrong if is_lost else PLACEMENT_COLOURS["clients"]
        box = Rectangle(
            (margin, top),
            right - 2 * margin,
            _HOST * 0.82,
            facecolor=self.theme.ground,
            edgecolor=colour,
            linestyle="--" if is_lost else "-",
            linewidth=2.0 if is_lost else 1.2,
        )
        self.axes.add_patch(box)
        lines = (" · ".join(host["facts"]), " · ".join(host["lines"]))
        limit = int((right - 2 * margin) * self.width / _WIDTH / width_of("x", self.size * 0.8))
        self._write(margin + _MARGIN, top + _HOST * 0.22, host["head"], self.size, "bold")
        self._write(right - margin - _MARGIN, top + _HOST * 0.22, lines[0], self.size * 0.88, align="right")
        self._write(margin + _MARGIN, top + _HOST * 0.58, lines[1], self.size * 0.8, limit=limit)

    def _connect(self, upper: float, lower: float, level: int) -> None:
        bottom, top = level + _HEIGHT, level + 1
        across = (bottom + top) / 2
        self.axes.plot(
            [upper, upper, lower, lower], [bottom, across, across, top], color=self.theme.soft, linewidth=0.9, zorder=1
        )

    def _draw_box(self, box: Box, left: float, level: int) -> None:
        colour = PLACEMENT_COLOURS[box.executor.placement]
        self.axes.add_patch(
            FancyBboxPatch(
                (left, level),
                _WIDTH,
                _HEIGHT,
                "round,pad=0,rounding_size=0.04",
                facecolor=self.theme.ground,
                edgecolor=colour,
                linewidth=1.2,
                zorder=2,
            )
        )
        small = self.size * 0.88
        limit = int((self.width - 0.15) / width_of("x", small))
        self._write(left + _MARGIN, level + 0.19, box.executor.name, self.size, "bold")
        self._write(left + _MARGIN, level + 0.41, self._detail(box, limit), small)
        self._draw_time(box, left, level + 0.6, colour, small)

    def _draw_time(self, box: Box, left: float, middle: float, colour: str, size: float) -> None:
        time = sum(self.times.get(layer, 0) for layer in box.layers)
        self._write(left + _WIDTH - _MARGIN, middle, duration(time), size, align="right")
        room = _WIDTH - 2 * _MARGIN - (width_of("9.99 ms", size) + 0.08) * _WIDTH / self.width
        for length, fill in ((room, self.theme.line), (room * time / self.longest, colour)):
            bar = Rectangle((left + _MARGIN, middle - 0.055), length, 0.11, facecolor=fill, linewidth=0, zorder=3)
            self.axes.add_patch(bar)

    def _write(
        self, x: float, y: float, text: str, size: float, weight: str = "normal", align: str = "left", limit: int = 60
    ) -> None:
        colour = self.theme.ink if weight == "bold" or align == "right" else self.theme.soft
        told = literal(text, limit)
        self.axes.text(x, y, told, color=colour, fontsize=size, weight=weight, ha=align, va="center", zorder=4)

    def _detail(self, box: Box, limit: int) -> str:
        """Returns for what, how many and how often called the executors are, as much of it as there is room for."""
        number = sum(self.calls.get(layer, 0) for layer in box.layers)
        calls = _calls(number)
        is_many = len(box.layers) > 1
        many = f"×{len(box.layers):,}" if is_many else ""
        role = say_role(box.role)
        text = " · ".join(filter(None, (role, many, calls)))
        return text if columns(text) <= limit else " · ".join(filter(None, (many or role, calls)))


def _painter(snapshot: Snapshot, axes: Axes, theme: Theme, boxes: list[Box], spread: int) -> _Painter:
    calls, times = _work(snapshot)
    longest = max(*(sum(times.get(layer, 0) for layer in box.layers) for box in boxes), 1)
    width = inches(axes)[0] / spread * _WIDTH
    height = inches(axes)[1] / max(*(box.num_levels for box in boxes), 1)
    # All names have one size, in which the longest fits.
    widest = max(width_of(box.executor.name, 1) for box in boxes)
    size = max(min(9.0, (width - 0.15) / widest, height * 14), 3.0)
    return _Painter(axes, theme, calls, times, longest, size, width)


def _work(snapshot: Snapshot) -> tuple[dict[int, int], dict[int, int]]:
    """Returns the calls of each executor and its own time."""
    table = timing(snapshot)
    calls: dict[int, int] = {}
    times: dict[int, int] = {}
    columns = (table.numbers("executor"), table["calls"], table["self_time"])
    for layer, count, time in zip(*(column.tolist() for column in columns), strict=True):
        calls[layer] = calls.get(layer, 0) + count
        times[layer] = times.get(layer, 0) + time
    return calls, times


def _context(snapshot: Snapshot) -> tuple[int, int]:
    """Returns how many calls of computations there were, and the own time of their contexts."""
    which = snapshot.columns["operation"] == INVOKE
    return int(which.sum()), int(snapshot.columns["self_time"][which].sum())


def _functions(snapshot: Snapshot) -> tuple[int, int]:
    """Returns how many functions the external runtime was given, and how long these calls took."""
    callers = [layer for layer, executor in enumerate(snapshot.executors) if executor.name == _CALLER]
    columns = snapshot.columns
    which = (columns["operation"] == CREATE_CALL) & np.isin(columns["layer"], callers)
    return int(which.sum()), int((columns["self_time"] + columns["worker_time"])[which].sum())


def _calls(number: int) -> str:
    return say("n calls", count=number)


def _walk(box: Box) -> Iterator[Box]:
    yield box
    for lower in box.below:
        yield from _walk(lower)
