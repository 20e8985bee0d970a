"""Calls of spans that wait for a worker thread, or run in one: how long they have, also before they end."""

import threading
from typing import NamedTuple

from tffsim.tracing.recording.spans import Span, ThreadClock, current_span


class _Call(NamedTuple):
    """A call under way: since when it waits, or runs on the thread with this clock."""

    since: int
    clock: ThreadClock | None


class Offloads:
    """Notes when the work of the span that runs here is handed to a thread, begins there, and ends. Thread-safe.

    Moments are those of `time.perf_counter_ns`. A call that was given up goes on in its thread: that is nobody's time.

    Args:
        lock: Held while times are added.
    """

    def __init__(self, lock: "threading.RLock") -> None:
        self._lock = lock
        self._calls: dict[int, _Call] = {}

    def submitted(self, moment: int) -> None:
        """The work of the span waits for a thread from now on."""
        span = current_span.get()
        if span is not None:
            self._calls[span.id] = _Call(moment, None)

    def started(self, moment: int) -> None:
        """It runs in this thread from now on."""
        span = current_span.get()
        with self._lock:
            if span is None or span.id not in self._calls:
                return
            self.end(span, moment)
            clock = span.recorder.clock()
            span.worker = clock.index
            self._calls[span.id] = _Call(moment, clock)

    def ended(self, moment: int) -> None:
        """It has ended."""
        span = current_span.get()
        if span is not None:
            self.end(span, moment)

    def end(self, span: Span, moment: int) -> None:
        """Counts the time of the work of a span until now, and none that comes later."""
        with self._lock:
            call = self._calls.pop(span.id, None)
            if call is None:
                return
            passed = max(moment - call.since, 0)
            if call.clock is None:
                span.queue_time += passed
            else:
                call.clock.busy += passed
                span.worker_time += passed

    def so_far(self, span: Span, moment: int) -> tuple[int, int]:
        """Returns for how long the work of a span under way has waited for a thread, and run in one."""
        call = self._calls.get(span.id)
        passed = max(moment - call.since, 0) if call is not None else 0
        is_running = call is not None and call.clock is not None
        return span.queue_time + passed * (not is_running), span.worker_time + passed * is_running
