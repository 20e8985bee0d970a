"""The rounds of a run, one row per call: time, bytes, clients, and what they returned."""

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.document.units import data_size, duration
from tffsim.views.figures.theme import PLACEMENT_COLOURS, Theme, literal, nothing, prepare
from tffsim.views.panels.round_rows import RoundRow, round_rows
from tffsim.views.panels.words import say, say_state

_MAX_ROWS = 40
_ROW_HEIGHT = 0.34
_SIZE = 8.5
_TIME, _CROSSED, _BUSY, _CLIENTS, _RETURNED = 0.07, 0.4, 0.58, 0.74, 0.9


def height_of_rounds(snapshot: Snapshot) -> float:
    """Returns how many inches the picture needs."""
    return 0.9 + _ROW_HEIGHT * min(max(len(snapshot.invocations), 2), _MAX_ROWS + 1)


def draw_rounds(snapshot: Snapshot, axes: Axes, theme: Theme) -> Axes:
    """Draws one row per call, all on one scale."""
    prepare(axes, theme, say("figure of rounds"))
    rows = round_rows(snapshot)
    if not rows:
        return nothing(axes, theme, say("nothing called"))
    shown = rows[:_MAX_ROWS]
    num_rows = max(len(shown) + (len(rows) > len(shown)), 2)
    axes.set(xlim=(0, 1), ylim=(num_rows - 0.5, -1.2), xticks=[])
    heads = {0.0: "round", _TIME: "time", _CROSSED: "crossed", _BUSY: "busy by client", _CLIENTS: "clients"}
    for x, word in {**heads, _RETURNED: "returned"}.items():
        axes.text(x, -0.9, say(word), color=theme.soft, fontsize=_SIZE * 0.9, va="center")
    scale = _Scale(rows)
    for place, row in enumerate(shown):
        _draw_row(axes, theme, row, place, scale)
    if len(rows) > len(shown):
        more = say("n more", count=len(rows) - len(shown))
        axes.text(0, len(shown), more, color=theme.soft, fontsize=_SIZE, va="center")
    return axes


class _Scale:
    """The largest of all rounds."""

    def __init__(self, rows: list[RoundRow]) -> None:
        self.time = max(*map(_time, rows), 1)
        self.size = max(*(max(row.down, row.up) for row in rows), 1)
        self.busy = max(*(max(row.bars, default=0) for row in rows), 1)


def _draw_row(axes: Axes, theme: Theme, row: RoundRow, place: int, scale: _Scale) -> None:
    is_wrong = row.failed > 0 or row.wrong > 0 or row.outcome == "error"
    mark = "✕ " if row.failed or row.outcome == "error" else "◆ " if row.wrong else ""
    ink = theme.wrong if is_wrong else theme.ink
    _write(axes, 0, place, f"{mark}{place + 1}", ink, weight="bold")
    x = _TIME
    colours = (theme.soft, PLACEMENT_COLOURS["clients"], PLACEMENT_COLOURS["server"])
    for time, colour in zip((row.preparing, row.clients, row.server), colours, strict=True):
        width = 0.24 * time / scale.time
        axes.add_patch(Rectangle((x, place - 0.24), width, 0.48, facecolor=colour, linewidth=0))
        x += width
    _write(axes, x + 0.006, place, duration(_time(row)), theme.ink)
    for y, arrow, size in ((place - 0.2, "↓", row.down), (place + 0.22, "↑", row.up)):
        if size:
            _write(axes, _CROSSED, y, f"{arrow} {data_size(size)}", theme.ink)
    width = 0.14 / max(len(row.bars), 1)
    for number, busy in enumerate(row.bars):
        height = 0.76 * busy / scale.busy
        bar = Rectangle((_BUSY + number * width, place + 0.38 - height), width * 0.8, height, linewidth=0)
        bar.set_facecolor(theme.strong)
        axes.add_patch(bar)
    told = [say("n done", count=row.done) if row.num_clients else say("no clients"), *row.notes[:1]]
    _write(axes, _CLIENTS, place, "; ".join(told)[:26], ink if row.failed else theme.ink)
    returned = ", ".join(list(row.numbers.values())[:2]) or ("–" if row.outcome == "ok" else say_state(row.outcome))
    _write(axes, _RETURNED, place, returned, ink, weight="bold")


def _write(axes: Axes, x: float, y: float, text: str, colour: str, weight: str = "normal") -> None:
    axes.text(x, y, literal(text), color=colour, fontsize=_SIZE, va="center", weight=weight)


def _time(row: RoundRow) -> int:
    return row.preparing + row.clients + row.server
