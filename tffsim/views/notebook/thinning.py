"""A trace that is too large for a notebook: the spans that it keeps, and sums over those that it leaves out."""

import dataclasses
from collections.abc import Collection

import numpy as np

from tffsim.tracing.analysis.warm_up import warm_up
from tffsim.tracing.document.operations import INVOKE, OK
from tffsim.tracing.document.snapshot import Snapshot

_MILLISECOND = 1e6


@dataclasses.dataclass(frozen=True, slots=True)
class Thinned:
    """Which spans of a trace are kept, and what the others did.

    Attributes:
        kept: For each span, whether it is kept.
        left_out: What the front end is told of the others: see `LeftOut` in `widgets/src/model/messages.ts`.
    """

    kept: "np.ndarray"
    left_out: dict[str, object]


def thinned(snapshot: Snapshot, most: int, needed: Collection[int] = ()) -> Thinned:
    """Keeps the longest spans: so a span is kept with those around it.

    Calls, what failed or was cancelled, numbers that are none, and the first call of each function at clients are kept
    whatever time they took. What is left out is summed by executor, AST node and call, and by client and call, so that
    panels count all of it.

    Args:
        snapshot: What was recorded.
        most: How many spans are kept.
        needed: Spans that are kept in any case.
    """
    columns = snapshot.columns
    always = (columns["operation"] == INVOKE) | (columns["outcome"] != OK)
    always |= (columns["has_scalar"] == 1) & ~np.isfinite(columns["scalar"])
    always[list(needed)] = True
    # What is kept says which work of clients was warm-up.
    warm = warm_up(snapshot, np.flatnonzero(columns["client"] >= 0))
    always |= warm.ended_first
    duration = np.where(always, np.iinfo(np.int64).max, columns["end"] - columns["start"])
    kept = np.zeros(snapshot.num_spans, bool)
    kept[np.argpartition(-duration, most - 1)[:most] if most < len(kept) else slice(None)] = True
    left = np.flatnonzero(~kept)
    return Thinned(
        kept,
        {
            "spans": len(left),
            "total": snapshot.num_spans,
            "executors": _by_executor(snapshot, left),
            "clients": _by_client(snapshot, left, warm.is_part),
        },
    )


def _by_executor(snapshot: Snapshot, left: "np.ndarray") -> list[list[float]]:
    """Returns layer, AST node, call, operation, how many spans, and own time in milliseconds."""
    keys, group = _groups(snapshot, left, "layer", "node", "invocation", "operation")
    return _rows(keys, np.bincount(group), np.bincount(group, _own_time(snapshot, left)))


def _by_client(snapshot: Snapshot, left: "np.ndarray", is_warm_up: "np.ndarray") -> list[list[float]]:
    """Returns client, call, how many spans; own time, warm-up in it, first start, last end: milliseconds."""
    columns = snapshot.columns
    left = left[columns["client"][left] >= 0]
    if not len(left):
        return []
    keys, group = _groups(snapshot, left, "client", "invocation")
    first = np.full(keys.shape[1], np.iinfo(np.int64).max)
    last = np.zeros(keys.shape[1], np.int64)
    np.minimum.at(first, group, columns["start"][left])
    np.maximum.at(last, group, columns["end"][left])
    own = _own_time(snapshot, left)
    times = np.bincount(group, own), np.bincount(group, own * is_warm_up[left])
    return _rows(keys, np.bincount(group), *times, first / _MILLISECOND, last / _MILLISECOND)


def _groups(snapshot: Snapshot, spans: "np.ndarray", *names: str) -> "tuple[np.ndarray, np.ndarray]":
    """Returns the different values of these columns together, and which of them each span has."""
    keys, group = np.unique(np.stack([snapshot.columns[name][spans] for name in names]), axis=1, return_inverse=True)
    return keys, group.reshape(-1)  # NumPy 2.0 returns a table of one row.


def _own_time(snapshot: Snapshot, spans: "np.ndarray") -> "np.ndarray":
    columns = snapshot.columns
    return (columns["self_time"][spans] + columns["worker_time"][spans]) / _MILLISECOND


def _rows(keys: "np.ndarray", *numbers: "np.ndarray") -> list[list[float]]:
    rounded = [column if column.dtype.kind == "i" else column.round(4) for column in numbers]
    return [list(row) for row in zip(*(column.tolist() for column in (*keys, *rounded)), strict=True)]
