"""The graph of values and calls, from left to right."""

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, Patch, PathPatch
from matplotlib.path import Path

from tffsim.tracing.document.snapshot import Snapshot
from tffsim.views.figures.theme import (
    PLACEMENT_COLOURS,
    Theme,
    inches,
    literal,
    nothing,
    prepare,
    width_of,
)
from tffsim.views.panels.graph_summary import DrawnCall, DrawnEdge, GraphSummary, graph_summary
from tffsim.views.panels.words import say

_MAX_CALLS = 50
_ROW_HEIGHT = 0.5
_COLUMN_WIDTH = 0.85
_LEAST_WIDTH, _MOST_WIDTH = 9.0, 18.0
_WIDTH, _HEIGHT = 0.84, 0.72
_SIZE = 8.0
_PLACES = {"clients": "at clients", "server": "at server", "": "at none"}
_CARRY = PLACEMENT_COLOURS["clients"]


def width_of_graph(snapshot: Snapshot) -> float:
    """Returns how many inches the picture needs."""
    num_columns = graph_summary(snapshot, _MAX_CALLS)["num_columns"]
    return float(min(max(_LEAST_WIDTH, _COLUMN_WIDTH * num_columns), _MOST_WIDTH))


def height_of_graph(snapshot: Snapshot) -> float:
    """Returns how many inches the picture needs."""
    return float(0.8 + _ROW_HEIGHT * max(graph_summary(snapshot, _MAX_CALLS)["num_rows"], 3))


def draw_graph(snapshot: Snapshot, axes: Axes, theme: Theme) -> Axes:
    """Draws the last invocation at the lowest executors, what is alike for all clients once.

    A box is a call, with the value that it made below it. Lines lead to the calls that use the value.
    """
    prepare(axes, theme, say("figure of graph"))
    summary = graph_summary(snapshot, _MAX_CALLS)
    if not summary["calls"]:
        return nothing(axes, theme)
    columns, rows = max(summary["num_columns"], 4), max(summary["num_rows"], 3)
    left, top = (summary["num_columns"] - columns) / 2, (summary["num_rows"] - rows) / 2
    axes.set(xlim=(left - 0.45, left + columns - 0.55), ylim=(top + rows - 0.4, top - 0.6), xticks=[])
    width, height = inches(axes)
    size = max(min(_SIZE, height / rows * 72 * 0.26, width / columns * 8), 2.0)
    limit = int((width / columns * _WIDTH - 0.08) / width_of("x", size))
    calls = {call["span"]: call for call in summary["calls"]}
    for edge in summary["edges"]:
        _add_edge(axes, theme, edge, calls[edge["source"]], calls[edge["target"]])
    for call in summary["calls"]:
        _add_call(axes, theme, call, (size, limit))
    _add_key(axes, theme, summary)
    return axes


def _add_call(axes: Axes, theme: Theme, call: DrawnCall, room: tuple[float, int]) -> None:
    size, limit = room
    x, y = call["column"], call["row"]
    axes.add_patch(
        FancyBboxPatch(
            (x - _WIDTH / 2, y - _HEIGHT / 2),
            _WIDTH,
            _HEIGHT,
            "round,pad=0,rounding_size=0.06",
            facecolor=theme.ground,
            edgecolor=theme.wrong if call["failed"] else PLACEMENT_COLOURS[call["placement"]],
            linewidth=2.4 if call["failed"] else 1.2,
            zorder=2,
        )
    )
    room_for_value = int(limit / 0.85)
    count = f"×{call['count']:,} " if call["count"] > 1 else ""
    name = literal(call["words"], limit)
    axes.text(x, y - 0.15, name, ha="center", va="center", fontsize=size, color=theme.ink, zorder=3)
    if call["failed"]:
        axes.text(x, y + 0.17, literal(f"✗ {call['value']}", room_for_value), color=theme.wrong, weight="bold",
                  fontsize=size * 0.85, ha="center", va="center", zorder=3)  # fmt: skip
        return
    value = literal(count + call["value"], room_for_value)
    axes.text(x, y + 0.17, value, ha="center", va="center", fontsize=size * 0.85, color=theme.soft, zorder=3)


def _add_edge(axes: Axes, theme: Theme, edge: DrawnEdge, source: DrawnCall, target: DrawnCall) -> None:
    """Draws a curve from the right of a box to the left of another; back to an earlier one, over the top."""
    colour, style = (_CARRY, "--") if edge["kind"] == "carry" else (theme.soft, "-")
    half = _WIDTH / 2
    points = [(source["column"] + half, source["row"])]
    codes = [Path.MOVETO]
    if target["column"] > source["column"]:
        for column, row in enumerate(edge["passed"], start=source["column"] + 1):
            points += [*_curve(points[-1], (column - half, row)), (column + half, row)]
            codes += [Path.CURVE4] * 3 + [Path.LINETO]
        points += _curve(points[-1], (target["column"] - half, target["row"]))
    else:
        start, end = ((call["column"], call["row"] - _HEIGHT / 2) for call in (source, target))
        lift = min(start[1], end[1]) - 0.33
        points = [start, (start[0], lift), (end[0], lift), end]
    codes += [Path.CURVE4] * 3
    axes.add_patch(
        PathPatch(Path(np.array(points), codes), fill=False, edgecolor=colour, linestyle=style, linewidth=0.9, zorder=1)
    )
    tip, before = np.array(points[-1]), np.array(points[-2])
    axes.annotate(
        "",
        tuple(tip),
        tuple(tip + (before - tip) * 0.02),
        arrowprops={"arrowstyle": "-|>", "color": colour, "mutation_scale": 7, "shrinkA": 0, "shrinkB": 0, "lw": 0},
    )


def _curve(start: tuple[float, float], end: tuple[float, float]) -> list[tuple[float, float]]:
    """Returns the corners of a curve that begins and ends level."""
    middle = (start[0] + end[0]) / 2
    return [(middle, start[1]), (middle, end[1]), end]


def _add_key(axes: Axes, theme: Theme, summary: GraphSummary) -> None:
    present = {call["placement"] for call in summary["calls"]}
    parts: list[Artist] = [
        Patch(color=PLACEMENT_COLOURS[p], label=say(word)) for p, word in _PLACES.items() if p in present
    ]
    if any(edge["kind"] == "carry" for edge in summary["edges"]):
        parts.append(Line2D([], [], color=_CARRY, linestyle="--", label=say("to next client")))
    if summary["hidden"]:
        parts.append(Line2D([], [], linestyle="", label=say("n more", count=summary["hidden"])))
    axes.legend(
        handles=parts, loc="upper right", bbox_to_anchor=(1.0, 0.0), ncols=5, frameon=False, fontsize=7.5,
        labelcolor=theme.soft, handlelength=1.6, columnspacing=1.2, borderaxespad=0,
    )  # fmt: skip
