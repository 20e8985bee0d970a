"""Stretches of time, as sorted intervals that do not touch."""

import numpy as np


def union(starts: "np.ndarray", ends: "np.ndarray") -> "np.ndarray":
    """Returns the time that at least one interval covers, as rows `(start, end)` in order."""
    order = np.argsort(starts, kind="stable")
    starts, ends = starts[order], ends[order]
    keep = ends > starts
    starts, ends = starts[keep], ends[keep]
    if not len(starts):
        return np.zeros((0, 2), np.int64)
    reach = np.maximum.accumulate(ends)
    begins = np.concatenate([[True], starts[1:] > reach[:-1]])
    last = np.concatenate([np.flatnonzero(begins)[1:] - 1, [len(starts) - 1]])
    return np.stack([starts[begins], reach[last]], axis=1)


def without(intervals: "np.ndarray", taken: "np.ndarray") -> "np.ndarray":
    """Returns the time of some intervals that others do not cover; both as `union` returns them."""
    if not len(intervals) or not len(taken):
        return intervals
    gaps_start = np.concatenate([[np.iinfo(np.int64).min], taken[:, 1]])
    gaps_end = np.concatenate([taken[:, 0], [np.iinfo(np.int64).max]])
    return _common(intervals, np.stack([gaps_start, gaps_end], axis=1))


def length(intervals: "np.ndarray") -> int:
    """Returns how much time some intervals cover."""
    return int((intervals[:, 1] - intervals[:, 0]).sum())


def _common(left: "np.ndarray", right: "np.ndarray") -> "np.ndarray":
    """Returns the time that both cover. Each is sorted, so one walk along both finds it."""
    first = np.searchsorted(right[:, 1], left[:, 0], side="right")
    last = np.searchsorted(right[:, 0], left[:, 1], side="left")
    counts = np.maximum(last - first, 0)
    which_left = np.repeat(np.arange(len(left)), counts)
    offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    which_right = np.repeat(first, counts) + offsets
    starts = np.maximum(left[which_left, 0], right[which_right, 0])
    ends = np.minimum(left[which_left, 1], right[which_right, 1])
    return np.stack([starts, ends], axis=1)
