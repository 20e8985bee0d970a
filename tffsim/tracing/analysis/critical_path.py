"""The chain of spans that determined when an invocation ended."""

import numpy as np

from tffsim.tracing.analysis.chosen import call_number
from tffsim.tracing.document.operations import OPERATIONS
from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.document.table import Table


def critical_path(snapshot: Snapshot, invocation: int = 0) -> Table:
    """Returns which span the invocation was waiting for at each moment.

    Read backwards from the end of the invocation: of the operations inside a span, the one
    that ended last before the current moment held it up, and so on inside that one. What
    remains is the span's own time.

    Args:
        snapshot: What was recorded.
        invocation: A row of `trace.invocations`.

    Returns:
        One row per stretch of time, in order: `span`, `executor`, `operation`, `client`, `node`,
        `start`, `end` in nanoseconds since the trace began. They cover the whole invocation
        without gap or overlap.

    Raises:
        IndexError: If there is no such invocation.
    """
    columns = snapshot.columns
    root = call_number(snapshot, invocation).span
    children, bounds = _children_by_end(columns["parent"], columns["end"])
    starts, ends = columns["start"].tolist(), columns["end"].tolist()
    stretches: list[tuple[int, int, int]] = []
    # Each entry is a span on the path, the moment reached inside it, and where it begins.
    stack = [(root, ends[root], starts[root], int(bounds[root + 1]))]
    while stack:
        span, moment, begin, candidate = stack.pop()
        while candidate > bounds[span]:
            candidate -= 1
            child = int(children[candidate])
            end, start = min(ends[child], moment), max(starts[child], begin)
            if start < end and start < moment:
                if end < moment:
                    stretches.append((span, end, moment))
                stack.append((span, start, begin, candidate))
                stack.append((child, end, start, int(bounds[child + 1])))
                break
        else:
            if begin < moment:
                stretches.append((span, begin, moment))
    stretches.reverse()
    spans = np.array([span for span, _, _ in stretches], np.int64)
    return Table(
        {
            "span": spans,
            "executor": columns["layer"][spans],
            "operation": columns["operation"][spans],
            "client": columns["client"][spans],
            "node": columns["node"][spans],
            "start": np.array([start for _, start, _ in stretches], np.int64),
            "end": np.array([end for _, _, end in stretches], np.int64),
        },
        {"executor": [executor.label for executor in snapshot.executors], "operation": list(OPERATIONS)},
        {"start": "ns", "end": "ns"},
    )


def _children_by_end(parent: "np.ndarray", end: "np.ndarray") -> "tuple[np.ndarray, np.ndarray]":
    """Returns the children of span after span, each sorted by their end, and where those of each begin."""
    order = np.lexsort((end, parent))
    bounds = np.searchsorted(parent[order], np.arange(len(parent) + 1))
    return order, bounds
