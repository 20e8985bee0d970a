"""The part `trace.json` of a trace file: all that is not a column. Every entry is checked when it is read."""

import dataclasses
import math
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import numpy as np

from tffsim.tracing.document.json_stream import JsonStream
from tffsim.tracing.document.sketches import MAX_LEAVES, MAX_SHOWN, PLACE_OF_NUMBER, LeafForm, SketchForm
from tffsim.tracing.document.snapshot import (
    COLUMNS,
    AstNode,
    ExecutorInfo,
    FunctionInfo,
    InvocationInfo,
    Snapshot,
    ThreadInfo,
)
from tffsim.tracing.document.type_info import MAX_MEMBERS, TypeInfo

FORMAT = "tffsim trace"
VERSION = 3
ARRAY_KINDS = "biufc"
PLACEMENTS = ("", "server", "clients")
KINDS = ("array", "text", "dataset", "members", "other")
MAX_TEXT = 2000
"""How many characters a text may have; longer ones are saved cut short."""

_MAX_SOURCE = 20_000
_MAX_COUNT = 1 << 30
_MAX_NANOSECONDS = 1 << 60
_MAX_SECONDS = 1e11
_MAX_THREADS = 1 << 15
_MAX_DIMENSIONS = 64
_MAX_SIZE = 1 << 56
_MAX_PLACEMENTS = 16
_T = TypeVar("_T")


class TraceFileError(ValueError):
    """A file is no trace, is damaged, or is of a newer version."""


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
    arrays: "dict[int, tuple[np.dtype[Any], list[int]]]"
    sketch_forms: list[tuple[SketchForm, int]]
    rest: dict[str, Any]


def describe(snapshot: Snapshot, columns: "dict[str, np.ndarray]") -> dict[str, Any]:
    """Returns the description of a trace, whose columns are written as `columns` says."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "started_at": snapshot.started_at,
        "num_dropped": snapshot.num_dropped,
        "num_values_dropped": snapshot.num_values_dropped,
        "columns": {name: {"dtype": column.dtype.str, "count": len(column)} for name, column in columns.items()},
        "executors": [_saved(executor) for executor in snapshot.executors],
        "threads": [_saved(thread) for thread in snapshot.threads],
        "types": [_saved(type_info) for type_info in snapshot.types],
        "nodes": [_saved(node) for node in snapshot.nodes],
        "functions": [
            {**_saved(function), "text": _saved_text(function.text, _MAX_SOURCE)} for function in snapshot.functions
        ],
        "invocations": [_saved(call) for call in snapshot.invocations],
        "errors": {str(number): _saved_text(text) for number, text in snapshot.errors.items()},
        "sketch_forms": [
            {"count": count, **_saved(form), "leaves": [_saved(leaf) for leaf in form.leaves]}
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


def _saved(entry: Any) -> dict[str, Any]:
    return {field.name: _saved_value(getattr(entry, field.name)) for field in dataclasses.fields(entry)}


def _saved_value(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_saved_value(part) for part in value]
    return _saved_text(value) if isinstance(value, str) else value


def _saved_text(text: str, limit: int = MAX_TEXT) -> str:
    """Returns a text that every program can write: not too long, and without half characters."""
    if not text.isascii():
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text if len(text) <= limit else text[: limit - 1] + "…"


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
    missing = _READERS.keys() - found.keys()
    if missing:
        raise TraceFileError(f"it does not say its {', '.join(sorted(missing))}.")
    rest = {name: value for name, value in found.items() if name not in _NO_FIELDS}
    return Description(found["columns"], found["arrays"], found["sketch_forms"], rest)


def _format(stream: JsonStream, _: dict[str, Any]) -> str:
    if (value := stream.value()) != FORMAT:
        raise TraceFileError("it is no trace.")
    return str(value)


def _version(stream: JsonStream, _: dict[str, Any]) -> int:
    value = stream.value()
    if type(value) is not int or value != VERSION:
        raise TraceFileError(f"it is of version {value!r:.60}; this tffsim reads version {VERSION}.")
    return value


def _columns(stream: JsonStream, _: dict[str, Any]) -> dict[str, tuple[str, int]]:
    columns = {}
    for name in stream.items():
        entry = stream.value()
        if name not in COLUMNS and name != "inputs":
            raise TraceFileError(f"it has an unknown column {name!r:.60}.")
        columns[name] = (_text(entry["dtype"]), _whole(entry["count"], 0, 1 << 40))
    if columns.keys() != {*COLUMNS, "inputs"}:
        raise TraceFileError("it does not have all columns.")
    return columns


def _entries(read: Callable[[Any], _T]) -> Callable[[JsonStream, dict[str, Any]], list[_T]]:
    def entries(stream: JsonStream, _: dict[str, Any]) -> list[_T]:
        return [read(stream.value()) for _ in stream.elements()]

    return entries


def _by_span(read: Callable[[Any], _T]) -> Callable[[JsonStream, dict[str, Any]], dict[int, _T]]:
    def by_span(stream: JsonStream, found: dict[str, Any]) -> dict[int, _T]:
        return dict(_items_of_spans(stream, _num_spans(found), read))

    return by_span


def _items_of_spans(stream: JsonStream, num_spans: int, read: Callable[[Any], _T]) -> Iterator[tuple[int, _T]]:
    for name in stream.items():
        number = int(name)
        if str(number) != name or not 0 <= number < num_spans:
            raise TraceFileError(f"it tells of a span {name!r:.60}, which is not there.")
        yield number, read(stream.value())


def _types(stream: JsonStream, found: dict[str, Any]) -> list[TypeInfo]:
    limit = _num_spans(found)
    types: list[TypeInfo] = []
    for _ in stream.elements():
        types.append(_type(stream.value()))
        if len(types) > limit:
            raise TraceFileError("it has more types than spans.")
    return types


def _type(value: Any) -> TypeInfo:
    entry = _fields(TypeInfo, value)
    members = entry["members"]
    if type(entry["is_function"]) is not bool or not isinstance(members, list) or len(members) > MAX_MEMBERS:
        raise TraceFileError("its types are of no known form.")
    return TypeInfo(_text(entry["text"]), entry["is_function"], tuple(_text(name) for name in members))


def _threads(stream: JsonStream, found: dict[str, Any]) -> list[ThreadInfo]:
    threads: list[ThreadInfo] = []
    for _ in stream.elements():
        entry = _fields(ThreadInfo, stream.value())
        threads.append(ThreadInfo(_text(entry["name"]), _whole(entry["busy"], 0, _MAX_NANOSECONDS)))
        if len(threads) > _MAX_THREADS:
            raise TraceFileError("it has too many threads.")
    return threads


def _num_spans(found: dict[str, Any]) -> int:
    if "columns" not in found:
        raise TraceFileError("its columns do not come first.")
    return int(found["columns"]["parent"][1])


def _executor(value: Any) -> ExecutorInfo:
    entry = _fields(ExecutorInfo, value)
    return ExecutorInfo(
        _text(entry["name"]),
        _text(entry["role"]),
        _placement(entry["placement"]),
        _whole(entry["first_client"], -1, _MAX_COUNT),
        _whole(entry["num_clients"], 0, _MAX_COUNT),
        _text(entry["device"]),
        _whole(entry["parent"], -1, _MAX_COUNT),
    )


def _placement(value: Any) -> str:
    if value not in PLACEMENTS:
        raise TraceFileError(f"it has a placement {value!r:.60}.")
    return str(value)


def _node(value: Any) -> AstNode:
    entry = _fields(AstNode, value)
    return AstNode(
        parent=_whole(entry["parent"], -1, _MAX_COUNT),
        kind=_text(entry["kind"]),
        label=_text(entry["label"]),
        type=_text(entry["type"]),
        edge=_text(entry["edge"]),
        function=_whole(entry["function"], -1, _MAX_COUNT),
        line=_whole(entry["line"], 0, _MAX_COUNT),
        variable=_text(entry["variable"]),
        placement=_placement(entry["placement"]),
        binding=_whole(entry["binding"], -1, _MAX_COUNT),
    )


def _function(value: Any) -> FunctionInfo:
    entry = _fields(FunctionInfo, value)
    return FunctionInfo(
        _text(entry["name"]),
        _text(entry["file"]),
        _whole(entry["line"], 0, _MAX_COUNT),
        _text(entry["text"], _MAX_SOURCE),
    )


def _invocation(value: Any) -> InvocationInfo:
    entry = _fields(InvocationInfo, value)
    participants = entry["cardinalities"]
    if not isinstance(participants, dict) or len(participants) > _MAX_PLACEMENTS:
        raise TraceFileError(f"its invocations have the participants {participants!r:.60}.")
    return InvocationInfo(
        _whole(entry["span"], 0, _MAX_COUNT),
        _text(entry["name"]),
        _whole(entry["root"], 0, _MAX_COUNT),
        {_text(name): _whole(count, 0, _MAX_COUNT) for name, count in participants.items()},
    )


def _sketch_form(value: Any) -> tuple[SketchForm, int]:
    count = _whole(value.pop("count"), 1, _MAX_COUNT)
    entry = _fields(SketchForm, value)
    form = SketchForm(
        _text(entry["kind"]),
        _text(entry["text"]),
        _text(entry["shown"]),
        tuple(_leaf_form(leaf) for leaf in entry["leaves"]),
        _whole(entry["num_leaves"], 0, _MAX_COUNT),
        _whole(entry["size"], 0, 1 << 62),
        _whole(entry["examined"], 0, 1 << 62),
        entry["is_sampled"] is True,
    )
    if form.kind not in KINDS or len(form.leaves) != min(form.num_leaves, MAX_LEAVES):
        raise TraceFileError("its sketches are of no known form.")
    if len(form.shown) > MAX_SHOWN or not set(form.shown) <= set("bif"):
        raise TraceFileError("its sketches show something unknown.")
    if form.text.count(PLACE_OF_NUMBER) != len(form.shown):
        raise TraceFileError("its sketches have texts without places for their numbers.")
    return form, count


def _leaf_form(value: Any) -> LeafForm:
    entry = _fields(LeafForm, value)
    shape = tuple(_whole(size, 0, _MAX_SIZE) for size in entry["shape"])
    if len(shape) > _MAX_DIMENSIONS or math.prod(shape) >= _MAX_SIZE:
        raise TraceFileError("its sketches are of arrays that are too large.")
    return LeafForm(_text(entry["path"]), _text(entry["dtype"]), shape)


def _array(value: Any) -> "tuple[np.dtype[Any], list[int]]":
    text = _text(value["dtype"])
    dtype = np.dtype(text) if len(text) <= 8 else None
    if dtype is None or dtype.kind not in ARRAY_KINDS or dtype.str != text:
        raise TraceFileError(f"its whole values have the dtype {text!r:.60}, which is none for numbers.")
    shape = [_whole(size, 0, 1 << 40) for size in value["shape"]]
    if len(shape) > _MAX_DIMENSIONS:
        raise TraceFileError("its whole values have too many dimensions.")
    return dtype, shape


def _started_at(stream: JsonStream, _: dict[str, Any]) -> float:
    value = _number(stream.value())
    if not 0 <= value <= _MAX_SECONDS:
        raise TraceFileError(f"it started at {value!r:.60}.")
    return value


def _dropped(stream: JsonStream, _: dict[str, Any]) -> int:
    return _whole(stream.value(), 0, 1 << 60)


def _fields(cls: type, entry: Any) -> dict[str, Any]:
    """Returns the fields of an entry, checked to be those of a class."""
    names = [field.name for field in dataclasses.fields(cls)]
    if not isinstance(entry, dict) or set(entry) != set(names):
        found = ", ".join(entry) if isinstance(entry, dict) else type(entry).__name__
        raise TraceFileError(f"expected the fields {', '.join(names)} of {cls.__name__}, found {found:.200}.")
    return entry


def _text(value: Any, limit: int = MAX_TEXT) -> str:
    if not isinstance(value, str) or len(value) > limit:
        raise TraceFileError(f"expected a text, found {value!r:.60}.")
    if not value.isascii():
        value.encode("utf-8")  # Half a character is an error here, and not when the text is shown.
    return value


def _whole(value: Any, low: int, high: int) -> int:
    if type(value) is not int or not low <= value < high:
        raise TraceFileError(f"expected a number from {low} to {high - 1}, found {value!r:.60}.")
    return value


def _number(value: Any) -> float:
    if type(value) not in (int, float):
        raise TraceFileError(f"expected a number, found {value!r:.60}.")
    return float(value)


_HEADER = {"format", "version"}
_NO_FIELDS = {*_HEADER, "columns", "arrays", "sketch_forms"}
_READERS: dict[str, Callable[[JsonStream, dict[str, Any]], Any]] = {
    "format": _format,
    "version": _version,
    "started_at": _started_at,
    "num_dropped": _dropped,
    "num_values_dropped": _dropped,
    "columns": _columns,
    "executors": _entries(_executor),
    "threads": _threads,
    "types": _types,
    "nodes": _entries(_node),
    "functions": _entries(_function),
    "invocations": _entries(_invocation),
    "errors": _by_span(_text),
    "sketch_forms": _entries(_sketch_form),
    "arrays": _by_span(_array),
}
