"""How spans that another process has recorded become part of a trace: part by part, while they are recorded.

They get numbers of the trace, the span that waited for the program as their parent, times of the clock here, and the
name of the worker as their host.
"""

import dataclasses
import threading

import numpy as np

from tffsim.tracing.document.operations import ALL_OUTCOMES, OPERATIONS
from tffsim.tracing.document.schema import COLUMNS
from tffsim.tracing.document.snapshot import ExecutorInfo
from tffsim.tracing.recording.layers import Layer
from tffsim.tracing.recording.recorder import Recorder
from tffsim.tracing.recording.reports import MAX_SPANS, MOST_UNDER_WAY, Report
from tffsim.tracing.recording.span_rows import SPAN_DTYPE
from tffsim.tracing.recording.spans import Span

_NONE = np.empty(0, SPAN_DTYPE)
_OF_SPANS = ("alias", "first_input", "second_input")


class Adopter:
    """Makes reports of one host part of traces. Knows its executors again.

    Args:
        host: What to call the host.
    """

    def __init__(self, host: str) -> None:
        self.host = host
        self._layers: dict[tuple[ExecutorInfo, Layer], Layer] = {}

    def begin(self, parent: Span) -> "Adoption | None":
        """Returns what makes the spans of one program part of a trace; None without a recorder.

        Args:
            parent: The span that waits for the program.
        """
        recorder = parent.recorder
        return Adoption(self, parent, recorder) if isinstance(recorder, Recorder) else None

    def layer_numbers(self, executors: list[ExecutorInfo], above: Layer, recorder: Recorder) -> list[int]:
        """Returns the numbers that executors of the host have in a trace, below one of this process."""
        layers: list[Layer] = []
        for info in executors:
            over = layers[info.parent] if 0 <= info.parent < len(layers) else above
            key = (dataclasses.replace(info, parent=-1), over)
            layer = self._layers.get(key)
            if layer is None:
                layer = self._layers[key] = Layer(key[0], over)
            layers.append(layer)
        return [recorder.number_of_layer(layer) for layer in layers]


class Adoption:
    """Makes the spans of one program part of a trace. Thread-safe.

    Args:
        adopter: That of the host.
        parent: The span that waits for the program.
        recorder: That of the trace.

    Attributes:
        num_parts: How many parts have come.
    """

    def __init__(self, adopter: Adopter, parent: Span, recorder: Recorder) -> None:
        self.num_parts = 0
        self._adopter = adopter
        self._parent = parent
        self._recorder = recorder
        self._lock = threading.Lock()
        self._is_over = False
        # By the numbers that spans have there: those that they have here, and whether they have ended.
        self._numbers = np.full(1, -1, np.int64)
        self._has_ended = np.zeros(1, bool)
        self._under_way: dict[int, Span] = {}

    def take(self, part: int, report: Report, offset: int) -> None:
        """Adds a part, unless it has come before. Those that are under way are shown until they end.

        Numbers that refer to nothing are left out: a report comes from another process.

        Args:
            part: Its number, counted from 1.
            report: What it tells.
            offset: How many nanoseconds the clock of the host is ahead.
        """
        with self._lock:
            if self._is_over or part <= self.num_parts:
                return
            self.num_parts = part
            self._recorder.num_dropped += report.num_dropped
            rows, under_way = self._new(report.rows), self._new(report.under_way)[:MOST_UNDER_WAY]
            under_way = under_way[~np.isin(under_way["id"], rows["id"])]
            self._take_numbers(np.concatenate([rows["id"], under_way["id"]]))
            # Where the trace is full there are no numbers.
            rows, under_way = (these[self._here(these["id"]) >= 0] for these in (rows, under_way))
            self._has_ended[rows["id"]] = True
            self._note_texts(report, rows)
            tables = self._tables(report)
            for these in (rows, under_way):
                self._refer(these, *tables)
                self._place_in_time(these, offset)
            busy = int(rows["self_time"].sum() + rows["worker_time"].sum())
            self._recorder.hosts.was_busy(self._adopter.host, busy)
            self._show(under_way)
            self._recorder.add_rows(rows)

    def end(self) -> None:
        """The program has ended, or is lost: nothing of it is under way any more, and nothing more is added."""
        with self._lock:
            self._is_over = True
            self._show(_NONE)

    def _new(self, rows: np.ndarray) -> np.ndarray:
        """Returns a copy of rows of spans that have not ended before, each once, whose numbers the schema allows."""
        kept = rows[(rows["operation"] < len(OPERATIONS)) & (rows["outcome"] < len(ALL_OUTCOMES))]
        kept = kept[(kept["id"] >= 0) & (kept["id"] < MAX_SPANS)]
        kept = kept[np.unique(kept["id"], return_index=True)[1]]
        kept = kept[~np.isin(kept["id"], np.flatnonzero(self._has_ended))]
        for column in COLUMNS.values():
            if column.limit:
                kept[column.name] = np.clip(kept[column.name], -1 if column.has_none else 0, column.limit - 1)
        return kept

    def _take_numbers(self, own: np.ndarray) -> None:
        """Gives numbers of the trace to spans that have none, in the order in which they started."""
        most = int(own.max(initial=0))
        if most >= len(self._numbers):
            room = 2 * most + 1 - len(self._numbers)
            self._numbers = np.concatenate([self._numbers, np.full(room, -1, np.int64)])
            self._has_ended = np.concatenate([self._has_ended, np.zeros(room, bool)])
        new = np.sort(own[self._numbers[own] < 0])
        numbers = self._recorder.take_numbers(len(new))
        self._numbers[new[: len(numbers)]] = numbers

    def _here(self, own: np.ndarray) -> np.ndarray:
        """Returns the numbers that spans have in the trace; -1 for others."""
        is_known = (own >= 0) & (own < len(self._numbers))
        return np.where(is_known, self._numbers[np.where(is_known, own, 0)], -1)

    def _note_texts(self, report: Report, rows: np.ndarray) -> None:
        """Notes what is no number of spans that have ended."""
        here = dict(zip(rows["id"].tolist(), self._here(rows["id"]).tolist(), strict=True))
        for own, text in report.errors.items():
            if own in here:
                self._recorder.errors[here[own]] = str(text)[:2000]
        for own, place in report.places.items():
            if own in here:
                self._recorder.places[here[own]] = place
        for own, count in zip(rows["id"].tolist(), rows["num_inputs"].tolist(), strict=True):
            if count > 2:
                inputs = self._here(np.array(report.long_inputs.get(own, ()), np.int64)).tolist()
                self._recorder.long_inputs[here[own]] = tuple([*inputs, *[-1] * count][:count])

    def _tables(self, report: Report) -> tuple[list[int], list[int], list[int]]:
        """Returns the numbers that executors, threads and types of a report have in the trace."""
        recorder, host = self._recorder, self._adopter.host
        above = list(recorder.layers)[self._parent.layer]
        return (
            self._adopter.layer_numbers(report.executors, above, recorder),
            [recorder.number_of_thread(f"{thread.name} at {host}", thread.busy) for thread in report.threads],
            [recorder.types.number(type_spec) for type_spec in report.types],
        )

    def _refer(self, rows: np.ndarray, layers: list[int], threads: list[int], types: list[int]) -> None:
        """Lets the numbers in rows refer to what the trace has."""
        recorder, parent = self._recorder, self._parent
        rows["id"] = self._here(rows["id"])
        found = self._here(rows["parent"])
        # A span starts after the one inside of which it starts.
        rows["parent"] = np.where((found >= 0) & (found < rows["id"]), found, parent.id)
        rows["invocation"] = parent.invocation
        for name in _OF_SPANS:
            rows[name] = self._here(rows[name])
        is_node = (rows["node"] >= 0) & (rows["node"] < len(recorder.nodes.nodes))
        rows["node"] = np.where(is_node, rows["node"], parent.node)
        rows["host"] = recorder.hosts.number(self._adopter.host)
        rows["layer"] = _looked_up(rows["layer"], layers, parent.layer)
        for name in ("thread", "worker"):
            rows[name] = _looked_up(rows[name], threads, -1)
        rows["type"] = _looked_up(rows["type"], types, -1)

    def _place_in_time(self, rows: np.ndarray, offset: int) -> None:
        start = self._parent.start
        for name in ("start", "end"):
            rows[name] = np.clip(rows[name] - offset, start, max(self._recorder.now(), start))
        rows["end"] = np.maximum(rows["start"], rows["end"])

    def _show(self, rows: np.ndarray) -> None:
        """Lets views see these spans at work, and no others of this program."""
        shown: dict[int, Span] = {}
        for row in rows:
            number = int(row["id"])
            parent = shown.get(int(row["parent"]), self._parent)
            layer, client = int(row["layer"]), int(row["client"])
            span = Span(self._recorder, number, parent, int(row["operation"]), layer, client)
            span.node, span.thread, span.start = int(row["node"]), int(row["thread"]), int(row["start"])
            span.self_time, span.worker = int(row["self_time"]), int(row["worker"])
            shown[number] = span
        for number in self._under_way.keys() - shown.keys():
            self._recorder.open_spans.pop(number, None)
        self._recorder.open_spans.update(shown)
        self._under_way = shown


def _looked_up(numbers: np.ndarray, table: list[int], otherwise: int) -> np.ndarray:
    known = np.array([*table, otherwise], np.int64)
    return known[np.where((numbers >= 0) & (numbers < len(table)), numbers, -1)]
