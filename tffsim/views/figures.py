"""The pictures of a trace, drawn by matplotlib: `trace.plot`."""

from collections.abc import Callable

from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from tffsim.tracing.trace import Trace
from tffsim.views.ast_figure import draw_ast
from tffsim.views.clients_figure import draw_clients
from tffsim.views.graph_figure import draw_graph
from tffsim.views.stack_figure import draw_stack
from tffsim.views.theme import Theme, theme_for
from tffsim.views.timeline_figure import draw_timeline
from tffsim.views.traffic_figure import draw_traffic
from tffsim.views.traffic_summary import traffic_summary

_WIDTH = 9.0


class Figures:
    """Draws pictures of a trace.

    Each method takes `ax`, the axes to draw on (by default those of a new figure), and `dark`
    (by default as matplotlib's figure colour), and returns the axes.

    Args:
        trace: The trace.
    """

    def __init__(self, trace: Trace) -> None:
        self._trace = trace

    def stack(self, ax: Axes | None = None, *, dark: bool | None = None) -> Axes:
        """The executors as layers, with their calls and their own time."""
        return self._draw(draw_stack, ax, dark, 0.34 * min(max(len(self._trace.snapshot.executors), 4), 24) + 0.8)

    def clients(self, ax: Axes | None = None, *, dark: bool | None = None) -> Axes:
        """When each client was at work, and how it ended; many clients as a density map."""
        return self._draw(draw_clients, ax, dark, 4.2)

    def timeline(self, ax: Axes | None = None, *, dark: bool | None = None) -> Axes:
        """The spans of each thread over time, those inside others below them."""
        return self._draw(draw_timeline, ax, dark, 4.2)

    def graph(self, ax: Axes | None = None, *, dark: bool | None = None) -> Axes:
        """Values and calls of the last invocation, from left to right, collapsed over clients."""
        return self._draw(draw_graph, ax, dark, 5.0)

    def traffic(self, ax: Axes | None = None, *, dark: bool | None = None) -> Axes:
        """What crossed between server and clients, and what the server saw."""
        return self._draw(draw_traffic, ax, dark, 0.34 * max(len(traffic_summary(self._trace)), 2) + 0.6)

    def ast(self, ax: Axes | None = None, *, dark: bool | None = None) -> Axes:
        """The AST of the first invocation, with the time of each node."""
        return self._draw(draw_ast, ax, dark, 6.0)

    def _draw(
        self, draw: Callable[[Trace, Axes, Theme], Axes], ax: Axes | None, dark: bool | None, height: float
    ) -> Axes:
        theme = theme_for(dark)
        if ax is None:
            _, ax = plt.subplots(figsize=(_WIDTH, height), layout="constrained")
        return draw(self._trace, ax, theme)
