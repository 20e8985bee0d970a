"""The spans that have ended, in the order in which they ended, and the numbers of those to come."""

import itertools
import threading

import numpy as np

from tffsim.tracing.recording.span_rows import SPAN_DTYPE


class RowKeeper:
    """Keeps rows of spans; base of `Recorder`. Thread-safe.

    Args:
        max_spans: How many spans are kept at most.

    Attributes:
        num_dropped: How many spans were not kept.
    """

    def __init__(self, max_spans: int) -> None:
        self.num_dropped = 0
        self._max_spans = max_spans
        self._numbers = itertools.count()
        # Each row as bytes: written at once, and nothing for a garbage collection to look at.
        self._pending: list[bytes] = []
        self._chunks: list[np.ndarray] = []
        self._lock = threading.RLock()

    def chunks(self) -> "list[np.ndarray]":
        """Returns all finished spans so far, in arrays of `SPAN_DTYPE`.

        The inputs of those that have more than two are in `long_inputs` of the recorder.
        """
        with self._lock:
            self._pack()
            return list(self._chunks)

    def take_rows(self) -> np.ndarray:
        """Returns all finished spans so far, and forgets them."""
        with self._lock:
            self._pack()
            chunks, self._chunks = self._chunks, []
        return np.concatenate(chunks) if chunks else np.empty(0, SPAN_DTYPE)

    @property
    def num_recorded(self) -> int:
        """How many spans have ended so far."""
        with self._lock:
            return sum(map(len, self._chunks)) + len(self._pending)

    def take_numbers(self, count: int) -> list[int]:
        """Returns numbers for spans of another process, fewer if there is no more room."""
        numbers = [next(self._numbers) for _ in range(count)]
        fitting = [number for number in numbers if number < self._max_spans]
        self.num_dropped += count - len(fitting)
        return fitting

    def add_rows(self, rows: np.ndarray) -> None:
        """Adds rows, all of whose numbers are those of this trace."""
        with self._lock:
            self._pack()
            self._chunks.append(rows)

    def _pack(self) -> None:
        """Joins the rows so far. Rows that other threads add meanwhile stay."""
        count = len(self._pending)
        if count:
            self._chunks.append(np.frombuffer(b"".join(self._pending[:count]), SPAN_DTYPE))
            del self._pending[:count]
