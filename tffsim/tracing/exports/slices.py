"""Where on a timeline the spans are drawn: slices on lanes.

A timeline such as Perfetto's shows what lies inside what by time alone. On a thread that
runs coroutines, spans overlap that have nothing to do with each other: while one waits,
another starts. So each thread has several lanes. A slice is drawn on the lane of the slice
that caused it if that was the last to start there, else on a lane that is free. Within a
lane, slices are therefore disjoint, or inside the one that caused them.
"""

import dataclasses
import heapq

from tffsim.tracing.document.snapshot import Snapshot


@dataclasses.dataclass(slots=True, eq=False)
class Lane:
    """A row of a timeline.

    Attributes:
        thread: The number of its thread; the number of threads for what ran on none.
        index: Which lane of its thread it is, from 0.
        open: What was placed last and had not ended then, inside each other.
    """

    thread: int
    index: int
    open: "list[Slice]" = dataclasses.field(default_factory=list)

    def is_in(self, slice_: "Slice", moment: int) -> bool:
        """Whether a slice is the innermost of the lane at a moment, which must not be before the previous one."""
        while self.open and self.open[-1].end <= moment:
            self.open.pop()
        return bool(self.open) and self.open[-1] is slice_


@dataclasses.dataclass(slots=True, eq=False)
class Slice:
    """A span, or the part of it that ran in a worker thread.

    Attributes:
        span: The number of the span.
        is_work: Whether it is the part in the worker thread.
        cause: The span above; for a part in a worker thread, the span itself.
        thread: The number of the thread.
        start: When it starts, in nanoseconds since the trace began.
        end: When it ends.
        lane: Where it is drawn.
        arrow_from: When an arrow from `cause` leaves it; None if the slice is drawn inside `cause`.
    """

    span: int
    is_work: bool
    cause: "Slice | None"
    thread: int
    start: int
    end: int
    lane: Lane | None = None
    arrow_from: int | None = None


def place_slices(snapshot: Snapshot) -> list[Slice]:
    """Returns the slices of all spans, each on a lane, in the order in which they start."""
    slices = _slices(snapshot)
    # Of those that start at the same moment, what is outside goes first.
    slices.sort(key=lambda s: (s.start, -s.end, s.span, s.is_work))
    lanes: dict[int, _LanesOfThread] = {}
    for slice_ in slices:
        if slice_.thread not in lanes:
            lanes[slice_.thread] = _LanesOfThread(slice_.thread)
        _place(slice_, lanes[slice_.thread])
    return slices


def _slices(snapshot: Snapshot) -> list[Slice]:
    columns = snapshot.columns
    names = ("parent", "thread", "start", "end")
    spans: list[Slice] = []
    for number, (parent, thread, start, end) in enumerate(
        zip(*(columns[name].tolist() for name in names), strict=True)
    ):
        cause = spans[parent] if parent >= 0 else None
        spans.append(Slice(number, False, cause, thread if thread >= 0 else len(snapshot.threads), start, end))
    return spans + _work(snapshot, spans)


def _work(snapshot: Snapshot, spans: list[Slice]) -> list[Slice]:
    """Returns the parts that ran in worker threads, as early as they can have run.

    A trace tells how long the work waited and ran, not when. It did not start before it had
    waited, nor before the worker had finished what it did before, and ended before the span.
    A worker takes one piece of work after the other, and spans end in the order of theirs.
    """
    columns = snapshot.columns
    worked = ((columns["worker"] >= 0) & (columns["worker_time"] > 0)).nonzero()[0]
    ends = columns["end"][worked]
    free_at: dict[int, int] = {}
    slices = []
    for span in worked[ends.argsort(kind="stable")].tolist():
        whole, worker = spans[span], int(columns["worker"][span])
        duration = int(columns["worker_time"][span])
        start = whole.start + int(columns["queue_time"][span])
        start = max(start, free_at.get(worker, start))
        start = max(min(start, whole.end - duration), whole.start)
        end = min(start + duration, whole.end)
        free_at[worker] = max(end, free_at.get(worker, end))
        slices.append(Slice(span, True, whole, worker, start, end))
    return slices


class _LanesOfThread:
    """The lanes of one thread, and when they are free."""

    def __init__(self, thread: int) -> None:
        self._thread = thread
        self._lanes: list[Lane] = []
        self._free: list[int] = []
        self._busy: list[tuple[int, int]] = []

    def take(self, start: int, end: int) -> Lane:
        """Returns the first lane that is free at `start`; it is taken until `end`."""
        while self._busy and self._busy[0][0] <= start:
            heapq.heappush(self._free, heapq.heappop(self._busy)[1])
        if not self._free:
            self._free.append(len(self._lanes))
            self._lanes.append(Lane(self._thread, len(self._lanes)))
        index = heapq.heappop(self._free)
        heapq.heappush(self._busy, (end, index))
        return self._lanes[index]


def _place(slice_: Slice, lanes: _LanesOfThread) -> None:
    cause = slice_.cause
    # In a damaged file, a span may start before the one above it.
    lane = cause.lane if cause is not None else None
    is_innermost = cause is not None and lane is not None and lane.is_in(cause, slice_.start)
    if (
        cause is not None
        and lane is not None
        and not (is_innermost and cause.thread == slice_.thread and slice_.end <= cause.end)
    ):
        # At that moment, something else may be inside the cause, and would get the arrow.
        slice_.arrow_from = slice_.start if is_innermost else cause.start
        lane = None
    slice_.lane = lane or lanes.take(slice_.start, slice_.end)
    slice_.lane.open.append(slice_)
