"""When each client was at work."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Patch

from tffsim.tracing.analysis.clients import NOT_STARTED, clients
from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.document.table import Table
from tffsim.views.figures.theme import OUTCOME_COLOURS, Theme, inches, nothing, prepare, time_axis
from tffsim.views.panels.words import say, say_state

_MAX_BARS = 400
_MAX_LABELS = 40
_BINS = (150, 60)
_PALE = 0.4


def height_of_clients(snapshot: Snapshot) -> float:
    """Returns how many inches the picture needs."""
    num_clients = int(clients(snapshot)["client"].max(initial=-1)) + 1
    return 0.9 + 0.19 * min(max(num_clients, 6), 24 if num_clients > _MAX_LABELS else _MAX_LABELS)


def draw_clients(snapshot: Snapshot, axes: Axes, theme: Theme) -> Axes:
    """Draws a bar per client and invocation; more than 400 clients as a density map."""
    prepare(axes, theme, say("figure of clients"))
    told = clients(snapshot)
    table = told.where(told["outcome"] != NOT_STARTED)
    if not table.num_rows:
        return nothing(axes, theme)
    time_axis(axes, theme, table["end"].max() * 1.01)
    num_clients = int(told["client"].max()) + 1
    axes.set_ylim(num_clients - 0.4, -0.6)
    if len(table) < len(told):
        axes.set_xlabel(f"{axes.get_xlabel()} · {say('n not started', count=len(told) - len(table))}")
    if num_clients > _MAX_BARS:
        return _draw_density(table, num_clients, axes, theme)
    room_per_label = inches(axes)[1] * 72 / num_clients
    if num_clients <= _MAX_LABELS and room_per_label > 5:
        _draw_bars(table, axes, half=0.38)
        axes.set_yticks(range(num_clients), [say("client n", client=str(client)) for client in range(num_clients)])
        axes.tick_params(axis="y", labelsize=min(8.0, room_per_label * 0.8))
    else:
        _draw_bars(table, axes, half=0.5)
        _number_some(axes, theme, num_clients)
    _add_key(table, axes, theme)
    return axes


def _draw_bars(table: Table, axes: Axes, half: float) -> None:
    """Draws from the first to the last operation palely, and as much of it as the client was busy."""
    start, client = table["start"].astype(float), table["client"].astype(float)
    end = np.maximum(table["end"].astype(float), start)
    colours = [OUTCOME_COLOURS[outcome] for outcome in table.shown("outcome").tolist()]
    for right, alpha in ((end, _PALE), (np.minimum(start + table["busy"], end), 1.0)):
        corners = ((start, client - half), (right, client - half), (right, client + half), (start, client + half))
        bars = list(np.stack([np.stack(corner, axis=1) for corner in corners], axis=1))
        # Edges keep bars visible that are thinner than a pixel.
        axes.add_collection(
            PolyCollection(bars, facecolors=colours, edgecolors=colours, alpha=alpha, linewidths=0 if half < 0.5 else 1)
        )


def _draw_density(table: Table, num_clients: int, axes: Axes, theme: Theme) -> Axes:
    """Draws how many of the clients in a row were at work at each time, and marks those that did not end well."""
    end = float(table["end"].max())
    density = _density(table, num_clients, end)
    image = axes.imshow(
        np.where(density > 0, density, np.nan),
        cmap=LinearSegmentedColormap.from_list("clients", [theme.faint, theme.strong]),
        aspect="auto", vmin=0, extent=(0, end, num_clients - 0.5, -0.5), interpolation="nearest",
    )  # fmt: skip
    bar = axes.figure.colorbar(image, ax=axes, pad=0.01, aspect=40)
    bar.outline.set_visible(False)  # type: ignore[operator]
    bar.ax.tick_params(colors=theme.soft, labelsize=8, length=0)
    text = say("clients at a time", count=round(num_clients / _BINS[1]))
    bar.set_label(text, color=theme.soft, fontsize=8)
    _number_some(axes, theme, num_clients)
    unwell = table.where(table.shown("outcome") != "ok")
    for outcome in dict.fromkeys(unwell.shown("outcome").tolist()):
        rows = unwell.where(unwell.shown("outcome") == outcome)
        axes.plot(
            rows["end"], rows["client"], "o", markersize=4, color=OUTCOME_COLOURS[outcome], label=say_state(outcome)
        )
    if unwell.num_rows:
        _legend(axes, theme, None)
    return axes


def _density(table: Table, num_clients: int, end: float) -> "np.ndarray":
    """Returns how many clients of each row were at work in each time bin, on average over the bin."""
    num_times, num_rows = _BINS
    edges = np.linspace(0, max(end, 1.0), num_times + 1)
    rows = table["client"].astype(np.int64) * num_rows // num_clients
    # The time that clients worked before each edge; differences are the time in each bin.
    before = np.zeros((num_rows, num_times + 1))
    for column, edge in enumerate(edges):
        worked = np.clip(edge - table["start"], 0, table["end"] - table["start"])
        before[:, column] = np.bincount(rows, weights=worked, minlength=num_rows)
    return np.diff(before, axis=1) / (edges[1] - edges[0])


def _number_some(axes: Axes, theme: Theme, num_clients: int) -> None:
    step = next(step for k in range(9) for step in (10**k, 2 * 10**k, 5 * 10**k) if num_clients / step <= 8)
    axes.set_yticks(range(0, num_clients, step), [f"{client:,}" for client in range(0, num_clients, step)])
    axes.set_ylabel(say("client of", count=num_clients), color=theme.soft, fontsize=8)


def _add_key(table: Table, axes: Axes, theme: Theme) -> None:
    outcomes = dict.fromkeys(table.shown("outcome").tolist())
    patches = [Patch(color=OUTCOME_COLOURS[outcome], label=say_state(outcome)) for outcome in outcomes]
    patches.append(Patch(color=theme.soft, label=say("busy added up")))
    patches.append(Patch(color=theme.soft, alpha=_PALE, linewidth=0, label=say("start to end")))
    _legend(axes, theme, patches)


def _legend(axes: Axes, theme: Theme, patches: list[Patch] | None) -> None:
    axes.legend(
        handles=patches, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=5, frameon=False, fontsize=7.5,
        labelcolor=theme.soft, handlelength=1.0, columnspacing=1.0, borderaxespad=0.2,
    )  # fmt: skip
