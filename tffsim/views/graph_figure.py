"""The graph of values and calls, from left to right."""

import textwrap
from typing import Any

import networkx as nx
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, Patch

from tffsim.tracing.trace import Trace
from tffsim.views.graph_summary import graph_summary
from tffsim.views.theme import PLACEMENT_COLOURS, Theme, literal, nothing, prepare

_MAX_NODES = 60
_MAX_TYPE = 15
_CARRY = "#b35000"


def draw_graph(trace: Trace, axes: Axes, theme: Theme) -> Axes:
    """Draws the last invocation at the lowest executors, what is alike for all clients once.

    Calls are boxes, values are dots with their types.
    """
    prepare(axes, theme, "Values (dots) and calls (boxes), collapsed over clients")
    summary = graph_summary(trace, _MAX_NODES)
    if not summary["nodes"]:
        return nothing(axes, theme)
    places = _places(summary)
    columns = max(x for x, _ in places.values()) + 1
    height = max(y for _, y in places.values()) + 1
    axes.set(xlim=(-0.8, columns - 0.4), ylim=(height - 0.3, -0.7), xticks=[])
    size = max(4.5, min(8.0, 110 / columns, 190 / height))
    for edge in summary["edges"]:
        _add_edge(axes, theme, places[edge["source"]], places[edge["target"]], edge["kind"] == "carry")
    for node in summary["nodes"]:
        add = _add_call if node["kind"] == "call" else _add_value
        add(axes, theme, node, places[node["id"]], size)
    _add_key(axes, theme, summary["hidden"])
    return axes


def _add_call(axes: Axes, theme: Theme, node: dict[str, Any], place: tuple[int, float], size: float) -> None:
    words = node["label"].removeprefix("call ").removeprefix("federated_").replace("_", " ")
    count = f" ×{node['count']:,}" if node["count"] > 1 else ""
    text = "\n".join(textwrap.wrap(words + count, 12))
    box = {
        "boxstyle": "round,pad=0.3",
        "facecolor": theme.ground,
        "edgecolor": PLACEMENT_COLOURS[node["placement"]],
        "linewidth": 1.3,
    }
    axes.text(*place, text.replace("$", r"\$"), ha="center", va="center", fontsize=size, color=theme.ink, bbox=box)


def _add_value(axes: Axes, theme: Theme, node: dict[str, Any], place: tuple[int, float], size: float) -> None:
    axes.plot(*place, "o", markersize=5, color=PLACEMENT_COLOURS[node["placement"]], zorder=3)
    label = literal(node["label"], _MAX_TYPE)
    axes.annotate(
        label, place, (0, -4), textcoords="offset points", ha="center", va="top", fontsize=size * 0.75, color=theme.soft
    )


def _add_key(axes: Axes, theme: Theme, hidden: int) -> None:
    names = {"clients": "at clients", "server": "at the server", "": "without placement"}
    parts: list[Artist] = [Patch(color=PLACEMENT_COLOURS[placement], label=name) for placement, name in names.items()]
    parts.append(Line2D([], [], color=_CARRY, linestyle="--", label="to the next client"))
    axes.legend(
        handles=parts, loc="lower right", ncols=4, frameon=False, fontsize=8, labelcolor=theme.soft, borderaxespad=0
    )
    if hidden:
        text = f"{hidden:,} more values and calls are not shown"
        axes.text(1, 1, text, transform=axes.transAxes, ha="right", va="bottom", color=theme.soft, fontsize=8)


def _places(summary: dict[str, Any]) -> dict[str, tuple[int, float]]:
    """Returns a column and a row for each node: columns follow the flow, rows avoid crossings."""
    flow = nx.DiGraph()
    flow.add_nodes_from(node["id"] for node in summary["nodes"])
    flow.add_edges_from((e["source"], e["target"]) for e in summary["edges"] if e["kind"] != "carry")
    column: dict[str, int] = {}
    for node in nx.topological_sort(flow):
        column[node] = max((column[above] + 1 for above in flow.predecessors(node)), default=0)
    for node in reversed(list(nx.topological_sort(flow))):
        # Sources stand right before what uses them.
        if flow.in_degree(node) == 0 and flow.out_degree(node):
            column[node] = min(column[below] for below in flow.successors(node)) - 1
    columns: dict[int, list[str]] = {}
    for node in column:
        columns.setdefault(column[node], []).append(node)
    tallest = max(map(len, columns.values()))
    places: dict[str, tuple[int, float]] = {}
    for x in sorted(columns):
        middle = {node: _mean([places[a][1] for a in flow.predecessors(node) if a in places]) for node in columns[x]}
        ordered = sorted(columns[x], key=lambda node: (middle[node] if middle[node] is not None else tallest, node))
        spread = tallest / len(ordered)
        for position, node in enumerate(ordered):
            places[node] = (x, (position + 0.5) * spread - 0.5)
    return places


def _mean(numbers: list[float]) -> Any:
    return sum(numbers) / len(numbers) if numbers else None


def _add_edge(axes: Axes, theme: Theme, start: tuple[int, float], end: tuple[int, float], is_carried: bool) -> None:
    style = "arc3,rad=0.4" if is_carried else "arc3,rad=0"
    axes.add_patch(
        FancyArrowPatch(
            start,
            end,
            arrowstyle="-|>",
            mutation_scale=6,
            shrinkA=14,
            shrinkB=16,
            linewidth=0.7,
            zorder=0,
            color=_CARRY if is_carried else theme.soft,
            linestyle="--" if is_carried else "-",
            connectionstyle=style,
        )
    )
