"""Reading a recorder: what it has recorded so far, as a document."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import TypeVar

import numpy as np

from tffsim.tracing.document.schema import COLUMNS
from tffsim.tracing.document.snapshot import ExecutorInfo, InvocationInfo, Legend, Snapshot, ThreadInfo
from tffsim.tracing.document.type_info import describe_type
from tffsim.tracing.recording.layers import Layer
from tffsim.tracing.recording.offloads import Offloads
from tffsim.tracing.recording.recorder import Recorder
from tffsim.tracing.recording.span_rows import SPAN_DTYPE, open_rows
from tffsim.tracing.recording.spans import Span

_T = TypeVar("_T")


def read_legend(recorder: Recorder, row_of: Callable[[int], int] = int) -> Legend:
    """Reads off a recorder what is not a number, which takes no longer when there are many spans.

    Args:
        recorder: The recorder.
        row_of: Returns the row of a span; by default its number.
    """
    layers = dict(recorder.layers)
    return Legend(
        [executor_info(layer, layers) for layer in layers],
        [ThreadInfo(clock.name, clock.busy) for clock in list(recorder.threads)],
        list(recorder.nodes.nodes),
        list(recorder.nodes.functions),
        [
            InvocationInfo(
                row_of(call.span),
                call.name,
                call.root,
                dict(call.cardinalities),
                call.num_dropped,
                0 if call.counted_from is None else max(call.counted_from - recorder.started, 0),
            )
            for call in list(recorder.invocations)
        ],
        {row_of(number): text for number, text in recorder.errors.copy().items()},
        recorder.hosts.infos(),
        recorder.hosts.events(recorder.started, row_of),
        recorder.hosts.wire(row_of),
    )


def take_snapshot(recorder: Recorder) -> Snapshot:
    """Reads off a recorder what it has recorded so far; spans that are open end now."""
    open_spans = list(recorder.open_spans.copy().values())
    chunks = recorder.chunks()
    rows = np.concatenate(chunks) if chunks else np.empty(0, SPAN_DTYPE)
    rows = _with_open(rows, open_spans, recorder.now(), recorder.offloads)
    rows = rows[np.argsort(rows["id"], kind="stable")]
    inputs = _inputs(rows, dict(recorder.long_inputs))
    renumber = _Renumbering(rows["id"])
    columns = {name: np.ascontiguousarray(rows[name]) for name in COLUMNS}
    for name in ("parent", "alias", "invocation"):
        columns[name] = renumber(columns[name])
    for name in ("start", "end"):
        columns[name] = columns[name] - recorder.started
    legend = read_legend(recorder, renumber.of)
    invocations = [call for call in legend.invocations if call.span >= 0]
    return Snapshot(
        columns,
        renumber(inputs),
        legend.executors,
        legend.threads,
        [describe_type(type_spec) for type_spec in list(recorder.types.types)],
        legend.nodes,
        legend.functions,
        invocations,
        _of_rows(legend.errors),
        recorder.sketches.table(renumber),
        _of_rows({renumber.of(number): array for number, array in recorder.arrays.copy().items()}),
        recorder.started_at,
        recorder.num_dropped,
        recorder.num_values_dropped,
        _of_rows({renumber.of(number): place for number, place in recorder.places.copy().items()}),
        legend.hosts,
        legend.host_events,
        legend.wire,
        recorder.is_interrupted,
        recorder.is_active,
    )


def _of_rows(known: dict[int, _T]) -> dict[int, _T]:
    """Returns what is known of spans that have a row: one that is about to end has none for a moment."""
    known.pop(-1, None)
    return known


class _Renumbering:
    """Maps the numbers of spans to their rows: numbers that are missing leave no gap."""

    def __init__(self, numbers: "np.ndarray") -> None:
        size = int(numbers[-1]) + 2 if len(numbers) else 1
        self._rows = np.full(size, -1, np.int32)
        self._rows[numbers] = np.arange(len(numbers), dtype=np.int32)

    def __call__(self, numbers: "np.ndarray") -> "np.ndarray":
        return self._rows[np.where((numbers >= 0) & (numbers < len(self._rows)), numbers, -1)]

    def of(self, number: int) -> int:
        return int(self._rows[number]) if 0 <= number < len(self._rows) else -1


def _with_open(rows: "np.ndarray", open_spans: list[Span], moment: int, offloads: Offloads) -> "np.ndarray":
    """Adds a row for each span that has not ended, unless it ended a moment ago."""
    finished = set(rows["id"][-len(open_spans) * 4 - 4096 :].tolist()) if open_spans else set()
    still_open = [span for span in open_spans if span.id not in finished]
    if not still_open:
        return rows
    return np.concatenate([rows, open_rows(still_open, moment, offloads)])


def _inputs(rows: "np.ndarray", long_inputs: dict[int, tuple[int, ...]]) -> "np.ndarray":
    """Returns the inputs of all spans, those of one after those of another."""
    counts = rows["num_inputs"]
    starts = np.cumsum(counts) - counts
    inputs = np.empty(int(counts.sum()), np.int32)
    inputs[starts[counts >= 1]] = rows["first_input"][counts >= 1]
    inputs[starts[counts >= 2] + 1] = rows["second_input"][counts >= 2]
    for row in np.flatnonzero(counts > 2):
        inputs[starts[row] : starts[row] + counts[row]] = long_inputs[int(rows["id"][row])]
    return inputs


def executor_info(layer: Layer, numbers: Mapping[Layer, int]) -> ExecutorInfo:
    """Returns what a trace says of an executor.

    Args:
        layer: The executor.
        numbers: The numbers of the executors in the trace.
    """
    return dataclasses.replace(layer.info, parent=numbers.get(layer.above, -1) if layer.above is not None else -1)
