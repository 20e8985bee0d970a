"""The spans of a trace: those under way, those that have ended, in this order, and the numbers of those to come."""

import itertools
import threading

import numpy as np

from tffsim.tracing.recording.span_rows import SPAN_DTYPE, pack_row
from tffsim.tracing.recording.spans import Span

_ROWS_PER_CHUNK = 4096


class RowKeeper:
    """Keeps rows of spans; base of `Recorder`. Thread-safe.

    Args:
        max_spans: How many spans are kept at most.

    Attributes:
        num_dropped: How many spans were not kept.
        open_spans: Those under way, by their numbers.
        long_inputs: The inputs of spans that have more than two.
    """

    def __init__(self, max_spans: int) -> None:
        self.num_dropped = 0
        self.open_spans: dict[int, Span] = {}
        self.long_inputs: dict[int, tuple[int, ...]] = {}
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

    def append(
        self,
        span: Span,
        outcome: int,
        inputs: tuple[int, ...],
        type_number: int = -1,
        size: int = 0,
        scalar: float | None = None,
        alias: int = -1,
    ) -> None:
        """Adds the row of a span that has ended.

        Args:
            span: The span.
            outcome: How it ended.
            inputs: The numbers of the values that it used.
            type_number: The number of the type of its value.
            size: The bytes of its value.
            scalar: Its value, if that is a single number.
            alias: The number that its value has in the executor below; -1 if it has none.
        """
        if len(inputs) > 2:
            self.long_inputs[span.id] = inputs
        self.open_spans.pop(span.id, None)
        pending = self._pending
        pending.append(pack_row(span, outcome, inputs, type_number, size, scalar, alias))
        if len(pending) >= _ROWS_PER_CHUNK:
            with self._lock:
                if len(self._pending) >= _ROWS_PER_CHUNK:
                    self._pack()

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
