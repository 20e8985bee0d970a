"""The user's source, line by line, with the time, the runs and the bytes of each line beside it."""

import dataclasses

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.document.units import data_size, duration
from tffsim.views.figures.theme import Theme, literal, nothing, prepare
from tffsim.views.panels.source_rows import SourceRow, functions_by_file, source_rows
from tffsim.views.panels.words import say

_MAX_LINES = 60
_ROW_HEIGHT = 0.2
_SIZE = 8.5
_MONOSPACE = "monospace"
_BAR, _TIME, _RUNS, _CROSSED, _NUMBER, _CODE = 0.0, 0.12, 0.2, 0.29, 0.33, 0.345
_MAX_CODE = 92
_MARKS = {"error": "✕", "nan": "◆", "inf": "◆"}


@dataclasses.dataclass(frozen=True, slots=True)
class _Line:
    number: str
    text: str
    row: SourceRow | None = None
    is_note: bool = False
    is_wrong: bool = False


def height_of_source(snapshot: Snapshot) -> float:
    """Returns how many inches the picture needs."""
    return 0.6 + _ROW_HEIGHT * max(len(_lines(snapshot)), 4)


def draw_source(snapshot: Snapshot, axes: Axes, theme: Theme) -> Axes:
    """Draws the functions that took part, with a gutter."""
    prepare(axes, theme, say("figure of source"))
    lines = _lines(snapshot)
    if not lines:
        return nothing(axes, theme, say("no source"))
    axes.set(xlim=(0, 1), ylim=(max(len(lines), 4) - 0.5, -0.7), xticks=[])
    longest = max((line.row.elapsed for line in lines if line.row is not None), default=1) or 1
    for place, line in enumerate(lines):
        colour = theme.wrong if line.is_wrong else theme.soft if line.is_note else theme.ink
        if line.row is not None:
            _draw_gutter(axes, theme, line.row, place, longest)
        _write(axes, _NUMBER, place, line.number, theme.soft, is_right=True)
        axes.text(_CODE, place, _code(line.text), color=colour, fontsize=_SIZE * 0.95, va="center", family=_MONOSPACE)
    return axes


def _draw_gutter(axes: Axes, theme: Theme, row: SourceRow, place: int, longest: int) -> None:
    width = 0.05 * row.elapsed / longest
    bar = Rectangle((_BAR, place - 0.22), width, 0.44, linewidth=0)
    bar.set_facecolor(theme.faint if row.is_passed_on else theme.strong)
    axes.add_patch(bar)
    runs = row.done + row.failed + row.cancelled + row.running
    _write(axes, _TIME, place, duration(row.elapsed) if row.elapsed else "", theme.ink, is_right=True)
    counted = f"× {runs:,}" if runs >= row.expected else say("of", part=runs, all=row.expected)
    _write(axes, _RUNS, place, counted if row.expected else "", theme.ink, is_right=True)
    arrow = "↑" if row.crosses_to == "server" else "↓"
    _write(axes, _CROSSED, place, f"{arrow} {data_size(row.size)}" if row.letters else "", theme.ink, is_right=True)


def _write(axes: Axes, x: float, y: float, text: str, colour: str, *, is_right: bool = False) -> None:
    align = "right" if is_right else "left"
    axes.text(x, y, literal(text), color=colour, fontsize=_SIZE * 0.95, va="center", ha=align)


def _code(text: str) -> str:
    """Returns code as matplotlib shows it literally; blanks at the left stay."""
    cut = text if len(text) <= _MAX_CODE else f"{text[: _MAX_CODE - 1]}…"
    return cut.replace("$", r"\$")


def _lines(snapshot: Snapshot) -> list[_Line]:
    rows = {(row.function, row.line): row for row in source_rows(snapshot)}
    lines: list[_Line] = []
    for file, numbers in functions_by_file(snapshot.functions).items():
        lines.append(_Line("", file, is_note=True))
        for number in numbers:
            function = snapshot.functions[number]
            texts = function.text.splitlines() or [function.name]
            for line, text in enumerate(texts, function.line):
                lines += _lines_of(line, text, rows.get((number, line)))
    return [*lines[:_MAX_LINES], _Line("", "…", is_note=True)] if len(lines) > _MAX_LINES else lines


def _lines_of(number: int, text: str, row: SourceRow | None) -> list[_Line]:
    if row is None:
        return [_Line(str(number), text)]
    indent = " " * (len(text) - len(text.lstrip()) + 4)
    marks = [_Line("", f"{indent}{_MARKS[mark.kind]} {mark.text}", is_wrong=True) for mark in row.marks]
    notes = [_Line("", f"{indent}{note}", is_note=True) for note in row.notes]
    return [_Line(str(number), text, row, is_wrong=bool(marks)), *marks, *notes]
