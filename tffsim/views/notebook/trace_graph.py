"""The graph of values and calls, shown as a picture in a notebook and as a table of its calls anywhere else."""

import base64
import html
import io
from collections import Counter
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np

from tffsim.tracing.analysis.graph import EdgeAttributes, Node, NodeAttributes
from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.document.table import Table
from tffsim.views.notebook.mime_bundle import is_in_kernel

if TYPE_CHECKING:
    _Graph = nx.MultiDiGraph[Node, NodeAttributes, EdgeAttributes]
else:
    _Graph = nx.MultiDiGraph

_DPI = 76


class TraceGraph(_Graph):
    """A `networkx.MultiDiGraph` of calls and values that can be looked at.

    Args:
        data: What networkx makes a graph of.
        drawn: The trace, of which the picture is drawn; None for a part of the graph, which has no picture.
    """

    def __init__(self, data: Any = None, drawn: Snapshot | None = None, **attributes: object) -> None:
        super().__init__(data, **attributes)
        self._drawn = drawn

    def calls(self) -> Table:
        """Returns the calls of the graph, alike ones added up: their number, and their own time in nanoseconds."""
        counts: Counter[tuple[str, str, str]] = Counter()
        times: Counter[tuple[str, str, str]] = Counter()
        for _, data in self.nodes(data=True):
            if data["kind"] == "call":
                key = data["executor"], data["placement"], data["operation"]
                counts[key] += data["count"]
                times[key] += data["self_time"]
        keys = sorted(counts, key=lambda key: (-times[key], key))
        texts = {name: [key[k] for key in keys] for k, name in enumerate(("executor", "placement", "operation"))}
        numbers = np.arange(len(keys))
        columns = dict.fromkeys(texts, numbers)
        columns["calls"] = np.array([counts[key] for key in keys], np.int64)
        columns["self_time"] = np.array([times[key] for key in keys], np.int64)
        return Table(columns, texts, {"self_time": "ns"})

    def __repr__(self) -> str:
        return f"{self._headline()}\n{self.calls()!r}"

    __str__ = __repr__

    def _headline(self) -> str:
        kinds = Counter(data["kind"] for _, data in self.nodes(data=True))
        return f"Graph: {kinds['call']:,} calls, {kinds['value']:,} values, {len(self.edges):,} edges"

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """The value of a notebook's cell shows its picture, and its calls as a table that can be sorted."""
        text = {"text/plain": repr(self)}
        if not is_in_kernel():
            return text
        lines = f"<p>{html.escape(self._headline())}</p>{self.calls()._repr_html_()}"
        if self._drawn is None:
            return {"text/html": lines, **text}
        image = base64.b64encode(_picture(self._drawn)).decode("ascii")
        picture = f'<img alt="{html.escape(self._headline())}" src="data:image/png;base64,{image}">'
        return {"text/html": picture + lines, "image/png": image, **text}


def _picture(snapshot: Snapshot) -> bytes:
    """Returns the picture of the last call, as PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from tffsim.views.figures.figures import Figures
    from tffsim.views.figures.graph_figure import height_of_graph, width_of_graph

    figure = Figure(figsize=(width_of_graph(snapshot), height_of_graph(snapshot)), dpi=_DPI, layout="constrained")
    FigureCanvasAgg(figure)
    Figures(snapshot, warns=False).graph(ax=figure.subplots(), dark=False)
    content = io.BytesIO()
    figure.savefig(content, format="png")
    return content.getvalue()
