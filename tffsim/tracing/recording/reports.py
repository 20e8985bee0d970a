"""Spans that are recorded for a trace of another process, and how they become part of it there.

A worker records the spans of a program by themselves. Whoever sent the program adopts them: they get numbers of its
trace, the span that waited for the program as their parent, its times, and the name of the worker as their host.
"""

import contextlib
import dataclasses
from collections.abc import Iterator

import federated_language as fl
import numpy as np
from federated_language import framework
from federated_language.framework import ComputationBuildingBlock

from tffsim.executors.executor_base import offload_observer
from tffsim.tracing.document.operations import ALL_OUTCOMES, COMPUTE, CREATE_VALUE, INVOKE, OPERATIONS
from tffsim.tracing.document.schema import COLUMNS
from tffsim.tracing.document.snapshot import ExecutorInfo, Place, ThreadInfo
from tffsim.tracing.recording.ast_nodes import AstNodes
from tffsim.tracing.recording.layers import Layer
from tffsim.tracing.recording.reading import executor_info
from tffsim.tracing.recording.recorder import Recorder
from tffsim.tracing.recording.span_rows import SPAN_DTYPE
from tffsim.tracing.recording.spans import Span, current_span

_MAX_SPANS = 500_000
_UNIT = fl.StructType([])
AT_HOME = -2
"""The node of values that clients have where they run: they cross nothing, and are not told."""
_OF_SPANS = ("alias", "first_input", "second_input")


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
    """

    rows: np.ndarray
    executors: list[ExecutorInfo]
    threads: list[ThreadInfo]
    types: list[fl.Type]
    errors: dict[int, str]
    places: dict[int, Place]
    long_inputs: dict[int, tuple[int, ...]]
    num_dropped: int


class NodeMarks(AstNodes):
    """Stands for the AST of another process: a node is no more than its number there."""

    def __init__(self) -> None:
        super().__init__()
        self._marks: dict[int, framework.Reference] = {}
        self._marked: dict[int, int] = {}

    def mark(self, number: int) -> ComputationBuildingBlock:
        """Returns what stands for a node."""
        found = self._marks.get(number)
        if found is None:
            found = self._marks[number] = framework.Reference(f"node_{number}", _UNIT)
            self._marked[id(found)] = number
        return found

    def number(self, node: ComputationBuildingBlock, otherwise: int) -> int:
        """Returns the number of a node; `otherwise` if it is one of this process."""
        return self._marked.get(id(node), otherwise)


@contextlib.contextmanager
def reporting(marks: NodeMarks) -> Iterator[Recorder]:
    """Records the spans of the block, of which `take_report` tells later.

    Args:
        marks: Stands for the nodes of the other process.
    """
    recorder = Recorder("none", max_spans=_MAX_SPANS)
    recorder.nodes = marks
    root = Span(recorder, recorder.take_numbers(1)[0], None, INVOKE, -1, -1)
    span, observer = current_span.set(root), offload_observer.set(recorder.offloaded)
    try:
        yield recorder
    finally:
        current_span.reset(span)
        offload_observer.reset(observer)


def take_report(recorder: Recorder, *, has_values: bool, has_left_clients: bool) -> Report:
    """Returns what was recorded.

    Args:
        recorder: That of `reporting`.
        has_values: Whether to tell numbers that spans have made.
        has_left_clients: Whether what clients have computed has left them. Otherwise it was computed to be kept where
            it is, and nothing has crossed.
    """
    chunks = recorder.chunks()
    rows = np.concatenate(chunks) if chunks else np.empty(0, SPAN_DTYPE)
    is_at_client = rows["client"] >= 0
    is_home = is_at_client & (rows["operation"] == CREATE_VALUE) & (rows["node"] == AT_HOME)
    stays = is_at_client & (rows["operation"] == COMPUTE) & (not has_left_clients)
    rows = rows[~(is_home | stays)]
    rows = rows[np.argsort(rows["id"], kind="stable")]
    if not has_values:
        rows["scalar"], rows["has_scalar"] = np.nan, False
    return Report(
        rows,
        [executor_info(layer, recorder.layers) for layer in recorder.layers],
        [ThreadInfo(clock.name, clock.busy) for clock in recorder.threads],
        recorder.types.types,
        recorder.errors,
        recorder.places,
        recorder.long_inputs,
        recorder.num_dropped,
    )


class Adopter:
    """Makes reports of one host part of traces. Knows its executors again.

    Args:
        host: What to call the host.
    """

    def __init__(self, host: str) -> None:
        self._host = host
        self._layers: dict[tuple[ExecutorInfo, Layer], Layer] = {}

    def adopt(self, parent: Span, report: Report, offset: int) -> None:
        """Adds the spans of a report to the trace of a span.

        Numbers that refer to nothing are left out: a report comes from another process.

        Args:
            parent: The span that waited for them.
            report: The report.
            offset: How many nanoseconds the clock of the host is ahead.
        """
        recorder = parent.recorder
        if not isinstance(recorder, Recorder):
            return
        recorder.num_dropped += report.num_dropped
        rows = _plausible(report.rows)
        numbers = recorder.take_numbers(len(rows))
        rows = rows[: len(numbers)]
        own = rows["id"].copy()
        spans = _Numbering(own, np.array(numbers, np.int64))
        self._refer(rows, spans, parent, report, recorder)
        moment = recorder.now()
        for name in ("start", "end"):
            rows[name] = np.clip(rows[name] - offset, parent.start, max(moment, parent.start))
        rows["end"] = np.maximum(rows["start"], rows["end"])
        recorder.hosts.was_busy(self._host, int(rows["self_time"].sum() + rows["worker_time"].sum()))
        for number, text in report.errors.items():
            recorder.errors[spans.of(number)] = str(text)[:2000]
        for number, place in report.places.items():
            recorder.places[spans.of(number)] = place
        for row in np.flatnonzero(rows["num_inputs"] > 2).tolist():
            count = int(rows["num_inputs"][row])
            inputs = [spans.of(number) for number in report.long_inputs.get(int(own[row]), ())]
            recorder.long_inputs[spans.of(int(own[row]))] = tuple([*inputs, *[-1] * count][:count])
        rows["id"] = numbers
        recorder.add_rows(rows)

    def _refer(self, rows: np.ndarray, spans: "_Numbering", parent: Span, report: Report, recorder: Recorder) -> None:
        """Lets the numbers in rows refer to what the trace has."""
        found = spans(rows["parent"])
        rows["parent"] = np.where(found >= 0, found, parent.id)
        rows["invocation"] = parent.invocation
        for name in _OF_SPANS:
            rows[name] = spans(rows[name])
        is_node = (rows["node"] >= 0) & (rows["node"] < len(recorder.nodes.nodes))
        rows["node"] = np.where(is_node, rows["node"], parent.node)
        rows["host"] = recorder.hosts.number(self._host)
        above = list(recorder.layers)[parent.layer]
        rows["layer"] = _looked_up(rows["layer"], self._layer_numbers(report.executors, above, recorder), parent.layer)
        threads = [recorder.number_of_thread(f"{t.name} at {self._host}", t.busy) for t in report.threads]
        for name in ("thread", "worker"):
            rows[name] = _looked_up(rows[name], threads, -1)
        rows["type"] = _looked_up(rows["type"], [recorder.types.number(t) for t in report.types], -1)

    def _layer_numbers(self, executors: list[ExecutorInfo], above: Layer, recorder: Recorder) -> list[int]:
        layers: list[Layer] = []
        for info in executors:
            over = layers[info.parent] if 0 <= info.parent < len(layers) else above
            key = (dataclasses.replace(info, parent=-1), over)
            layer = self._layers.get(key)
            if layer is None:
                layer = self._layers[key] = Layer(key[0], over)
            layers.append(layer)
        return [recorder.number_of_layer(layer) for layer in layers]


def _plausible(rows: np.ndarray) -> np.ndarray:
    """Returns a copy of rows, whose words and amounts are such as the schema allows."""
    kept = rows[(rows["operation"] < len(OPERATIONS)) & (rows["outcome"] < len(ALL_OUTCOMES)) & (rows["id"] >= 0)]
    for column in COLUMNS.values():
        if column.limit:
            kept[column.name] = np.clip(kept[column.name], -1 if column.has_none else 0, column.limit - 1)
    return kept


class _Numbering:
    """Maps the numbers that spans had elsewhere to those that they have here; -1 for others."""

    def __init__(self, before: np.ndarray, after: np.ndarray) -> None:
        self._numbers = np.full(int(before.max(initial=-1)) + 2, -1, np.int64)
        self._numbers[before] = after

    def __call__(self, numbers: np.ndarray) -> np.ndarray:
        return self._numbers[np.where((numbers >= 0) & (numbers < len(self._numbers)), numbers, -1)]

    def of(self, number: int) -> int:
        return int(self._numbers[number]) if 0 <= number < len(self._numbers) else -1


def _looked_up(numbers: np.ndarray, table: list[int], otherwise: int) -> np.ndarray:
    known = np.array([*table, otherwise], np.int64)
    return known[np.where((numbers >= 0) & (numbers < len(table)), numbers, -1)]
