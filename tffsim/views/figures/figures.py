"""The pictures of a trace, drawn by matplotlib: `trace.plot`."""

from collections.abc import Callable

from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from tffsim.tracing.document.snapshot import Snapshot
from tffsim.views.figures.ast_figure import draw_ast, height_of_ast
from tffsim.views.figures.clients_figure import draw_clients, height_of_clients
from tffsim.views.figures.graph_figure import draw_graph, height_of_graph, width_of_graph
from tffsim.views.figures.letters import find_letters, language_of_pictures
from tffsim.views.figures.program_figure import draw_program, height_of_program, width_of_program
from tffsim.views.figures.rounds_figure import draw_rounds, height_of_rounds
from tffsim.views.figures.source_figure import draw_source, height_of_source
from tffsim.views.figures.stack_figure import draw_stack, height_of_stack
from tffsim.views.figures.theme import Theme, theme_for
from tffsim.views.figures.timeline_figure import draw_timeline, height_of_timeline
from tffsim.views.figures.traffic_figure import draw_traffic, height_of_traffic
from tffsim.views.panels.words import spoken

_WIDTH = 9.0


class _Drawn(Axes):
    """Axes that a notebook shows as the picture that they are in, without a line `<Axes: ...>` above it."""

    def _ipython_display_(self) -> None:
        pass


class Figures:
    """Draws pictures of a trace.

    Each method takes `ax`, the axes to draw on (by default those of a new figure), and `dark`
    (by default as the figure of `ax`, or matplotlib's figure colour), and returns the axes.

    Args:
        snapshot: What was recorded.
        warns: Whether they warn of letters that no font on this machine has.
    """

    def __init__(self, snapshot: Snapshot, *, warns: bool = True) -> None:
        self._snapshot = snapshot
        self._warns = warns

    def program(self, ax: Axes | None = None, *, dark: bool | None = None) -> Axes:
        """What the server and the clients did in the last call, and what crossed between them."""
        return self._draw(draw_program, height_of_program, ax, dark, width_of_program)

    def source(self, ax: Axes | None = None, *, dark: bool | None = None) -> Axes:
        """The functions that took part, with the time, the runs and the bytes of each line."""
        return self._draw(draw_source, height_of_source, ax, dark)

    def rounds(self, ax: Axes | None = None, *, dark: bool | None = None) -> Axes:
        """One row per call: time, bytes, a bar per client, and what it returned."""
        return self._draw(draw_rounds, height_of_rounds, ax, dark)

    def stack(self, ax: Axes | None = None, *, dark: bool | None = None) -> Axes:
        """The executors as a tree, with their calls and their own time."""
        return self._draw(draw_stack, height_of_stack, ax, dark)

    def clients(self, ax: Axes | None = None, *, dark: bool | None = None) -> Axes:
        """When each client was at work, and how it ended; many clients as a density map."""
        return self._draw(draw_clients, height_of_clients, ax, dark)

    def timeline(self, ax: Axes | None = None, *, dark: bool | None = None) -> Axes:
        """The spans of each thread over time, those inside others below them."""
        return self._draw(draw_timeline, height_of_timeline, ax, dark)

    def graph(self, ax: Axes | None = None, *, dark: bool | None = None) -> Axes:
        """Values and calls of the last invocation, from left to right, collapsed over clients."""
        return self._draw(draw_graph, height_of_graph, ax, dark, width_of_graph)

    def traffic(self, ax: Axes | None = None, *, dark: bool | None = None) -> Axes:
        """What crossed between server and clients, and what the server saw."""
        return self._draw(draw_traffic, height_of_traffic, ax, dark)

    def ast(self, ax: Axes | None = None, *, dark: bool | None = None) -> Axes:
        """The AST of the first invocation, with the time of each node."""
        return self._draw(draw_ast, height_of_ast, ax, dark)

    def _draw(
        self,
        draw: Callable[[Snapshot, Axes, Theme], Axes],
        height: Callable[[Snapshot], float],
        ax: Axes | None,
        dark: bool | None,
        width: Callable[[Snapshot], float] = lambda _: _WIDTH,
    ) -> Axes:
        theme = theme_for(dark, ax)
        with spoken(language_of_pictures(warns=self._warns)):
            if ax is None:
                size = width(self._snapshot), height(self._snapshot)
                _, ax = plt.subplots(figsize=size, layout="constrained", subplot_kw={"axes_class": _Drawn})
            drawn = draw(self._snapshot, ax, theme)
        find_letters(drawn, warns=self._warns)
        return drawn
