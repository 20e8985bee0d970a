"""The graph of values and calls, from left to right."""

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, Patch, PathPatch
from matplotlib.path import Path

from tffsim.tracing.trace import Trace
from tffsim.views.graph_layout import CallNode, GraphLayout, graph_layout
from tffsim.views.graph_summary import graph_summary
from tffsim.views.theme import OUTCOME_COLOURS, PLACEMENT_COLOURS, Theme, inches, literal, nothing, prepare, width_of

_MAX_CALLS = 50
_ROW_HEIGHT = 0.5
_COLUMN_WIDTH = 0.85
_LEAST_WIDTH, _MOST_WIDTH = 9.0, 18.0
_WIDTH, _HEIGHT = 0.84, 0.72
_SIZE = 8.0
_CARRY = OUTCOME_COLOURS["error"]
_PLACES = {"clients": "at clients", "server": "at the server", "": "without placement"}


def width_of_graph(trace: Trace) -> float:
    """Returns how many inches the picture needs."""
    num_columns = graph_layout(graph_summary(trace, _MAX_CALLS)).num_columns
    return min(max(_LEAST_WIDTH, _COLUMN_WIDTH * num_columns), _MOST_WIDTH)


def height_of_graph(trace: Trace) -> float:
    """Returns how many inches the picture needs."""
    return 0.8 + _ROW_HEIGHT * max(graph_layout(graph_summary(trace, _MAX_CALLS)).num_rows, 3)


def draw_graph(trace: Trace, axes: Axes, theme: Theme) -> Axes:
    """Draws the last invocation at the lowest executors, what is alike for all clients once.

    A box is a call, with the value that it made below it. Lines lead to the calls that use the value.
    """
    prepare(axes, theme, "Calls and the values they made, clients collapsed")
    summary = graph_summary(trace, _MAX_CALLS)
    if not summary["calls"]:
        return nothing(axes, theme)
    layout = graph_layout(summary)
    columns, rows = max(layout.num_columns, 4), max(layout.num_rows, 3)
    left, top = (layout.num_columns - columns) / 2, (layout.num_rows - rows) / 2
    axes.set(xlim=(left - 0.45, left + columns - 0.55), ylim=(top + rows - 0.4, top - 0.6), xticks=[])
    width, height = inches(axes)
    size = max(min(_SIZE, height / rows * 72 * 0.26, width / columns * 8), 2.0)
    limit = int((width / columns * _WIDTH - 0.08) / width_of("x", size))
    for edges, colour, style in ((layout.flow, theme.soft, "-"), (layout.carries, _CARRY, "--")):
        for source, target in edges:
            _add_edge(axes, layout.nodes[source], layout.nodes[target], colour, style)
    for node in layout.nodes.values():
        _add_call(axes, theme, node, (size, limit))
    _add_key(axes, theme, layout, summary["hidden"])
    return axes


def _add_call(axes: Axes, theme: Theme, node: CallNode, room: tuple[float, int]) -> None:
    size, limit = room
    axes.add_patch(
        FancyBboxPatch(
            (node.x - _WIDTH / 2, node.y - _HEIGHT / 2),
            _WIDTH,
            _HEIGHT,
            "round,pad=0,rounding_size=0.06",
            facecolor=theme.ground,
            edgecolor=PLACEMENT_COLOURS[node.placement],
            linewidth=1.2,
            zorder=2,
        )
    )
    count = f"×{node.count:,} " if node.count > 1 else ""
    words = node.text.removeprefix("federated_").replace("_", " ")
    axes.text(
        node.x, node.y - 0.15, literal(words, limit), ha="center", va="center", fontsize=size, color=theme.ink, zorder=3
    )
    if node.failed:
        axes.text(node.x, node.y + 0.17, "failed", color=OUTCOME_COLOURS["error"], weight="bold", fontsize=size * 0.85,
                  ha="center", va="center", zorder=3)  # fmt: skip
        return
    value = literal(count + node.value, int(limit / 0.85))
    axes.text(node.x, node.y + 0.17, value, ha="center", va="center", fontsize=size * 0.85, color=theme.soft, zorder=3)


def _add_edge(axes: Axes, source: CallNode, target: CallNode, colour: str, style: str) -> None:
    """Draws a curve from the right of a box to the left of another; back to an earlier one, over the top."""
    if target.x > source.x:
        start, end = (source.x + _WIDTH / 2, source.y), (target.x - _WIDTH / 2, target.y)
        middle = end[0] - (1 - _WIDTH) / 2
        bend = (1 - _WIDTH) / 2
        points = [start, (start[0] + bend, start[1]), (middle - bend, end[1]), (end[0], end[1])]
    else:
        start, end = (source.x, source.y - _HEIGHT / 2), (target.x, target.y - _HEIGHT / 2)
        lift = min(start[1], end[1]) - 0.33
        points = [start, (start[0], lift), (end[0], lift), end]
    codes = [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4]
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


def _add_key(axes: Axes, theme: Theme, layout: GraphLayout, num_hidden: int) -> None:
    present = {node.placement for node in layout.nodes.values()}
    parts: list[Artist] = [Patch(color=PLACEMENT_COLOURS[p], label=name) for p, name in _PLACES.items() if p in present]
    if layout.carries:
        parts.append(Line2D([], [], color=_CARRY, linestyle="--", label="to the next client"))
    if num_hidden:
        parts.append(Line2D([], [], linestyle="", label=f"… {num_hidden:,} more"))
    axes.legend(
        handles=parts, loc="upper right", bbox_to_anchor=(1.0, 0.0), ncols=5, frameon=False, fontsize=7.5,
        labelcolor=theme.soft, handlelength=1.6, columnspacing=1.2, borderaxespad=0,
    )  # fmt: skip
