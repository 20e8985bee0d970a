"""Where the time went: per executor and operation."""

import numpy as np

from tffsim.tracing.analysis.lost_work import counted_columns
from tffsim.tracing.document.operations import OPERATIONS
from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.document.table import Table


def timing(snapshot: Snapshot) -> Table:
    """Returns one row per executor and operation, those that took most first.

    Columns: `executor` (a row of `trace.executors`, -1 for the execution context),
    `operation`, `calls`, `total` (from start to end, which counts waiting, and executors
    below), `self_time` (its own code, worker threads included), `queue_time` (waiting for a
    worker thread), `p50`, `p95` and `max` (of the time from start to end), `parallelism` (how
    many of these calls were under way on average while at least one was).

    Times are nanoseconds. What was done again later, because a worker was lost, is not counted; `thread_time`, which
    adds up self times by thread, counts it.
    """
    columns = counted_columns(snapshot)
    operation = columns["operation"].astype(np.int64)
    key = (columns["layer"].astype(np.int64) + 1) * len(OPERATIONS) + operation
    groups, group = np.unique(key, return_inverse=True)
    duration = columns["end"] - columns["start"]
    order = np.lexsort((duration, group))
    ends = np.cumsum(np.bincount(group, minlength=len(groups)))
    calls = np.diff(np.concatenate([[0], ends]))
    total = _sums(group, duration, len(groups))
    self_time = _sums(group, columns["self_time"] + columns["worker_time"], len(groups))
    result = Table(
        {
            "executor": (groups // len(OPERATIONS) - 1).astype(np.int32),
            "operation": (groups % len(OPERATIONS)).astype(np.int32),
            "calls": calls,
            "total": total,
            "self_time": self_time,
            "queue_time": _sums(group, columns["queue_time"], len(groups)),
            "p50": _percentiles(duration[order], ends, calls, 0.50),
            "p95": _percentiles(duration[order], ends, calls, 0.95),
            "max": duration[order][ends - 1] if len(groups) else duration[:0],
            "parallelism": total / np.maximum(_covered(group, columns["start"], columns["end"], len(groups)), 1),
        },
        {"executor": [executor.label for executor in snapshot.executors], "operation": list(OPERATIONS)},
        dict.fromkeys(("total", "self_time", "queue_time", "p50", "p95", "max"), "ns"),
    )
    return result.where(np.argsort(-self_time, kind="stable"))


def thread_time(snapshot: Snapshot) -> Table:
    """Returns one row per thread: `thread`, `busy`, `self_time`, both in nanoseconds.

    They are equal when no span is open: every moment at which a thread runs a span is the
    self time of one span. So work counts here even if it was lost with a worker, and done again.
    """
    by_thread = step_times(snapshot)
    return Table(
        {
            "thread": np.arange(len(snapshot.threads)),
            "busy": np.array([thread.busy for thread in snapshot.threads], np.int64),
            "self_time": by_thread,
        },
        {"thread": [thread.name for thread in snapshot.threads]},
        {"busy": "ns", "self_time": "ns"},
    )


def step_times(snapshot: Snapshot) -> "np.ndarray":
    """Returns the self times of all spans added up by thread, in nanoseconds."""
    columns, count = snapshot.columns, len(snapshot.threads)
    own = columns["thread"] >= 0
    worker = columns["worker"] >= 0
    return _sums(columns["thread"][own], columns["self_time"][own], count) + _sums(
        columns["worker"][worker], columns["worker_time"][worker], count
    )


def _sums(group: "np.ndarray", numbers: "np.ndarray", count: int) -> "np.ndarray":
    sums = np.zeros(count, np.int64)
    np.add.at(sums, group, numbers)
    return sums


def _percentiles(ordered: "np.ndarray", ends: "np.ndarray", calls: "np.ndarray", fraction: float) -> "np.ndarray":
    """Returns the nearest-rank percentile of each group; groups are sorted one after the other."""
    ranks = np.ceil(fraction * calls).astype(np.int64) - 1
    return ordered[ends - calls + np.maximum(ranks, 0)]


def _covered(group: "np.ndarray", start: "np.ndarray", end: "np.ndarray", count: int) -> "np.ndarray":
    """Returns for how long at least one interval of each group was under way."""
    covered = np.zeros(count, np.int64)
    order = np.lexsort((start, group))
    groups, starts, ends = group[order], start[order], end[order]
    boundaries = np.flatnonzero(np.diff(groups)) + 1
    for first, last in zip(np.concatenate([[0], boundaries]), np.concatenate([boundaries, [len(groups)]]), strict=True):
        if first == last:
            continue
        latest = np.maximum.accumulate(ends[first:last])
        before = np.concatenate([[starts[first]], latest[:-1]])
        covered[groups[first]] = np.maximum(latest - np.maximum(before, starts[first:last]), 0).sum()
    return covered
