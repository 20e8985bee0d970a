"""A timeline for Perfetto (https://ui.perfetto.dev), as Chrome trace events.

Format: "Trace Event Format", Google 2016. Every span is a complete event (`X`) on its thread;
what ran in a worker thread is one more event there. An arrow (`s`, `f`) leads from a span to
what it caused on another lane. Times are microseconds since the trace began.
"""

import json
import pathlib
from collections.abc import Iterator
from typing import TypeAlias

from tffsim.tracing.document.operations import ALL_OUTCOMES, OPERATIONS
from tffsim.tracing.document.output_files import whole_text_file
from tffsim.tracing.document.plain_text import plain
from tffsim.tracing.exports.plain_reader import PlainReader
from tffsim.tracing.exports.slices import Lane, Slice, place_slices

_PROCESS = 1
_Event: TypeAlias = dict[str, object]


def write(reader: PlainReader, path: pathlib.Path) -> None:
    """Writes the timeline of a trace, event by event."""
    encode = json.JSONEncoder(separators=(",", ":")).encode
    with whole_text_file(path) as file:
        file.write('{"displayTimeUnit":"ms","traceEvents":[')
        separator = "\n"
        for event in _events(reader):
            file.write(separator + encode(event))
            separator = ",\n"
        file.write("\n]}\n")


def _events(reader: PlainReader) -> Iterator[_Event]:
    slices = place_slices(reader.snapshot)
    numbers = _lane_numbers(reader, slices)
    yield from _metadata(reader, numbers)
    arguments = _Arguments(reader)
    for arrow, slice_ in enumerate(slices):
        lane = _lane(slice_)
        name = reader.name(slice_.span)
        yield {
            "ph": "X", "name": f"{name} (work)" if slice_.is_work else name,
            "cat": "work" if slice_.is_work else "span", "pid": _PROCESS, "tid": numbers[lane],
            "ts": slice_.start / 1000, "dur": (slice_.end - slice_.start) / 1000,
            "args": {"span": slice_.span} if slice_.is_work else arguments.of(slice_.span),
        }  # fmt: skip
        if slice_.cause is not None and slice_.arrow_from is not None:
            flow = {"name": "causes", "cat": "flow", "id": arrow, "pid": _PROCESS}
            yield {**flow, "ph": "s", "tid": numbers[_lane(slice_.cause)], "ts": slice_.arrow_from / 1000}
            yield {**flow, "ph": "f", "bp": "e", "tid": numbers[lane], "ts": slice_.start / 1000}


def _lane(slice_: Slice) -> Lane:
    assert slice_.lane is not None
    return slice_.lane


def _lane_numbers(reader: PlainReader, slices: list[Slice]) -> dict[Lane, int]:
    """Numbers the lanes from 1, because Perfetto takes 0 for the idle thread: first lanes, then further ones."""
    lanes = dict.fromkeys(map(_lane, slices))
    further = sorted((lane for lane in lanes if lane.index), key=lambda lane: lane.thread)
    first_number = len(reader.snapshot.threads) + 2
    numbers = {lane: first_number + k for k, lane in enumerate(further)}
    return {lane: numbers.get(lane, lane.thread + 1) for lane in lanes}


def _metadata(reader: PlainReader, numbers: dict[Lane, int]) -> Iterator[_Event]:
    yield {"ph": "M", "name": "process_name", "pid": _PROCESS, "args": {"name": "tffsim"}}
    threads = [plain(thread.name) for thread in reader.snapshot.threads] + ["no thread"]
    ordered = sorted(numbers, key=lambda lane: (lane.thread, lane.index))
    for position, lane in enumerate(ordered):
        name = threads[lane.thread] + (f" ({lane.index + 1})" if lane.index else "")
        about = {"ph": "M", "pid": _PROCESS, "tid": numbers[lane]}
        yield {**about, "name": "thread_name", "args": {"name": name}}
        yield {**about, "name": "thread_sort_index", "args": {"sort_index": position}}


class _Arguments:
    """What the timeline tells about a span when it is clicked."""

    def __init__(self, reader: PlainReader) -> None:
        snapshot = reader.snapshot
        self._reader = reader
        self._columns = {name: column.tolist() for name, column in snapshot.columns.items()}
        self._executors = [plain(executor.label) for executor in snapshot.executors]
        self._nodes = [plain(node.label) for node in snapshot.nodes]
        self._types = [plain(text) for text in snapshot.type_texts]

    def of(self, span: int) -> _Event:
        columns = self._columns
        layer, node, type_number = columns["layer"][span], columns["node"][span], columns["type"][span]
        arguments: _Event = {
            "span": span,
            "operation": OPERATIONS[columns["operation"][span]],
            "outcome": ALL_OUTCOMES[columns["outcome"][span]],
            "self time (µs)": columns["self_time"][span] / 1000,
        }
        if layer >= 0:
            arguments["executor"] = self._executors[layer]
        if columns["client"][span] >= 0:
            arguments["client"] = columns["client"][span]
        if node >= 0:
            arguments["node"] = self._nodes[node]
        if type_number >= 0:
            arguments["type"] = self._types[type_number]
            arguments["size"] = columns["size"][span]
        if columns["worker"][span] >= 0:
            arguments["queue time (µs)"] = columns["queue_time"][span] / 1000
            arguments["worker time (µs)"] = columns["worker_time"][span] / 1000
        value, error = self._reader.shown_value(span), self._reader.error(span)
        if value:
            arguments["value"] = value
        if error:
            arguments["error"] = plain(error)
        return arguments
