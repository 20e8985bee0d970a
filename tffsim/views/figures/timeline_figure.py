"""The spans of each thread over time."""

import dataclasses

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.patches import Patch

from tffsim.tracing.document.operations import ALL_OUTCOMES, OPERATIONS
from tffsim.tracing.document.snapshot import Snapshot
from tffsim.views.figures.theme import (
    OPERATION_COLOURS,
    OUTCOME_COLOURS,
    Theme,
    inches,
    ink_on,
    literal,
    nothing,
    prepare,
    time_axis,
    width_of,
)
from tffsim.views.panels.timeline_lanes import Lanes, timeline_lanes
from tffsim.views.panels.words import say, say_state

_MAX_ROWS = 40
_ROW_HEIGHT = 0.3
_BAR = 0.88
# A pixel of the picture, and how many bars it has at most, are about what a screen shows.
_MAX_PIXELS, _MAX_BARS = 600, 6000
_MAX_LABELS = 300
_LABEL_SIZE = 7.0
_TITLE_HEIGHT = 0.14
_FAILED = ALL_OUTCOMES.index("error")


def height_of_timeline(snapshot: Snapshot) -> float:
    """Returns how many inches the picture needs."""
    num_rows = timeline_lanes(snapshot).num_rows if snapshot.num_spans else 0
    return 0.9 + _ROW_HEIGHT * min(max(num_rows, 5), _MAX_ROWS)


def draw_timeline(snapshot: Snapshot, axes: Axes, theme: Theme) -> Axes:
    """Draws spans as bars, coloured by operation; a span inside another one lies below it."""
    prepare(axes, theme, say("figure of timeline"))
    if not snapshot.num_spans:
        return nothing(axes, theme)
    # What was before the first span is the rest of a cell, such as making the computation.
    begin = snapshot.columns["start"].min()
    lanes = timeline_lanes(snapshot)
    lanes = dataclasses.replace(lanes, start=lanes.start - begin, end=lanes.end - begin)
    end = float(snapshot.columns["end"].max() - begin)
    time_axis(axes, theme, end)
    num_rows = min(lanes.num_rows, _MAX_ROWS)
    axes.set_ylim(num_rows, -0.2)
    colours = _colours(snapshot)
    _add_bars(axes, theme, lanes, colours[lanes.span], num_rows, end)
    _add_labels(axes, snapshot, lanes, colours, num_rows, end)
    _add_titles(axes, theme, lanes, num_rows)
    _add_key(axes, theme, snapshot, lanes.num_rows - num_rows)
    return axes


def _colours(snapshot: Snapshot) -> "np.ndarray":
    """Returns the colour of each span: that of its operation, or of failure."""
    by_operation = np.array([OPERATION_COLOURS[name] for name in OPERATIONS])
    columns = snapshot.columns
    return np.where(columns["outcome"] == _FAILED, OUTCOME_COLOURS["error"], by_operation[columns["operation"]])


def _add_bars(axes: Axes, theme: Theme, lanes: Lanes, colours: "np.ndarray", num_rows: int, end: float) -> None:
    """Draws bars; instead of those that are narrower than a pixel, the pixels that they fill."""
    pixel = end / min(_MAX_PIXELS, _MAX_BARS // num_rows)
    is_shown, is_narrow = lanes.row < num_rows, lanes.end - lanes.start < pixel
    row, left, right, filled = _pixels(lanes, np.flatnonzero(is_shown & is_narrow), colours, num_rows, pixel)
    _add_rectangles(axes, row, left, right, filled, None)
    wide = np.flatnonzero(is_shown & ~is_narrow)
    _add_rectangles(axes, lanes.row[wide], lanes.start[wide], lanes.end[wide], colours[wide], theme.ground)


def _pixels(
    lanes: Lanes, bars: "np.ndarray", colours: "np.ndarray", num_rows: int, pixel: float
) -> "tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]":
    """Returns runs of pixels of one colour: their rows, starts, ends and colours.

    A pixel gets the colour that takes most of its time.
    """
    palette, colour = np.unique(colours[bars], return_inverse=True)
    row, left = lanes.row[bars], lanes.start[bars]
    right = np.maximum(lanes.end[bars], left + 1)
    # Times of a file from anywhere may lie outside of the picture.
    first, last = (np.clip(x // pixel, 0, _MAX_PIXELS).astype(np.int64) for x in (left, right))
    # The last pixel of a row stays empty, so no run goes on in the next row.
    width = int(last.max(initial=0)) + 2
    taken = np.zeros((num_rows, width, max(len(palette), 1)))
    np.add.at(taken, (row, first, colour), np.minimum(right, (first + 1) * pixel) - left)
    np.add.at(taken, (row, last, colour), np.where(last > first, right - last * pixel, 0))
    filled = np.where(taken.any(axis=2), taken.argmax(axis=2), -1).ravel()
    starts = np.flatnonzero(np.diff(filled, prepend=-1))
    ends = np.append(starts[1:], len(filled))
    is_filled = filled[starts] >= 0
    starts, ends = starts[is_filled], ends[is_filled]
    rows = starts // width
    return rows, (starts - rows * width) * pixel, (ends - rows * width) * pixel, palette[filled[starts]]


def _add_rectangles(
    axes: Axes, row: "np.ndarray", left: "np.ndarray", right: "np.ndarray", colours: "np.ndarray", edge: str | None
) -> None:
    corners = ((left, row), (right, row), (right, row + _BAR), (left, row + _BAR))
    axes.add_collection(
        PolyCollection(
            list(np.stack([np.stack(corner, axis=1) for corner in corners], axis=1)),
            facecolors=colours.tolist(),
            edgecolors=edge or "none",
            linewidths=0.5 if edge else 0,
        )
    )


def _add_labels(axes: Axes, snapshot: Snapshot, lanes: Lanes, colours: "np.ndarray", num_rows: int, end: float) -> None:
    """Writes into the widest bars what they are."""
    width, height = inches(axes)
    per_inch = end / (0.85 * width)
    size = min(_LABEL_SIZE, height / num_rows * 72 * 0.5)
    if size < 4:
        return
    order = np.argsort(lanes.start - lanes.end, kind="stable")
    for bar in order[lanes.row[order] < num_rows][:_MAX_LABELS].tolist():
        span = int(lanes.span[bar])
        text = _label(snapshot, span, is_worker=bar >= snapshot.num_spans)
        if width_of(text, size) + 0.08 < (lanes.end[bar] - lanes.start[bar]) / per_inch:
            axes.text(
                lanes.start[bar] + 0.04 * per_inch,
                lanes.row[bar] + _BAR / 2,
                literal(text),
                va="center_baseline",
                color=ink_on(colours[span]),
                fontsize=size,
                clip_on=True,
            )


def _label(snapshot: Snapshot, span: int, is_worker: bool) -> str:
    """Returns the executor of a span; of an invocation its name, and of what a worker ran the client."""
    layer, client = int(snapshot.columns["layer"][span]), int(snapshot.columns["client"][span])
    if is_worker and client >= 0:
        return say("client n", client=str(client))
    if layer >= 0:
        return snapshot.executors[layer].name.removesuffix("Executor")
    return next((call.name for call in snapshot.invocations if call.span == span), "")


def _add_titles(axes: Axes, theme: Theme, lanes: Lanes, num_rows: int) -> None:
    """Draws a line above each thread, and writes what it is, where that does not lie on another title."""
    begun = [row for row in lanes.titles if row < num_rows]
    distance = _TITLE_HEIGHT * num_rows / inches(axes)[1]
    shown: list[int] = []
    for row in begun:
        if not shown or row - shown[-1] >= distance:
            shown.append(row)
    axes.set_yticks([row + _BAR / 2 for row in shown], [literal(lanes.titles[row], 26) for row in shown])
    for row in filter(None, begun):
        axes.axhline(row - 0.06, color=theme.soft, linewidth=0.6)


def _add_key(axes: Axes, theme: Theme, snapshot: Snapshot, num_hidden: int) -> None:
    present = np.unique(snapshot.columns["operation"]).tolist()
    patches = [Patch(color=OPERATION_COLOURS[OPERATIONS[k]], label=OPERATIONS[k]) for k in present]
    size = min(7.5, 1.1 * inches(axes)[0])
    if (snapshot.columns["outcome"] == _FAILED).any():
        patches.append(Patch(color=OUTCOME_COLOURS["error"], label=say_state("failed")))
    axes.legend(
        handles=patches, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=7, frameon=False, fontsize=size,
        labelcolor=theme.soft, handlelength=1.0, columnspacing=1.0, borderaxespad=0.2,
    )  # fmt: skip
    if num_hidden:
        axes.annotate(
            say("n more rows", count=num_hidden),
            (1, 0),
            (0, -22),
            xycoords="axes fraction",
            textcoords="offset points",
            ha="right",
            color=theme.soft,
            fontsize=8,
        )
