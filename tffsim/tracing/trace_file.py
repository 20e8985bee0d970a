"""Saving and loading traces: the `.tfftrace` format.

A file is a zip archive of

* `trace.json`: the format's `version`, and what is not a column: executors, threads, types,
  AST nodes, invocations, errors, previews, and for each column its `dtype` and `count`;
* `columns/NAME`: the numbers of a column, one after the other, little endian;
* `arrays/N`: the numbers of the whole value N, whose `dtype` and `shape` are in `trace.json`.

Nothing in a file is executed. A file may come from anywhere: everything is checked before
memory is taken for it, and numbers that refer to something are checked to refer to it.
"""

import dataclasses
import json
import math
import os
import struct
import zipfile
import zlib
from typing import Any

import numpy as np

from tffsim.tracing.ast_nodes import AstNode
from tffsim.tracing.output_files import whole_file
from tffsim.tracing.previews import Preview
from tffsim.tracing.snapshot import ALL_OUTCOMES, COLUMNS, ExecutorInfo, InvocationInfo, Snapshot, ThreadInfo
from tffsim.tracing.spans import OPERATIONS
from tffsim.tracing.trace import Trace

VERSION = 1
_MAX_JSON_BYTES = 512 * 1024 * 1024
_MAX_TOTAL_BYTES = 8 * 1024 * 1024 * 1024
_MAX_RATIO = 1100  # Deflate cannot do better than 1032 to 1.
_ENCRYPTED = 0x1
_ARRAY_KINDS = "biufc"
_COMPRESSION_LEVEL = 1


class TraceFileError(ValueError):
    """A file is no trace, is damaged, or is of a newer version."""


def save(snapshot: Snapshot, path: "str | os.PathLike[str]") -> None:
    """Writes a trace to a file as a whole; see `tffsim.tracing.output_files`.

    Args:
        snapshot: The trace.
        path: The file, by custom with the ending `.tfftrace`.
    """
    with (
        whole_file(path) as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_COMPRESSION_LEVEL) as archive,
    ):
        archive.writestr("trace.json", json.dumps(_description(snapshot), separators=(",", ":")))
        for name, column in _columns(snapshot).items():
            archive.writestr(f"columns/{name}", np.ascontiguousarray(column).tobytes())
        for number, array in snapshot.arrays.items():
            archive.writestr(f"arrays/{number}", np.ascontiguousarray(array).tobytes())


def load_trace(path: "str | os.PathLike[str]") -> Trace:
    """Reads a trace from a file. Loads neither TensorFlow nor anything that the file names.

    Args:
        path: A file that `Trace.save` wrote.

    Raises:
        TraceFileError: If it is no trace, is damaged, or is of a newer version.
        OSError: If it cannot be read.
    """
    name = os.fspath(path)
    with open(path, "rb") as file:
        try:
            with zipfile.ZipFile(file) as archive:
                return Trace(_read(archive))
        except TraceFileError as error:
            raise TraceFileError(f"{name}: {error}") from error.__cause__
        except _ARCHIVE_ERRORS as error:
            raise TraceFileError(f"{name} is no trace, or it is damaged: {error}") from error
        except _CONTENT_ERRORS as error:
            raise TraceFileError(f"{name} is damaged: {type(error).__name__}: {error}") from error


# What reading an archive of random bytes, and interpreting random JSON, may raise.
_ARCHIVE_ERRORS = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, OSError, UnicodeError)
_CONTENT_ERRORS = (
    KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError, RecursionError, MemoryError,
)  # fmt: skip


def _columns(snapshot: Snapshot) -> dict[str, "np.ndarray"]:
    columns = {
        name: column.astype(np.dtype(COLUMNS[name]).newbyteorder("<")) for name, column in snapshot.columns.items()
    }
    return {**columns, "inputs": snapshot.inputs.astype("<i4")}


def _description(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "format": "tffsim trace",
        "version": VERSION,
        "started_at": snapshot.started_at,
        "num_dropped": snapshot.num_dropped,
        "num_values_dropped": snapshot.num_values_dropped,
        "columns": {
            name: {"dtype": column.dtype.str, "count": len(column)} for name, column in _columns(snapshot).items()
        },
        "executors": [dataclasses.asdict(executor) for executor in snapshot.executors],
        "threads": [dataclasses.asdict(thread) for thread in snapshot.threads],
        "types": snapshot.types,
        "nodes": [dataclasses.asdict(node) for node in snapshot.nodes],
        "invocations": [dataclasses.asdict(call) for call in snapshot.invocations],
        "errors": {str(number): text for number, text in snapshot.errors.items()},
        "previews": {str(number): dataclasses.asdict(preview) for number, preview in snapshot.previews.items()},
        "arrays": {
            str(number): {"dtype": array.dtype.newbyteorder("<").str, "shape": list(array.shape)}
            for number, array in snapshot.arrays.items()
            if array.dtype.kind in _ARRAY_KINDS
        },
    }


def _read(archive: zipfile.ZipFile) -> Snapshot:
    members = {info.filename: info for info in archive.infolist()}
    _check_sizes(members)
    if "trace.json" not in members:
        raise TraceFileError("it has no part `trace.json`, so it is no trace.")
    if members["trace.json"].file_size > _MAX_JSON_BYTES:
        raise TraceFileError(f"its description is larger than {_MAX_JSON_BYTES} bytes.")
    description = json.loads(archive.read("trace.json"))
    if not isinstance(description, dict) or description.get("format") != "tffsim trace":
        raise TraceFileError("it is no trace.")
    if description["version"] != VERSION:
        raise TraceFileError(f"it is of version {description['version']!r}; this tffsim reads version {VERSION}.")
    columns = {name: _read_column(archive, members, description, name) for name in [*COLUMNS, "inputs"]}
    inputs = columns.pop("inputs")
    snapshot = Snapshot(
        columns,
        inputs,
        [ExecutorInfo(**_typed(ExecutorInfo, entry)) for entry in description["executors"]],
        [ThreadInfo(**_typed(ThreadInfo, entry)) for entry in description["threads"]],
        [_text(text) for text in description["types"]],
        [AstNode(**_typed(AstNode, entry)) for entry in description["nodes"]],
        [InvocationInfo(**_typed(InvocationInfo, entry)) for entry in description["invocations"]],
        {int(number): _text(text) for number, text in description["errors"].items()},
        {int(number): _preview(entry) for number, entry in description["previews"].items()},
        {int(n): _read_array(archive, members, n, entry) for n, entry in description["arrays"].items()},
        float(description["started_at"]),
        int(description["num_dropped"]),
        int(description["num_values_dropped"]),
    )
    _check_references(snapshot)
    return snapshot


def _check_sizes(members: dict[str, zipfile.ZipInfo]) -> None:
    total = 0
    for info in members.values():
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or info.flag_bits & _ENCRYPTED:
            raise TraceFileError("it is compressed in a way that traces are not, or encrypted.")
        total += info.file_size
        if info.file_size > _MAX_RATIO * max(info.compress_size, 64) or total > _MAX_TOTAL_BYTES:
            raise TraceFileError("it would become unreasonably large. Nothing was read.")


def _read_column(
    archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], description: dict[str, Any], name: str
) -> "np.ndarray":
    dtype = np.dtype(COLUMNS.get(name, "i4")).newbyteorder("<")
    entry = description["columns"][name]
    count = _natural(entry["count"])
    if entry["dtype"] != dtype.str:
        raise TraceFileError(f"its column `{name}` has the dtype {entry['dtype']!r}, expected {dtype.str!r}.")
    return _numbers(archive, members, f"columns/{name}", dtype, count).astype(dtype.newbyteorder("="), copy=False)


def _read_array(
    archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], number: str, entry: dict[str, Any]
) -> "np.ndarray":
    dtype = np.dtype(_text(entry["dtype"]))
    if dtype.kind not in _ARRAY_KINDS or dtype.names is not None:
        raise TraceFileError(f"its value {number} has the dtype {entry['dtype']!r}, which is none for numbers.")
    shape = [_natural(size) for size in entry["shape"]]
    return _numbers(archive, members, f"arrays/{int(number)}", dtype, math.prod(shape)).reshape(shape)


def _numbers(
    archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], name: str, dtype: "np.dtype[Any]", count: int
) -> "np.ndarray":
    if name not in members:
        raise TraceFileError(f"it has no part `{name}`.")
    if members[name].file_size != count * dtype.itemsize:
        raise TraceFileError(
            f"its part `{name}` has {members[name].file_size} bytes, expected {count} × {dtype.itemsize}."
        )
    return np.frombuffer(archive.read(name), dtype)


def _typed(cls: type, entry: Any) -> dict[str, Any]:
    """Returns the fields of an entry, checked against those of a class."""
    if not isinstance(entry, dict):
        raise TraceFileError(f"expected the fields of {cls.__name__}, found {type(entry).__name__}.")
    fields = {field.name: field.type for field in dataclasses.fields(cls)}
    if set(entry) != set(fields):
        raise TraceFileError(f"expected the fields {', '.join(fields)} of {cls.__name__}, found {', '.join(entry)}.")
    for name, kind in fields.items():
        expected = {"int": int, "str": str, int: int, str: str}.get(kind, dict)  # type: ignore[call-overload]
        if not isinstance(entry[name], expected) or isinstance(entry[name], bool):
            raise TraceFileError(f"the field `{name}` of {cls.__name__} is {entry[name]!r:.60}.")
    return entry


def _preview(entry: dict[str, Any]) -> Preview:
    return Preview(
        _text(entry["kind"]),
        _text(entry["dtype"]),
        tuple(_natural(size) for size in entry["shape"]),
        _text(entry["shown"]),
        float(entry["minimum"]),
        float(entry["mean"]),
        float(entry["maximum"]),
        _natural(entry["num_nan"]),
        _natural(entry["examined"]),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TraceFileError(f"expected a text, found {value!r:.60}.")
    return value


def _natural(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 40:
        raise TraceFileError(f"expected a size, found {value!r:.60}.")
    return value


def _check_references(snapshot: Snapshot) -> None:
    """Checks that every number that refers to something refers to something that is there.

    Raises:
        TraceFileError: If one does not.
    """
    columns, count = snapshot.columns, snapshot.num_spans
    if any(len(column) != count for column in columns.values()):
        raise TraceFileError("its columns are of different lengths.")
    num_inputs = columns["num_inputs"]
    if (num_inputs < 0).any() or int(num_inputs.sum(dtype=np.int64)) != len(snapshot.inputs):
        raise TraceFileError("the numbers of inputs do not add up.")
    limits = {
        "parent": (-1, np.arange(count)), "invocation": (-1, count), "layer": (-1, len(snapshot.executors)),
        "operation": (0, len(OPERATIONS)), "outcome": (0, len(ALL_OUTCOMES)), "node": (-1, len(snapshot.nodes)),
        "thread": (-1, len(snapshot.threads)), "worker": (-1, len(snapshot.threads)), "type": (-1, len(snapshot.types)),
        "alias": (-1, count), "index": (-1, 1 << 30), "client": (-1, 1 << 30), "size": (0, 1 << 60),
        "start": (-(1 << 60), 1 << 60), "end": (columns["start"], 1 << 60),
        "self_time": (0, 1 << 60), "queue_time": (0, 1 << 60), "worker_time": (0, 1 << 60),
    }  # fmt: skip
    for name, (low, high) in limits.items():
        if ((columns[name] < low) | (columns[name] >= high)).any():
            raise TraceFileError(f"its column `{name}` refers to something that is not there.")
    if ((snapshot.inputs < -1) | (snapshot.inputs >= count)).any():
        raise TraceFileError("its inputs refer to something that is not there.")
    _check_parents([executor.parent for executor in snapshot.executors], "executors")
    _check_parents([node.parent for node in snapshot.nodes], "AST nodes")
    for call in snapshot.invocations:
        if not 0 <= call.span < count or not -1 <= call.root < len(snapshot.nodes):
            raise TraceFileError(f"its invocation {call.name!r:.60} refers to something that is not there.")
        if not all(isinstance(n, int) and 0 <= n < 1 << 30 for n in call.cardinalities.values()):
            raise TraceFileError(f"its invocation {call.name!r:.60} has no number of participants.")


def _check_parents(parents: list[int], what: str) -> None:
    if any(not -1 <= parent < number for number, parent in enumerate(parents)):
        raise TraceFileError(f"its {what} are in no tree.")
