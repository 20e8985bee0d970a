"""Saving and loading traces: the `.tfftrace` format.

A file is a zip archive of

* `trace.json`: the format's `version`, and what is not a column: executors, threads, types,
  AST nodes, invocations, errors, the forms of sketches, and for each column its `dtype` and `count`;
* `columns/NAME`: the numbers of a column, one after the other, little endian;
* `sketches/NAME`: the numbers of all sketches; see `tffsim.tracing.document.sketches.Sketches`;
* `arrays/N`: the numbers of the whole value N, whose `dtype` and `shape` are in `trace.json`.

Nothing in a file is executed. A file may come from anywhere: everything is checked before
memory is taken for it, and numbers that refer to something are checked to refer to it.
`tffsim.tracing.document.schema` declares the columns; lists in `trace.json` have the form of the classes in `snapshot`.
Files of version 3 are read, too: see `older_versions`.
A part that would grow too much when it is read is stored without compression, so a small
file that claims to become large is refused unread.
"""

import errno
import io
import json
import math
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable
from typing import BinaryIO

import numpy as np

from tffsim.tracing.document.json_stream import JsonStream
from tffsim.tracing.document.older_versions import add_missing
from tffsim.tracing.document.output_files import whole_file
from tffsim.tracing.document.references import check_references
from tffsim.tracing.document.schema import COLUMNS, INPUTS_DTYPE
from tffsim.tracing.document.sketches import NUM_TOTALS, SKETCH_COLUMNS, Sketches, SketchForm
from tffsim.tracing.document.snapshot import Snapshot, without_source
from tffsim.tracing.document.trace_description import Description, describe, read_description, saved_arrays
from tffsim.tracing.document.trace_file_error import TraceFileError

_DESCRIPTION = "trace.json"
# What reading may cost in bytes of memory: this, or so many times the size of the file.
_FREE_COST = 24 * 1024 * 1024
_COST_PER_BYTE = 100
# What a description becomes in memory, as a multiple of its text.
_COST_OF_TEXT = 4
_ENCRYPTED = 0x1
_COMPRESSION_LEVEL = 1


def save(snapshot: Snapshot, path: "str | os.PathLike[str]", *, source: bool = True) -> None:
    """Writes a trace to a file as a whole; see `tffsim.tracing.document.output_files`.

    Args:
        snapshot: The trace.
        path: The file, by custom with the ending `.tfftrace`.
        source: Whether the file holds the source of the user's functions, beside their names and lines.
    """
    if not source:
        snapshot = without_source(snapshot)
    with whole_file(path) as file:
        _write(snapshot, file)


def load(path: "str | os.PathLike[str]") -> Snapshot:
    """Reads a trace from a file. Loads neither TensorFlow nor anything that the file names.

    Args:
        path: A file that `Trace.save` wrote.

    Raises:
        TraceFileError: If it is no trace, is damaged, is of a newer version, or is a pipe or a device.
        FileNotFoundError: If it does not exist.
        OSError: If it cannot be read.
    """
    name = os.fsdecode(path)
    try:
        opened = _opened(name)
    except FileNotFoundError:
        raise FileNotFoundError(f"There is no file {name}.") from None
    with opened as file:
        return _load(file, name)


def to_bytes(snapshot: Snapshot) -> bytes:
    """Returns a trace as the content of a file."""
    file = io.BytesIO()
    _write(snapshot, file)
    return file.getvalue()


def from_bytes(content: bytes) -> Snapshot:
    """Returns the trace that `to_bytes` has written."""
    return _load(io.BytesIO(content), "The pickled trace")


def _opened(path: str | os.PathLike[str]) -> BinaryIO:
    """Opens a plain file; a pipe would be waited for, and a device may never end."""
    _check_is_file(os.stat(path).st_mode, path)
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    file = os.fdopen(descriptor, "rb")
    try:
        # It may have become something else meanwhile.
        _check_is_file(os.fstat(descriptor).st_mode, path)
    except BaseException:
        file.close()
        raise
    return file


def _check_is_file(mode: int, path: object) -> None:
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if not stat.S_ISREG(mode):
        raise TraceFileError(f"{path} is no file but a pipe or a device. Save the trace in a file first.")


def _load(file: BinaryIO, name: str) -> Snapshot:
    try:
        size = file.seek(0, os.SEEK_END)
        with zipfile.ZipFile(file) as archive:
            return _read(archive, size)
    except TraceFileError as error:
        raise TraceFileError(f"{name}: {error}") from error.__cause__
    except _ARCHIVE_ERRORS as error:
        raise TraceFileError(f"{name} is no trace, or it is damaged: {error}") from error
    except _CONTENT_ERRORS as error:
        raise TraceFileError(f"{name} is damaged: {type(error).__name__}: {error!s:.200}") from error


# What reading an archive of random bytes, and interpreting random JSON, may raise.
_ARCHIVE_ERRORS = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, OSError, UnicodeError)
_CONTENT_ERRORS = (
    KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError, RecursionError, MemoryError,
    AssertionError,
)  # fmt: skip


def _write(snapshot: Snapshot, file: BinaryIO) -> None:
    parts = _write_parts(snapshot, file, set())
    if _cost(parts) <= _affordable(parts):
        return
    # Very regular numbers and texts: compressed, they would look like a file that wants to take all memory.
    file.seek(0)
    file.truncate()
    _write_parts(
        snapshot, file, {part.filename for part in parts if _cost([part]) > _COST_PER_BYTE * part.compress_size}
    )


def _write_parts(snapshot: Snapshot, file: BinaryIO, stored: set[str]) -> list[zipfile.ZipInfo]:
    """Writes an archive, some parts of it uncompressed; returns its directory."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_COMPRESSION_LEVEL) as archive:

        def write(name: str, content: "str | bytes") -> None:
            archive.writestr(name, content, zipfile.ZIP_STORED if name in stored else None)

        columns = {name: snapshot.columns[name].astype(_dtype(name)) for name in COLUMNS}
        columns["inputs"] = snapshot.inputs.astype(_dtype("inputs"))
        write(_DESCRIPTION, json.dumps(describe(snapshot, columns), separators=(",", ":")))
        for name, column in columns.items():
            write(f"columns/{name}", np.ascontiguousarray(column).tobytes())
        for name, column in snapshot.sketches.columns().items():
            write(f"sketches/{name}", column.astype(column.dtype.newbyteorder("<")).tobytes())
        for number, array in saved_arrays(snapshot).items():
            write(f"arrays/{number}", np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes())
        return archive.infolist()


def _cost(parts: Iterable[zipfile.ZipInfo]) -> int:
    """Returns how many bytes of memory reading some parts takes, at most."""
    return sum(part.file_size * (_COST_OF_TEXT if part.filename == _DESCRIPTION else 1) for part in parts)


def _affordable(parts: Iterable[zipfile.ZipInfo]) -> int:
    return max(_FREE_COST, _COST_PER_BYTE * sum(part.compress_size for part in parts))


def _read(archive: zipfile.ZipFile, size: int) -> Snapshot:
    parts = {part.filename: part for part in archive.infolist()}
    _check_sizes(parts.values(), size)
    if _DESCRIPTION not in parts:
        raise TraceFileError("it has no part `trace.json`, so it is no trace.")
    with archive.open(parts[_DESCRIPTION]) as text:
        description = read_description(JsonStream(text.read))
    columns = {name: _read_column(archive, parts, name, *told) for name, told in description.columns.items()}
    inputs = columns.pop("inputs")
    sketches = _read_sketches(archive, parts, description.sketch_forms, len(columns["parent"]))
    add_missing(columns, sketches)
    snapshot = Snapshot(
        columns={name: columns[name] for name in COLUMNS},
        inputs=inputs,
        arrays=_read_arrays(archive, parts, description),
        sketches=sketches,
        **description.rest,
    )
    check_references(snapshot)
    return snapshot


def _check_sizes(parts: Iterable[zipfile.ZipInfo], size: int) -> None:
    """Checks what the directory of an archive says, before anything is read.

    Raises:
        TraceFileError: If the parts are none of ours, or would become large.
    """
    for part in parts:
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or part.flag_bits & _ENCRYPTED:
            raise TraceFileError("it is compressed in a way that traces are not, or encrypted.")
    if sum(part.compress_size for part in parts) > size:
        raise TraceFileError("its parts are larger than itself.")
    if _cost(parts) > _affordable(parts):
        raise TraceFileError("it would become unreasonably large. Nothing was read.")


def _read_column(
    archive: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo], name: str, told_dtype: str, count: int
) -> "np.ndarray":
    dtype = _dtype(name)
    if told_dtype != dtype.str:
        raise TraceFileError(f"its column `{name}` has the dtype {told_dtype!r:.60}, expected {dtype.str!r}.")
    numbers = _numbers(archive, parts, f"columns/{name}", dtype, count)
    if dtype.kind == "b" and (numbers.view(np.uint8) > 1).any():
        raise TraceFileError(f"its column `{name}` is neither true nor false.")
    return numbers.astype(dtype.newbyteorder("="), copy=False)


def _dtype(column: str) -> "np.dtype[np.generic]":
    """Returns how a column is written."""
    return np.dtype(COLUMNS[column].dtype if column in COLUMNS else INPUTS_DTYPE).newbyteorder("<")


def _read_arrays(
    archive: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo], description: Description
) -> "dict[int, np.ndarray]":
    return {
        number: _numbers(archive, parts, f"arrays/{number}", dtype, math.prod(shape)).reshape(shape)
        for number, (dtype, shape) in description.arrays.items()
    }


def _read_sketches(
    archive: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo], told: list[tuple[SketchForm, int]], num_spans: int
) -> Sketches:
    """Reads the sketches, whose forms are told in the description."""
    forms, counts = [form for form, _ in told], np.array([count for _, count in told], np.int64)
    num_rows = int(counts.sum())
    num_values = parts["sketches/values"].file_size // 4 if "sketches/values" in parts else 0
    sizes = {
        "values": num_values,
        "which": num_values,
        "totals": num_rows * NUM_TOTALS,
        "first": sum(len(form.shown) * count for form, count in told),
        "details": sum(form.num_details * count for form, count in told),
    }
    columns = {
        name: _numbers(archive, parts, f"sketches/{name}", np.dtype(SKETCH_COLUMNS[name]).newbyteorder("<"), size)
        for name, size in sizes.items()
    }
    values, which = columns["values"], columns["which"]
    if (np.diff(values) <= 0).any() or ((values < 0) | (values >= num_spans)).any():
        raise TraceFileError("its sketches are those of values that are not there.")
    if ((which < 0) | (which >= num_rows)).any():
        raise TraceFileError("its values have sketches that are not there.")
    sketches = Sketches(forms=forms, counts=counts, **columns)
    if not sketches.has_whole_counts():
        raise TraceFileError("its sketches count something that is no number.")
    return sketches


def _numbers(
    archive: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo], name: str, dtype: "np.dtype[np.generic]", count: int
) -> "np.ndarray":
    if name not in parts:
        raise TraceFileError(f"it has no part `{name}`.")
    size = parts[name].file_size
    if size != count * dtype.itemsize:
        raise TraceFileError(f"its part `{name}` has {size} bytes, expected {count} × {dtype.itemsize}.")
    with archive.open(parts[name]) as part:
        # Told how much there is, zlib does not make more, whatever is in the part.
        return np.frombuffer(part.read(size), dtype, count)
