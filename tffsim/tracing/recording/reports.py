"""Spans that are recorded for a trace of another process.

A worker records the spans of a program by themselves, and tells of them in parts: while the program runs, and in its
answer. Whoever sent the program makes them part of its trace (`adoption`).
"""

import contextlib
import dataclasses
import threading
from collections.abc import Iterator
from typing import TypeVar

import federated_language as fl
import numpy as np
from federated_language import framework
from federated_language.framework import ComputationBuildingBlock

from tffsim.executors.executor_base import offload_observer
from tffsim.tracing.document.operations import COMPUTE, CREATE_VALUE, INVOKE
from tffsim.tracing.document.snapshot import ExecutorInfo, Place, ThreadInfo
from tffsim.tracing.recording.ast_nodes import AstNodes
from tffsim.tracing.recording.reading import executor_info
from tffsim.tracing.recording.recorder import Recorder
from tffsim.tracing.recording.span_rows import SPAN_DTYPE, open_rows
from tffsim.tracing.recording.spans import Span, ThreadClock, current_span

MAX_SPANS = 500_000
"""How many spans of a program are recorded."""
MOST_UNDER_WAY = 4096
_MOST_ROWS = 4000
_T = TypeVar("_T")
_UNIT = fl.StructType([])
AT_HOME = -2
"""The node of values that clients have where they run: they cross nothing, and are not told."""


@dataclasses.dataclass(slots=True)
class Report:
    """Spans that were recorded for another process.

    Attributes:
        rows: The spans, in arrays of `SPAN_DTYPE`.
        executors: The executors that `layer` numbers.
        threads: The threads that `thread` and `worker` number.
        types: The types that `type` numbers.
        errors: What failed spans raised, by their numbers.
        places: Where, as far as it is known.
        long_inputs: The inputs of spans that have more than two.
        num_dropped: How many spans were too many.
        under_way: Spans that have not ended, as rows that end now.
    """

    rows: np.ndarray
    executors: list[ExecutorInfo]
    threads: list[ThreadInfo]
    types: list[fl.Type]
    errors: dict[int, str]
    places: dict[int, Place]
    long_inputs: dict[int, tuple[int, ...]]
    num_dropped: int
    under_way: np.ndarray = dataclasses.field(default_factory=lambda: np.empty(0, SPAN_DTYPE))


_ROOT = 0
"""The number of the span that stands for the program."""


class NodeMarks(AstNodes):
    """Stands for the AST of another process: a node is no more than its number there."""

    def __init__(self) -> None:
        super().__init__()
        self._marks: dict[int, framework.Reference] = {}

    def mark(self, number: int) -> ComputationBuildingBlock:
        """Returns what stands for a node."""
        found = self._marks.get(number)
        if found is None:
            found = self._marks[number] = framework.Reference(f"node_{number}", _UNIT)
            self.numbers[id(found)] = number
        return found


@contextlib.contextmanager
def reporting(marks: NodeMarks) -> Iterator[Recorder]:
    """Records the spans of the block, of which `ReportParts` tells.

    Args:
        marks: Stands for the nodes of the other process.
    """
    recorder = Recorder("none", max_spans=MAX_SPANS)
    recorder.nodes = marks
    (number,) = recorder.take_numbers(1)
    assert number == _ROOT
    root = Span(recorder, number, None, INVOKE, -1, -1)
    span, observer = current_span.set(root), offload_observer.set(recorder.offloads)
    try:
        yield recorder
    finally:
        current_span.reset(span)
        offload_observer.reset(observer)


class ReportParts:
    """Tells what a recorder records, part by part, while it goes on. Thread-safe.

    A part is told until it is known to have arrived. So none is lost with a connection, and there is never more
    than one that waits. What was told is not kept here.

    Args:
        recorder: That of `reporting`.
        has_values: Whether to tell numbers that spans have made.
        has_left_clients: Whether the result has left the clients. Otherwise it was computed to be kept where it is, and
            has not crossed; what the server needed for it has.
    """

    def __init__(self, recorder: Recorder, *, has_values: bool, has_left_clients: bool) -> None:
        self._recorder = recorder
        self._has_values = has_values
        self._has_left_clients = has_left_clients
        self._lock = threading.Lock()
        self._num_parts = 0
        self._waiting: tuple[int, Report] | None = None
        self._late = np.empty(0, SPAN_DTYPE)
        self._is_told = np.zeros(0, bool)
        self._kept_nodes: set[int] = set()
        self._told_under_way: list[int] = []
        self._busy: dict[int, int] = {}
        self._num_dropped = 0

    def next_part(self, num_arrived: int) -> tuple[int, Report] | None:
        """Returns the part after those that have arrived, and its number; None if nothing has happened since.

        Args:
            num_arrived: How many parts have arrived.
        """
        with self._lock:
            if self._waiting is not None and self._waiting[0] > num_arrived:
                return self._waiting
            rows = np.concatenate([self._late, self._recorder.take_rows()])
            # Parents first: a part is told before those that need it.
            rows = rows[np.argsort(rows["id"], kind="stable")]
            # After the rows: what has ended between is told as under way, and with the next part as ended.
            under_way = open_rows(
                list(self._recorder.open_spans.copy().values()), self._recorder.now(), self._recorder.offloads
            )
            rows, self._late = self._tellable(rows, under_way)
            under_way = under_way[~np.isin(under_way["id"], rows["id"])]
            numbers = under_way["id"].tolist()
            if not len(rows) and (numbers == self._told_under_way or len(numbers) > MOST_UNDER_WAY):
                self._waiting = None
                return None
            self._told_under_way = numbers
            return self._tell(rows, under_way[:MOST_UNDER_WAY])

    def rest(self) -> list[tuple[int, Report]]:
        """Returns all parts that are not known to have arrived; what is recorded has ended."""
        with self._lock:
            waiting = [self._waiting] if self._waiting is not None else []
            rows = np.concatenate([self._late, self._recorder.take_rows()])
            return [*waiting, self._tell(rows, np.empty(0, SPAN_DTYPE))]

    def _tellable(self, rows: np.ndarray, under_way: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Returns the rows whose parents are told before or with them, as many as a part may have, and the others."""
        is_ready = np.arange(len(rows)) < _MOST_ROWS
        told = np.concatenate([[0], np.flatnonzero(self._is_told), under_way["id"]])
        while True:
            has_parent = np.isin(rows["parent"], np.concatenate([told, rows["id"][is_ready]]))
            if (has_parent | ~is_ready).all():
                return rows[is_ready], rows[~is_ready]
            is_ready &= has_parent

    def _tell(self, rows: np.ndarray, under_way: np.ndarray) -> tuple[int, Report]:
        self._note_told([*rows["id"].tolist(), *under_way["id"].tolist()])
        rows = rows[np.argsort(rows["id"], kind="stable")]
        is_at_client = rows["client"] >= 0
        is_home = is_at_client & (rows["operation"] == CREATE_VALUE) & (rows["node"] == AT_HOME)
        rows = rows[~(is_home | (is_at_client & self._stays(rows, under_way)))]
        if not self._has_values:
            rows["scalar"], rows["has_scalar"] = np.nan, False
        self._num_parts += 1
        self._waiting = self._num_parts, self._report(rows, under_way)
        return self._waiting

    def _stays(self, rows: np.ndarray, under_way: np.ndarray) -> np.ndarray:
        """Returns which spans compute what is kept: on behalf of the same node as those that were asked for it."""
        if self._has_left_clients:
            return np.zeros(len(rows), bool)
        for these in (rows, under_way):
            is_asked = (these["operation"] == COMPUTE) & (these["parent"] == _ROOT)
            self._kept_nodes.update(these["node"][is_asked].tolist())
        return (rows["operation"] == COMPUTE) & np.isin(rows["node"], list(self._kept_nodes))

    def _report(self, rows: np.ndarray, under_way: np.ndarray) -> Report:
        recorder, numbers = self._recorder, set(rows["id"].tolist())
        dropped, self._num_dropped = recorder.num_dropped - self._num_dropped, recorder.num_dropped
        return Report(
            rows,
            [executor_info(layer, recorder.layers.copy()) for layer in list(recorder.layers)],
            [ThreadInfo(clock.name, self._newly_busy(clock)) for clock in list(recorder.threads)],
            list(recorder.types.types),
            _taken(recorder.errors, numbers),
            _taken(recorder.places, numbers),
            _taken(recorder.long_inputs, numbers),
            dropped,
            under_way,
        )

    def _newly_busy(self, clock: ThreadClock) -> int:
        before, self._busy[clock.index] = self._busy.get(clock.index, 0), clock.busy
        return clock.busy - before

    def _note_told(self, numbers: list[int]) -> None:
        most = max(numbers, default=-1)
        if most >= len(self._is_told):
            self._is_told = np.concatenate([self._is_told, np.zeros(most + 1, bool)])
        self._is_told[numbers] = True


def _taken(known: dict[int, _T], numbers: set[int]) -> dict[int, _T]:
    """Takes what is known of some spans."""
    return {number: known.pop(number) for number in list(known) if number in numbers}
