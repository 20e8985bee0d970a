"""What crossed between server and clients, and what the server could see of it."""

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.document.units import data_size
from tffsim.views.figures.theme import VISIBILITY_COLOURS, Theme, inches, literal, nothing, prepare, width_of
from tffsim.views.panels.traffic_rows import TrafficRow, traffic_rows

_HATCHES = {"individual": "", "aggregate": "////", "caller": "", "hidden": "", "": ""}
_MAX_ROWS = 16
_ROW_HEIGHT = 0.42
_SIZE = 9.0


def height_of_traffic(snapshot: Snapshot) -> float:
    """Returns how many inches the picture needs."""
    return 0.5 + _ROW_HEIGHT * min(max(len(traffic_rows(snapshot)), 2), _MAX_ROWS + 1)


def draw_traffic(snapshot: Snapshot, axes: Axes, theme: Theme) -> Axes:
    """Draws one bar per intrinsic, direction and visibility."""
    prepare(axes, theme, "Traffic: what crossed between server and clients")
    rows = traffic_rows(snapshot)
    if not rows:
        return nothing(axes, theme, "nothing crossed between server and clients")
    shown = rows[:_MAX_ROWS]
    num_rows = max(len(shown) + (len(rows) > len(shown)), 2)
    axes.set(xlim=(0, 1), ylim=(num_rows - 0.5, -0.5), xticks=[])
    width, height = inches(axes)
    size = min(_SIZE, height / num_rows * 72 * 0.3, width * 1.4)
    left = _bars_begin(shown, size, width)
    scale = (1 - left - width_of("999 kB ", size) / width) / max(*(row.size for row in shown), 1)
    for position, row in enumerate(shown):
        _add_row(axes, theme, row, (left, position), scale, size)
    if len(rows) > len(shown):
        axes.text(0, len(shown), f"… {len(rows) - len(shown)} more, smaller", color=theme.soft, fontsize=size)
    return axes


def _add_row(axes: Axes, theme: Theme, row: TrafficRow, place: tuple[float, int], scale: float, size: float) -> None:
    left, position = place
    axes.text(0, position - 0.17, literal(row.name), va="center", color=theme.ink, fontsize=size, weight="bold")
    axes.text(0, position + 0.2, literal(row.detail, 90), va="center", color=theme.soft, fontsize=size * 0.85)
    length = max(row.size * scale, 0.002)
    axes.add_patch(
        Rectangle(
            (left, position - 0.26),
            length,
            0.52,
            linewidth=0,
            edgecolor=theme.ground,
            facecolor=VISIBILITY_COLOURS[row.visibility],
            hatch=_HATCHES[row.visibility],
        )
    )
    axes.text(left + length + 0.008, position, data_size(row.size), va="center", color=theme.ink, fontsize=size)


def _bars_begin(rows: list[TrafficRow], size: float, width: float) -> float:
    widest = max(max(width_of(row.name, size) * 1.08, width_of(row.detail, size * 0.85)) for row in rows)
    return min(widest / width + 0.01, 0.7)
