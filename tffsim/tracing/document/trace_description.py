"""The part `trace.json` of a trace file: all that is not a column. Every entry is checked when it is read."""

import dataclasses
import functools
import math
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import numpy as np

from tffsim.tracing.document.json_stream import JsonStream
from tffsim.tracing.document.older_versions import VERSION, check_version, columns_of
from tffsim.tracing.document.rows import read_row, saved_row, saved_text, text, whole
from tffsim.tracing.document.schema import MAX_AMOUNT
from tffsim.tracing.document.sketches import MAX_LEAVES, MAX_SIZE, PLACE_OF_NUMBER, SketchForm
from tffsim.tracing.document.snapshot import ROWS, Place, Snapshot
from tffsim.tracing.document.trace_file_error import TraceFileError

FORMAT = "tffsim trace"
ARRAY_KINDS = "biufc"

_MAX_COUNT = 1 << 30
_MAX_LENGTH = 1 << 40
_MAX_SECONDS = 1e11
_MAX_THREADS = 1 << 15
_MAX_DIMENSIONS = 64
_T = TypeVar("_T")


@dataclasses.dataclass(slots=True)
class Description:
    """What `trace.json` says.

    Attributes:
        columns: The dtype and the count of each column.
        arrays: The dtype and the shape of each whole value.
        sketch_forms: The forms of the sketches, and how many sketches each has.
        rest: The fields of `Snapshot` that are no columns, no arrays and no sketches.
    """

    columns: dict[str, tuple[str, int]]
    arrays: "dict[int, tuple[np.dtype[np.generic], list[int]]]"
    sketch_forms: list[tuple[SketchForm, int]]
    rest: dict[str, Any]


def describe(snapshot: Snapshot, columns: "dict[str, np.ndarray]") -> dict[str, object]:
    """Returns the description of a trace, whose columns are written as `columns` says."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "started_at": snapshot.started_at,
        "num_dropped": snapshot.num_dropped,
        "num_values_dropped": snapshot.num_values_dropped,
        "is_interrupted": snapshot.is_interrupted,
        "columns": {name: {"dtype": column.dtype.str, "count": len(column)} for name, column in columns.items()},
        **{name: list(map(saved_row, getattr(snapshot, name))) for name in ROWS},
        "errors": {str(number): saved_text(error) for number, error in snapshot.errors.items()},
        "places": {str(number): saved_row(place) for number, place in snapshot.places.items()},
        "sketch_forms": [
            {"count": count, **saved_row(form)}
            for form, count in zip(snapshot.sketches.forms, snapshot.sketches.counts.tolist(), strict=True)
        ],
        "arrays": {
            str(number): {"dtype": array.dtype.newbyteorder("<").str, "shape": list(array.shape)}
            for number, array in saved_arrays(snapshot).items()
        },
    }


def saved_arrays(snapshot: Snapshot) -> "dict[int, np.ndarray]":
    """Returns the whole values that a file can hold: numbers of NumPy's own dtypes."""
    return {number: array for number, array in snapshot.arrays.items() if array.dtype.kind in ARRAY_KINDS}


def read_description(stream: JsonStream) -> Description:
    """Reads and checks the description of a trace.

    Raises:
        TraceFileError: If it is none, or one of a newer version.
        ValueError: If it is damaged.
    """
    found: dict[str, Any] = {}
    for name in stream.items():
        if name not in _READERS:
            raise TraceFileError(f"it says something unknown, {name!r:.60}.")
        if name in found or (name not in _HEADER and not found.keys() >= _HEADER):
            raise TraceFileError("it is no trace.")
        found[name] = _READERS[name](stream, found)
    stream.end()
    missing = _READERS.keys() - found.keys() - _ADDED
    if missing:
        raise TraceFileError(f"it does not say its {', '.join(sorted(missing))}.")
    rest = {name: value for name, value in found.items() if name not in _NO_FIELDS}
    return Description(found["columns"], found["arrays"], found["sketch_forms"], rest)


def _format(stream: JsonStream, _: dict[str, object]) -> str:
    if (value := stream.value()) != FORMAT:
        raise TraceFileError("it is no trace.")
    return str(value)


def _version(stream: JsonStream, _: dict[str, object]) -> int:
    return check_version(stream.value())


def _columns(stream: JsonStream, found: dict[str, Any]) -> dict[str, tuple[str, int]]:
    expected = {*columns_of(found["version"]), "inputs"}
    columns = {}
    for name in stream.items():
        entry = stream.value()
        if name not in expected:
            raise TraceFileError(f"it has an unknown column {name!r:.60}.")
        columns[name] = (text(entry["dtype"]), whole(entry["count"], 0, _MAX_LENGTH))
    if columns.keys() != expected:
        raise TraceFileError("it does not have all columns.")
    return columns


def _rows(name: str) -> Callable[[JsonStream, dict[str, object]], list[object]]:
    def rows(stream: JsonStream, found: dict[str, object]) -> list[object]:
        # Each type is that of some span, and a column of threads cannot number more.
        limit = {"types": _num_spans(found), "threads": _MAX_THREADS}.get(name)
        read: list[object] = []
        for _ in stream.elements():
            read.append(read_row(ROWS[name], stream.value()))
            if limit is not None and len(read) > limit:
                raise TraceFileError(f"it has too many {name}: more than {limit}.")
        return read

    return rows


def _entries(read: Callable[[object], _T]) -> Callable[[JsonStream, dict[str, object]], list[_T]]:
    def entries(stream: JsonStream, _: dict[str, object]) -> list[_T]:
        return [read(stream.value()) for _ in stream.elements()]

    return entries


def _by_span(read: Callable[[object], _T]) -> Callable[[JsonStream, dict[str, object]], dict[int, _T]]:
    def by_span(stream: JsonStream, found: dict[str, object]) -> dict[int, _T]:
        return dict(_items_of_spans(stream, _num_spans(found), read))

    return by_span


def _items_of_spans(stream: JsonStream, num_spans: int, read: Callable[[object], _T]) -> Iterator[tuple[int, _T]]:
    for name in stream.items():
        number = int(name)
        if str(number) != name or not 0 <= number < num_spans:
            raise TraceFileError(f"it tells of a span {name!r:.60}, which is not there.")
        yield number, read(stream.value())


def _num_spans(found: dict[str, Any]) -> int:
    if "columns" not in found:
        raise TraceFileError("its columns do not come first.")
    return int(found["columns"]["parent"][1])


def _sketch_form(value: Any) -> tuple[SketchForm, int]:
    count = whole(value.pop("count"), 1, _MAX_COUNT)
    try:
        form = read_row(SketchForm, value)
    except TraceFileError as error:
        raise TraceFileError(f"its sketches are of no known form: {error}") from None
    if len(form.leaves) != min(form.num_leaves, MAX_LEAVES):
        raise TraceFileError("its sketches are of no known form.")
    if any(math.prod(leaf.shape) >= MAX_SIZE for leaf in form.leaves):
        raise TraceFileError("its sketches are of arrays that are too large.")
    if not set(form.shown) <= set("bif"):
        raise TraceFileError("its sketches show something unknown.")
    if form.text.count(PLACE_OF_NUMBER) != len(form.shown):
        raise TraceFileError("its sketches have texts without places for their numbers.")
    return form, count


def _array(value: Any) -> "tuple[np.dtype[np.generic], list[int]]":
    told = text(value["dtype"])
    dtype = np.dtype(told) if len(told) <= 8 else None
    if dtype is None or dtype.kind not in ARRAY_KINDS or dtype.str != told:
        raise TraceFileError(f"its whole values have the dtype {told!r:.60}, which is none for numbers.")
    shape = [whole(size, 0, _MAX_LENGTH) for size in value["shape"]]
    if len(shape) > _MAX_DIMENSIONS:
        raise TraceFileError("its whole values have too many dimensions.")
    return dtype, shape


def _started_at(stream: JsonStream, _: dict[str, object]) -> float:
    value = _number(stream.value())
    if not 0 <= value <= _MAX_SECONDS:
        raise TraceFileError(f"it started at {value!r:.60}.")
    return value


def _dropped(stream: JsonStream, _: dict[str, object]) -> int:
    return whole(stream.value(), 0, MAX_AMOUNT)


def _whether(stream: JsonStream, _: dict[str, object]) -> bool:
    value = stream.value()
    if not isinstance(value, bool):
        raise TraceFileError(f"expected true or false, found {value!r:.60}.")
    return value


def _number(value: object) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise TraceFileError(f"expected a number, found {value!r:.60}.")
    return float(value)


_HEADER = {"format", "version"}
_ADDED = {"places", "hosts", "host_events", "wire", "is_interrupted"}
"""What files of older versions lack."""
_NO_FIELDS = {*_HEADER, "columns", "arrays", "sketch_forms"}
_READERS: dict[str, Callable[[JsonStream, dict[str, object]], object]] = {
    "format": _format,
    "version": _version,
    "started_at": _started_at,
    "num_dropped": _dropped,
    "num_values_dropped": _dropped,
    "is_interrupted": _whether,
    "columns": _columns,
    **{name: _rows(name) for name in ROWS},
    "errors": _by_span(text),
    "places": _by_span(functools.partial(read_row, Place)),
    "sketch_forms": _entries(_sketch_form),
    "arrays": _by_span(_array),
}
