"""Spans as bars in rows: those of one thread one after the other, those inside others below them."""

import dataclasses

import numpy as np

from tffsim.tracing.document.snapshot import Snapshot


@dataclasses.dataclass(frozen=True, slots=True)
class Lanes:
    """The bars of a timeline.

    Attributes:
        span: The span of each bar. A span that a worker ran has a second bar, after those of all spans.
        row: Its row.
        start: When it starts, in nanoseconds.
        end: When it ends.
        titles: The name of the thread whose rows begin at a row.
        num_rows: How many rows there are.
    """

    span: "np.ndarray"
    row: "np.ndarray"
    start: "np.ndarray"
    end: "np.ndarray"
    titles: dict[int, str]
    num_rows: int


def timeline_lanes(snapshot: Snapshot) -> Lanes:
    """Puts spans on the thread that started them, and those that a worker ran on that of the worker too."""
    columns = snapshot.columns
    level, num_levels = _levels(snapshot)
    first: dict[int, int] = {}
    titles: dict[int, str] = {}
    position = 0
    for thread in sorted(num_levels):
        first[thread], titles[position] = position, snapshot.threads[thread].name if thread >= 0 else "waiting"
        position += num_levels[thread]
    row = np.array([first[thread] for thread in columns["thread"].tolist()], np.int64) + level
    parts = [(np.arange(snapshot.num_spans), row, columns["start"], columns["end"])]
    for thread in np.unique(columns["worker"][columns["worker"] >= 0]).tolist():
        worked = np.flatnonzero(columns["worker"] == thread)
        began = columns["start"][worked] + columns["queue_time"][worked]
        parts.append((worked, np.full(len(worked), position), began, began + columns["worker_time"][worked]))
        titles[position] = snapshot.threads[thread].name
        position += 1
    spans, rows, starts, ends = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Lanes(spans, rows, starts.astype(float), ends.astype(float), titles, position)


def _levels(snapshot: Snapshot) -> "tuple[np.ndarray, dict[int, int]]":
    """Returns how deep in its thread each span lies, and the number of levels by thread."""
    columns = snapshot.columns
    thread, parent = columns["thread"].tolist(), columns["parent"].tolist()
    start, end = columns["start"].tolist(), columns["end"].tolist()
    level = [0] * len(thread)
    free: dict[int, list[int]] = {}
    for span in range(len(thread)):
        levels = free.setdefault(thread[span], [])
        above = parent[span]
        at = level[above] + 1 if above >= 0 and thread[above] == thread[span] else 0
        # Spans that are under way at the same time, as tasks of one thread are, take a level each.
        while at < len(levels) and levels[at] > start[span]:
            at += 1
        levels.extend([0] * (at + 1 - len(levels)))
        levels[at] = end[span]
        level[span] = at
    return np.array(level, np.int64), {number: len(levels) for number, levels in free.items()}
