"""The spans of each thread over time."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter

from tffsim.tracing.snapshot import Snapshot
from tffsim.tracing.spans import OPERATIONS
from tffsim.tracing.summary import duration
from tffsim.tracing.trace import Trace
from tffsim.views.theme import OPERATION_COLOURS, OUTCOME_COLOURS, Theme, literal, nothing, prepare

# Bars narrower than this part of the picture are drawn as one with their neighbours.
_NARROW = 1 / 1500
_MAX_ROWS = 60


def draw_timeline(trace: Trace, axes: Axes, theme: Theme) -> Axes:
    """Draws spans as bars, coloured by operation; a span inside another one lies below it."""
    prepare(axes, theme, "Timeline")
    snapshot = trace.snapshot
    if not snapshot.num_spans:
        return nothing(axes, theme)
    rows, titles = _rows(snapshot)
    columns = snapshot.columns
    end = float(columns["end"].max())
    shown = np.flatnonzero((rows >= 0) & (rows < _MAX_ROWS))
    for operation, name in enumerate(OPERATIONS):
        spans = shown[(columns["operation"][shown] == operation) & (columns["outcome"][shown] != 1)]
        _add_bars(axes, snapshot, spans, rows, OPERATION_COLOURS[name], end)
    _add_bars(axes, snapshot, shown[columns["outcome"][shown] == 1], rows, OUTCOME_COLOURS["error"], end)
    count = min(int(rows.max()) + 1, _MAX_ROWS)
    axes.set(xlim=(0, end * 1.002), ylim=(count, -0.3))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: duration(max(x, 0))))
    axes.set_yticks(
        [row + 0.45 for row in titles if row < count], [literal(titles[row], 26) for row in titles if row < count]
    )
    for row in titles:
        if 0 < row < count:
            axes.axhline(row - 0.05, color=theme.line, linewidth=0.8)
    present = [name for k, name in enumerate(OPERATIONS) if (columns["operation"] == k).any()]
    patches = [Patch(color=OPERATION_COLOURS[name], label=name) for name in present]
    if (columns["outcome"] == 1).any():
        patches.append(Patch(color=OUTCOME_COLOURS["error"], label="failed"))
    axes.legend(
        handles=patches, loc="lower left", bbox_to_anchor=(0.12, 1.0), ncols=7, frameon=False, fontsize=7.5,
        labelcolor=theme.soft, handlelength=1.0, columnspacing=1.0,
    )  # fmt: skip
    return axes


def _rows(snapshot: Snapshot) -> "tuple[np.ndarray, dict[int, str]]":
    """Returns the row of each span, and the thread whose rows begin at some of them."""
    columns = snapshot.columns
    thread, parent = columns["thread"].tolist(), columns["parent"].tolist()
    start, end = columns["start"].tolist(), columns["end"].tolist()
    level = [0] * len(thread)
    free: dict[int, list[int]] = {}
    for span in range(len(thread)):
        rows = free.setdefault(thread[span], [])
        above = parent[span]
        row = level[above] + 1 if above >= 0 and thread[above] == thread[span] else 0
        while row < len(rows) and rows[row] > start[span]:
            row += 1
        rows.extend([0] * (row + 1 - len(rows)))
        rows[row] = end[span]
        level[span] = row
    titles, first = {}, {}
    position = 0
    for number in sorted(free):
        titles[position] = snapshot.threads[number].name if number >= 0 else "waiting"
        first[number] = position
        position += len(free[number])
    return np.array([first[t] + row for t, row in zip(thread, level, strict=True)]), titles


def _add_bars(axes: Axes, snapshot: Snapshot, spans: "np.ndarray", rows: "np.ndarray", colour: str, end: float) -> None:
    if not len(spans):
        return
    order = np.lexsort((snapshot.columns["start"][spans], rows[spans]))
    spans = spans[order]
    row, left = rows[spans].astype(float), snapshot.columns["start"][spans].astype(float)
    right = np.maximum(snapshot.columns["end"][spans].astype(float), left + end * _NARROW / 2)
    # A narrow bar that starts where the one before it ends is drawn with it.
    pixel = np.floor(left / (end * _NARROW)).astype(np.int64)
    first = np.ones(len(spans), bool)
    first[1:] = (row[1:] != row[:-1]) | (pixel[1:] != pixel[:-1]) | (right[1:] - left[1:] > end * _NARROW)
    group = np.cumsum(first) - 1
    right = np.maximum.reduceat(right, np.flatnonzero(first)) if len(group) else right
    row, left = row[first], left[first]
    corners = np.stack(
        [np.stack([x, y], axis=1) for x, y in ((left, row), (right, row), (right, row + 0.86), (left, row + 0.86))],
        axis=1,
    )
    axes.add_collection(
        PolyCollection(list(corners), facecolors=colour, linewidths=0.2, edgecolors=axes.get_facecolor())
    )
