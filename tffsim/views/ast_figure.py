"""The AST of a computation, with the time that each node took."""

from matplotlib.axes import Axes

from tffsim.tracing.ast_tree import TimedNode
from tffsim.tracing.summary import duration
from tffsim.tracing.trace import Trace
from tffsim.views.bar_rows import BarRow, draw_rows
from tffsim.views.theme import Theme, nothing, prepare

_MAX_ROWS = 48


def draw_ast(trace: Trace, axes: Axes, theme: Theme) -> Axes:
    """Draws the nodes as an indented list, those that took most if there are too many."""
    prepare(axes, theme, "AST: own time of each node")
    calls = trace.snapshot.invocations
    if not calls or calls[0].root < 0:
        return nothing(axes, theme)
    nodes = list(trace.ast().walk())
    kept = _most_important(nodes)
    longest = max(*(node.self_time for _, node in nodes), 1)
    rows = [_row(depth, node, longest) for depth, node in nodes if node.number in kept]
    if len(kept) < len(nodes):
        rows.append(BarRow(f"… {len(nodes) - len(kept)} more nodes, which took less", "", "", 0, theme.bar))
    return draw_rows(axes, theme, rows)


def _row(depth: int, node: TimedNode, longest: int) -> BarRow:
    text = f"{node.edge}: {node.label}" if node.edge else node.label
    return BarRow(
        text, node.type, duration(node.self_time) if len(node.spans) else "", node.self_time / longest,
        "#c04f00" if node.clients else "#0072b2", depth,
    )  # fmt: skip


def _most_important(nodes: list[tuple[int, TimedNode]]) -> set[int]:
    """Returns the nodes in whose trees most time was spent; with each, those above it."""
    ranked = sorted((node for _, node in nodes), key=lambda node: -node.total_time)
    return {node.number for node in ranked[:_MAX_ROWS]}
