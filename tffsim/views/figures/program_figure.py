"""The program of the last call: the server above, the clients below, the wall between, and what crosses it."""

import textwrap

from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.patches import FancyBboxPatch, Rectangle

from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.document.units import data_size, duration
from tffsim.views.figures.theme import PLACEMENT_COLOURS, Theme, inches, literal, nothing, prepare, width_of
from tffsim.views.panels.program_summary import Box, DrawnStep, ProgramSummary, program_summary
from tffsim.views.panels.words import say

_COLUMN, _ROW, _LANE_TITLE, _WALL = 1.75, 0.78, 0.3, 0.36
_BOX_HEIGHT, _PADDING = 0.56, 0.09
_SIZE = 8.5
_BESIDE_NAME = 0.9


def width_of_program(snapshot: Snapshot) -> float:
    """Returns how many inches wide the picture is."""
    program = program_summary(snapshot)
    return max(9.0, _COLUMN * program["num_columns"]) if program else 9.0


def height_of_program(snapshot: Snapshot) -> float:
    """Returns how many inches the picture needs."""
    program = program_summary(snapshot)
    return 0.4 + (_Places(program).height if program else 0.6)


def draw_program(snapshot: Snapshot, axes: Axes, theme: Theme) -> Axes:
    """Draws the program of the computation that was called last, and what happened in it."""
    program = program_summary(snapshot)
    prepare(axes, theme, say("figure of program"))
    if program is None:
        return nothing(axes, theme, say("nothing called"))
    return _Drawing(program, axes, theme).draw()


class _Places:
    """Where lanes, rows and columns lie: x as a share of the width, y in inches from the top."""

    def __init__(self, program: ProgramSummary) -> None:
        self.lanes: dict[str, tuple[float, float]] = {}
        self.num_columns = program["num_columns"]
        y = 0.0
        for name, rows in zip(program["lanes"], program["num_rows"], strict=True):
            if rows:
                y += _WALL * (name == "clients" and "server" in self.lanes)
                height = _LANE_TITLE + rows * _ROW
                self.lanes[name] = (y, height)
                y += height
        self.height = y

    @property
    def wall(self) -> float | None:
        """Where the wall begins; None if there is none."""
        return sum(self.lanes["server"]) if {"server", "clients"} <= self.lanes.keys() else None

    def middle(self, place: Box) -> tuple[float, float]:
        """Returns the middle of a box."""
        top, _ = self.lanes[place["lane"]]
        return (place["column"] + 0.5) / self.num_columns, top + _LANE_TITLE + place["row"] * _ROW + _BOX_HEIGHT / 2


class _Drawing:
    """Draws on axes whose x goes from 0 to 1, and whose y is inches, downwards."""

    def __init__(self, program: ProgramSummary, axes: Axes, theme: Theme) -> None:
        self._program = program
        self._axes = axes
        self._theme = theme
        self._places = _Places(program)
        width, height = inches(axes)
        self._width = width
        self._scale = min(1.0, height / self._places.height, width / (_COLUMN * program["num_columns"]) * 1.1)

    def draw(self) -> Axes:
        self._axes.set(xlim=(0, 1), ylim=(self._places.height, 0), xticks=[])
        self._lanes()
        for source, target in self._program["flows"]:
            self._way(source, target)
        for step in self._program["steps"]:
            if step["crosses_to"]:
                self._pipe(step)
        for argument in self._program["inputs"]:
            self._box(argument, argument["name"] or say("argument"), [say("from you")], is_plain=True)
        for step in self._program["steps"]:
            self._step(step)
        for result in self._program["results"]:
            value = result["value"]
            self._box(result, value or "–", [(result["name"] or say("to you")) if value else say("no result")])
        return self._axes

    def _lanes(self) -> None:
        scope = self._program["scope"][:1]
        for number, (name, (top, height)) in enumerate(self._places.lanes.items()):
            colour = PLACEMENT_COLOURS[name]
            self._axes.add_patch(Rectangle((0, top), 1, height, facecolor=to_rgba(colour, 0.1), linewidth=0))
            self._text(
                0.012, top + 0.15, say("CLIENTS" if name == "clients" else "SERVER") if name else "", colour, bold=True
            )
            for words in scope if number == 0 else ():
                self._text(0.012 + _BESIDE_NAME / self._width, top + 0.15, words, self._theme.soft, size=0.82)
        if self._places.wall is not None:
            self._axes.add_patch(
                Rectangle(
                    (0, self._places.wall), 1, _WALL, facecolor=self._theme.ground, hatch="////",
                    edgecolor=self._theme.line, linewidth=0.8,
                )
            )  # fmt: skip

    def _step(self, step: DrawnStep) -> None:
        called = "" if step["title"] == step["written_as"] else step["written_as"]
        where = say("line n", line=str(step["line"])) if step["line"] else ""
        lines = [" · ".join(filter(None, (called, where))), _state(step)]
        is_wrong = step["failed"] + step["wrong"] > 0
        title = f"◆ {step['title']}" if step["wrong"] else step["title"]
        if step["crosses_to"] == "clients":
            self._box(step["takes"], title, lines, is_wrong=is_wrong)
            self._box(step["gives"], step["variable"] or say("received"), [say("same")])
            return
        copies = step["done"] if step["gives"]["lane"] == "clients" else 1
        self._box(step["gives"], title, lines, is_wrong=is_wrong, copies=copies)
        if step["crosses_to"]:
            self._box(step["takes"], say("each sends"), [say("sealed" if step["is_sealed"] else "open")])

    def _box(
        self,
        place: Box,
        title: str,
        lines: list[str],
        *,
        is_wrong: bool = False,
        is_plain: bool = False,
        copies: int = 1,
    ) -> None:
        x, y = self._places.middle(place)
        colour = self._theme.wrong if is_wrong else PLACEMENT_COLOURS[place["lane"]]
        half = self._half_width()
        if not is_plain:
            for offset in (0.05, 0.025) if copies > 1 else ():
                self._frame(x + offset / self._width, y + offset, half, colour, 1)
            self._frame(x, y, half, colour, 2.4 if is_wrong else 1.2)
        left = x - half + 0.07 / self._width
        room = 2 * half * self._width - 0.14
        self._text(left, y - 0.16, _fitting(title, _SIZE * self._scale * 1.08, room), colour, bold=True)
        for number, line in enumerate(filter(None, lines)):
            text = _fitting(line, 0.82 * _SIZE * self._scale, room)
            self._text(left, y + 0.03 + 0.16 * number, text, self._theme.soft, size=0.82)

    def _half_width(self) -> float:
        return 0.5 / self._places.num_columns - 0.13 / self._width

    def _frame(self, x: float, y: float, half: float, colour: str, width: float) -> None:
        self._axes.add_patch(
            FancyBboxPatch(
                (x - half, y - _BOX_HEIGHT / 2), 2 * half, _BOX_HEIGHT, boxstyle="round,pad=0,rounding_size=0.012",
                mutation_aspect=self._width, facecolor=self._theme.ground, edgecolor=colour, linewidth=width,
            )
        )  # fmt: skip

    def _way(self, source: str, target: str) -> None:
        begin, end = self._end(source, "gives"), self._end(target, "takes")
        (x1, y1), (x2, y2) = self._places.middle(begin), self._places.middle(end)
        half = self._half_width()
        x1, x2 = x1 + half, x2 - half
        gap = 0.13 / self._width
        turn = x1 + gap if begin["lane"] == "clients" else x2 - gap
        self._axes.plot([x1, turn, turn], [y1, y1, y2], color=self._theme.soft, linewidth=1, zorder=1)
        self._arrow((turn, y2), (x2, y2), self._theme.soft)

    def _end(self, key: str, side: str) -> Box:
        number = int(key[1:])
        if key[0] == "s":
            step = self._program["steps"][number]
            return step["takes"] if side == "takes" else step["gives"]
        return self._program["inputs"][number] if key[0] == "i" else self._program["results"][number]

    def _pipe(self, step: DrawnStep) -> None:
        (x, y1), (_, y2) = self._places.middle(step["takes"]), self._places.middle(step["gives"])
        x += self._half_width() * 0.6
        is_up = step["crosses_to"] == "server"
        edge = _BOX_HEIGHT / 2 * (-1 if is_up else 1)
        self._arrow((x, y1 + edge), (x, y2 - edge), self._theme.ink, 1.6)
        if self._places.wall is not None and step["letters"]:
            seal = say("sealed" if step["is_sealed"] else "open")
            text = f"{'↑' if is_up else '↓'} {step['letters']:,} {seal} · {data_size(step['size'])}"
            y = self._places.wall + _WALL / 2
            box = {"facecolor": self._theme.ground, "edgecolor": self._theme.line, "pad": 1.5}
            self._axes.text(
                x - 0.06 / self._width, y, text, ha="right", va="center", color=self._theme.ink,
                fontsize=0.82 * _SIZE * self._scale, bbox=box,
            )  # fmt: skip

    def _arrow(self, begin: tuple[float, float], end: tuple[float, float], colour: str, width: float = 1) -> None:
        style = {"arrowstyle": "-|>", "color": colour, "linewidth": width, "shrinkA": 0, "shrinkB": 0}
        self._axes.annotate("", end, begin, arrowprops=style | {"mutation_scale": 8})

    def _text(self, x: float, y: float, text: str, colour: str, *, bold: bool = False, size: float = 1.0) -> None:
        weight = "bold" if bold else "normal"
        self._axes.text(x, y, text, color=colour, fontsize=_SIZE * self._scale * size, weight=weight, va="center")


def _state(step: DrawnStep) -> str:
    states = [
        f"✗ {say('n failed', count=step['failed'])}" if step["failed"] else "",
        f"◆ {step['wrong']:,}" if step["wrong"] else "",
        say("n cancelled", count=step["cancelled"]) if step["cancelled"] else "",
        say("n done", count=step["done"]) if step["done"] and step["gives"]["lane"] == "clients" else "",
        duration(step["elapsed"]) if step["elapsed"] else "",
    ]
    return " · ".join(filter(None, states))


def _fitting(text: str, size: float, room: float) -> str:
    if width_of(text, size) <= room:
        return literal(text)
    return literal(textwrap.shorten(text, 300), max(int(room / width_of("x", size)), 4))
