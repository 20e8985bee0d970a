"""The AST of a computation, with the time that each node took."""

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from tffsim.tracing.analysis.ast_tree import TimedNode
from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.document.units import duration
from tffsim.views.figures.theme import PLACEMENT_COLOURS, Theme, columns, inches, literal, nothing, prepare, width_of
from tffsim.views.panels.ast_rows import ast_rows
from tffsim.views.panels.words import say

_MAX_ROWS = 60
_ROW_HEIGHT, _MIN_ROW_HEIGHT = 0.19, 0.13
_SIZE = 8.0
_INDENT = 0.016
_TEXT_END, _OWN_END, _TOTAL_END, _BAR_BEGIN = 0.60, 0.68, 0.76, 0.775
_PALE = 0.35


def height_of_ast(snapshot: Snapshot) -> float:
    """Returns how many inches the picture needs."""
    return 0.6 + _ROW_HEIGHT * max(len(ast_rows(snapshot, _MAX_ROWS)), 4)


def draw_ast(snapshot: Snapshot, axes: Axes, theme: Theme) -> Axes:
    """Draws the nodes as an indented tree; of a large one, the nodes in whose subtrees most time was spent."""
    prepare(axes, theme, say("figure of AST"))
    width, height = inches(axes)
    rows = ast_rows(snapshot, max(min(_MAX_ROWS, int(height / _MIN_ROW_HEIGHT)), 4))
    if not rows:
        return nothing(axes, theme)
    axes.set(xlim=(0, 1), ylim=(max(len(rows), 4) - 0.3, -1.6), xticks=[])
    size = min(_SIZE, height / max(len(rows) + 1.5, 4) * 72 * 0.62, width)
    for x, text in ((_OWN_END, say("own in AST")), (_TOTAL_END, say("total"))):
        axes.text(x, -1, text, ha="right", va="center", color=theme.soft, fontsize=size)
    for x, placement, text in (
        (_BAR_BEGIN, "clients", say("at clients")),
        (_BAR_BEGIN + 0.1, "", say("elsewhere")),
    ):
        axes.text(x, -1, text, va="center", color=PLACEMENT_COLOURS[placement], fontsize=size, weight="bold")
    longest = max(*(row.node.total_time for row in rows if row.node is not None), 0, 1)
    for position, row in enumerate(rows):
        if row.node is not None:
            _add_text(axes, theme, row.node, row.depth, position, size, width)
            _add_times(axes, theme, row.node, position, size, longest)
        else:
            text = say("n more nodes", count=row.num_hidden, time=duration(row.hidden_time))
            axes.text(row.depth * _INDENT, position, text, va="center", color=theme.soft, fontsize=size)
    return axes


def _add_text(axes: Axes, theme: Theme, node: TimedNode, depth: int, position: int, size: float, width: float) -> None:
    start = min(depth, 24) * _INDENT
    room = int((_TEXT_END - start) * width / width_of("x", size))
    text = f"{node.edge}: {node.label}" if node.edge else node.label
    label = axes.text(start, position, literal(text, room), va="center", color=theme.ink, fontsize=size)
    if node.type and room - columns(text) > 8:
        axes.annotate(
            literal(node.type, room - columns(text) - 2), (1, 0.5), (6, 0), xycoords=label, textcoords="offset points",
            va="center", color=theme.soft, fontsize=size, annotation_clip=False,
        )  # fmt: skip


def _add_times(axes: Axes, theme: Theme, node: TimedNode, position: int, size: float, longest: int) -> None:
    colour = PLACEMENT_COLOURS["clients" if node.clients else ""]
    for x, time, ink in ((_OWN_END, node.self_time, theme.ink), (_TOTAL_END, node.total_time, theme.soft)):
        if time:
            axes.text(x, position, duration(time), ha="right", va="center", color=ink, fontsize=size)
    for time, alpha in ((node.total_time, _PALE), (node.self_time, 1.0)):
        length = (1 - _BAR_BEGIN) * time / longest
        axes.add_patch(Rectangle((_BAR_BEGIN, position - 0.3), length, 0.6, facecolor=colour, alpha=alpha, linewidth=0))
