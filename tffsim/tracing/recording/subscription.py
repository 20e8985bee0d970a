"""Watching a trace while it is written.

A subscriber is called from a thread of its own, at a bounded rate. Execution never waits
for it: what happens while a slow subscriber is busy comes to it in one larger batch.
"""

import dataclasses
import logging
import threading
from collections.abc import Callable
from typing import Protocol

import numpy as np

from tffsim.tracing.recording.span_rows import SPAN_DTYPE
from tffsim.tracing.recording.spans import Span

_log = logging.getLogger("tffsim")
_SHORTEST_INTERVAL = 0.01
_SECONDS_TO_CLOSE = 5.0


@dataclasses.dataclass(frozen=True, slots=True)
class Batch:
    """What happened since the batch before.

    Attributes:
        rows: The spans that ended, as rows of `SPAN_DTYPE`.
        open_spans: The spans that are under way now.
        num_dropped: How many spans were not recorded so far because the trace is full.
        is_last: Whether nothing more is to come.
    """

    rows: "np.ndarray"
    open_spans: list[Span]
    num_dropped: int
    is_last: bool


class Watched(Protocol):
    """What is asked of a recorder that is watched."""

    open_spans: dict[int, Span]
    num_dropped: int

    def chunks(self) -> list[np.ndarray]: ...


class Subscription:
    """Calls a function with batches until it is closed.

    Args:
        recorder: What is watched.
        receive: Called with each batch. If it raises, the subscription ends and the error
            is logged; execution goes on.
        interval: For how many seconds it rests between two calls.
    """

    def __init__(self, recorder: Watched, receive: Callable[[Batch], object], interval: float) -> None:
        self._recorder = recorder
        self._receive = receive
        self._interval = max(interval, _SHORTEST_INTERVAL)
        self._num_chunks = 0
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tffsim-subscription", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Sends a last batch and ends; waits for that, but not for long."""
        self._closed.set()
        if threading.current_thread() is not self._thread:
            self._thread.join(_SECONDS_TO_CLOSE)

    def _run(self) -> None:
        is_last = False
        while not is_last:
            is_last = self._closed.wait(self._interval)
            batch = self._next_batch(is_last)
            if not (len(batch.rows) or batch.open_spans or is_last):
                continue
            try:
                self._receive(batch)
            except Exception:
                _log.exception("A subscriber of a trace failed and gets no more batches.")
                return

    def _next_batch(self, is_last: bool) -> Batch:
        open_spans = list(self._recorder.open_spans.copy().values())
        chunks = self._recorder.chunks()
        new, self._num_chunks = chunks[self._num_chunks :], len(chunks)
        rows = np.concatenate(new) if new else np.empty(0, SPAN_DTYPE)
        return Batch(rows, open_spans, self._recorder.num_dropped, is_last)
