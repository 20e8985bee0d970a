"""What crossed between server and clients, and what the server could see of it."""

from matplotlib.axes import Axes

from tffsim.tracing.summary import data_size
from tffsim.tracing.trace import Trace
from tffsim.views.bar_rows import BarRow, draw_rows
from tffsim.views.theme import Theme, nothing, prepare
from tffsim.views.traffic_summary import traffic_summary

_SEEN = {
    "individual": "the server sees each value",
    "aggregate": "the server sees the aggregate only",
    "caller": "not seen by the server",
}
_COLOURS = {"individual": "#d55e00", "aggregate": "#009e73", "caller": "#9aa5b1", "": "#0072b2"}
_MAX_ROWS = 20


def draw_traffic(trace: Trace, axes: Axes, theme: Theme) -> Axes:
    """Draws one bar per intrinsic, direction and visibility."""
    prepare(axes, theme, "Between server and clients")
    totals = traffic_summary(trace)[:_MAX_ROWS]
    if not totals:
        return nothing(axes, theme, "nothing crossed between server and clients")
    most = max(*(row["bytes"] for row in totals), 1)
    rows = []
    for row in totals:
        parts = [
            row["direction"] if row["intrinsic"] else "",
            f"{row['values']:,} values",
            _SEEN.get(row["visibility"], ""),
        ]
        detail = ", ".join(part for part in parts if part)
        rows.append(
            BarRow(
                row["intrinsic"] or row["direction"],
                detail,
                data_size(row["bytes"]),
                row["bytes"] / most,
                _COLOURS[row["visibility"]],
                hatch="////" if row["visibility"] == "aggregate" else "",
            )
        )
    return draw_rows(axes, theme, rows)
