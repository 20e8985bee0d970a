"""The rounds of a run: what happened in each call of a computation."""

import dataclasses

import numpy as np

from tffsim.tracing.analysis.lost_work import lost_work
from tffsim.tracing.analysis.phases import Phases, phases_of
from tffsim.tracing.analysis.program import build_program
from tffsim.tracing.analysis.results import numbers_among, values_of_results
from tffsim.tracing.analysis.traffic import traffic
from tffsim.tracing.analysis.warm_up import warm_up
from tffsim.tracing.analysis.wrong_values import wrong_values
from tffsim.tracing.document.operations import CANCELLED, ERROR, OK, RUNNING
from tffsim.tracing.document.snapshot import InvocationInfo, Snapshot
from tffsim.tracing.document.span_reader import SpanReader

# As in `widgets/src/model/clients.ts`; the glossary says it in words.
_SLOW_FACTOR, _NOTICEABLE, _ENOUGH_TO_TELL = 2, 20_000_000, 8


@dataclasses.dataclass(frozen=True, slots=True)
class Round:
    """A call of a computation.

    Attributes:
        call: What was called.
        outcome: How it ended; see `operations.ALL_OUTCOMES`.
        is_first: Whether no other call of the computation came before it.
        phases: Where its time went.
        down: The bytes that went from the server to the clients.
        up: Those that went from the clients to the server.
        busy: For how many nanoseconds each client was busy.
        done: How many clients were done.
        failed: The clients that failed.
        running: How many are at work now.
        slow: The clients that were slow.
        wrong: The clients that made NaN or an infinite number; -1 for the server.
        numbers: The numbers that it returned, by name; "" if that is all that it returned.
    """

    call: InvocationInfo
    outcome: int
    is_first: bool
    phases: Phases
    down: int
    up: int
    busy: "np.ndarray"
    done: int
    failed: list[int]
    running: int
    slow: list[int]
    wrong: list[int]
    numbers: dict[str, float]


def rounds(snapshot: Snapshot) -> list[Round]:
    """Returns the calls of a trace, in the order in which they started."""
    return _Rounds(snapshot).rows()


class _Rounds:
    """Looks at all spans once, and then at those of each call."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        columns = snapshot.columns
        of_clients = np.flatnonzero((columns["client"] >= 0) & ~lost_work(snapshot))
        self._spans = of_clients[np.argsort(columns["invocation"][of_clients], kind="stable")]
        self._calls = columns["invocation"][self._spans]
        self._time = columns["self_time"] + columns["worker_time"]
        self._time_after_warm_up = np.where(warm_up(snapshot, of_clients).is_part, 0, self._time)
        self._bytes = _bytes_that_crossed(snapshot)
        self._wrong: dict[int, list[int]] = {}
        for value in wrong_values(snapshot):
            self._wrong.setdefault(value.invocation, []).append(value.client)

    def rows(self) -> list[Round]:
        calls = self._snapshot.invocations
        everything = list(range(len(calls)))
        times, results = phases_of(self._snapshot, everything), values_of_results(self._snapshot, everything)
        reader = SpanReader(self._snapshot)
        programs = {root: build_program(self._snapshot, root) for root in {call.root for call in calls}}
        seen: set[int] = set()
        rows = []
        for call, spent, values in zip(calls, times, results, strict=True):
            numbers = numbers_among(reader, programs[call.root], values)
            rows.append(self._row(call, spent, numbers, call.root not in seen))
            seen.add(call.root)
        return rows

    def _row(self, call: InvocationInfo, spent: Phases, numbers: dict[str, float], is_first: bool) -> Round:
        columns = self._snapshot.columns
        spans = self._spans[np.searchsorted(self._calls, call.span) : np.searchsorted(self._calls, call.span, "right")]
        clients, outcomes = columns["client"][spans], columns["outcome"][spans]
        count = max(call.cardinalities.get("CLIENTS", 0), int(clients.max(initial=-1)) + 1)
        busy = np.bincount(clients, self._time[spans], count).astype(np.int64)
        failed, cancelled, running, began = (
            np.bincount(clients[which], minlength=count) > 0
            for which in (outcomes == ERROR, outcomes == CANCELLED, outcomes == RUNNING, outcomes >= OK)
        )
        done = began & ~failed & ~cancelled & ~running
        return Round(
            call,
            int(columns["outcome"][call.span]),
            is_first,
            spent,
            *self._bytes.get(call.span, (0, 0)),
            busy,
            int(done.sum()),
            np.flatnonzero(failed).tolist(),
            int((running & ~failed).sum()),
            _slow(np.bincount(clients, self._time_after_warm_up[spans], count), done),
            self._wrong.get(call.span, []),
            numbers,
        )


def _slow(busy: "np.ndarray", done: "np.ndarray") -> list[int]:
    """Returns the clients that were busy for much longer than the others."""
    if len(busy) < _ENOUGH_TO_TELL or not done.any():
        return []
    # The larger of the two in the middle, as in the front end.
    median = np.sort(busy[done])[done.sum() // 2]
    return np.flatnonzero(done & (busy > max(_SLOW_FACTOR * median, median + _NOTICEABLE))).tolist()


def _bytes_that_crossed(snapshot: Snapshot) -> dict[int, tuple[int, int]]:
    """Returns for each call, by its root span, the bytes that went down and up."""
    ledger = traffic(snapshot)
    size = ledger["copies"] * ledger["size"]
    call = snapshot.columns["invocation"][ledger["span"]]
    roots, row_of = np.unique(call, return_inverse=True)
    sums = [
        np.bincount(row_of, size * (ledger["direction"] == direction), len(roots))
        for direction in ("server to clients", "clients to server")
    ]
    return {root: (int(down), int(up)) for root, down, up in zip(roots.tolist(), *sums, strict=True)}
