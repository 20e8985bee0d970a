"""When each client was at work."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import FuncFormatter

from tffsim.tracing.summary import duration
from tffsim.tracing.trace import Trace
from tffsim.views.theme import OUTCOME_COLOURS, Theme, nothing, prepare

_MAX_BARS = 400
_MAX_LABELS = 40
_BINS = (240, 120)


def draw_clients(trace: Trace, axes: Axes, theme: Theme) -> Axes:
    """Draws a bar per client and invocation; more than 400 clients as a density map."""
    prepare(axes, theme, "Clients: when each was at work")
    table = trace.clients()
    if not table.num_rows:
        return nothing(axes, theme, "no client did anything")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: duration(max(x, 0))))
    axes.grid(axis="x", color=theme.line, linewidth=0.6)
    axes.set_axisbelow(True)
    num_clients = int(table["client"].max()) + 1
    axes.set(xlim=(0, table["end"].max() * 1.01), ylim=(num_clients - 0.4, -0.6))
    if num_clients > _MAX_BARS:
        return _draw_density(table, num_clients, axes, theme)
    for outcome in dict.fromkeys(table.shown("outcome").tolist()):
        rows = table.where(table.shown("outcome") == outcome)
        bars = [
            Rectangle((start, client - 0.38), end - start, 0.76)
            for client, start, end in zip(rows["client"], rows["start"], rows["end"], strict=True)
        ]
        axes.add_collection(PatchCollection(bars, facecolor=OUTCOME_COLOURS[outcome], alpha=0.45, linewidth=0))
        busy = [
            Rectangle((start, client - 0.38), share, 0.76)
            for client, start, share in zip(rows["client"], rows["start"], _busy(rows), strict=True)
        ]
        axes.add_collection(PatchCollection(busy, facecolor=OUTCOME_COLOURS[outcome], linewidth=0))
    if num_clients <= _MAX_LABELS:
        axes.set_yticks(range(num_clients), [f"client {client}" for client in range(num_clients)])
    else:
        axes.set_ylabel(f"{num_clients} clients", color=theme.soft, fontsize=9)
    _legend(table, axes, theme)
    return axes


def _busy(rows: object) -> "np.ndarray":
    return np.minimum(rows["busy"], rows["end"] - rows["start"])  # type: ignore[index]


def _draw_density(table: object, num_clients: int, axes: Axes, theme: Theme) -> Axes:
    start, end, client = (table[name] for name in ("start", "end", "client"))  # type: ignore[index]
    times = np.linspace(0, end.max(), _BINS[0] + 1)
    rows = (client * min(_BINS[1], num_clients) // num_clients).astype(np.int64)
    density = np.zeros((min(_BINS[1], num_clients), _BINS[0]))
    first = np.clip(np.searchsorted(times, start, "right") - 1, 0, _BINS[0] - 1)
    last = np.clip(np.searchsorted(times, end, "left"), 1, _BINS[0])
    for row, low, high in zip(rows, first, last, strict=True):
        density[row, low : max(high, low + 1)] += 1
    density[density == 0] = np.nan
    image = axes.imshow(
        density,
        aspect="auto",
        cmap="viridis",
        extent=(0, float(end.max()), num_clients - 0.5, -0.5),
        interpolation="nearest",
    )
    bar = axes.figure.colorbar(image, ax=axes, pad=0.01)
    bar.ax.tick_params(colors=theme.soft, labelsize=8)
    bar.set_label("clients at work", color=theme.soft, fontsize=9)
    axes.set_ylabel(f"{num_clients:,} clients", color=theme.soft, fontsize=9)
    return axes


def _legend(table: object, axes: Axes, theme: Theme) -> None:
    outcomes = dict.fromkeys(table.shown("outcome").tolist())  # type: ignore[attr-defined]
    patches = [Patch(color=OUTCOME_COLOURS[outcome], label=outcome) for outcome in outcomes]
    patches.append(Patch(color=theme.soft, alpha=0.45, label="pale: waiting"))
    axes.legend(
        handles=patches,
        loc="lower left",
        bbox_to_anchor=(0.55, 1.0),
        ncols=4,
        frameon=False,
        fontsize=8,
        labelcolor=theme.soft,
    )
