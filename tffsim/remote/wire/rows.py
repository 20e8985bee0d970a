"""Many small things of one kind, such as members of clients or elements of a data set: tensor by tensor, stacked.

Each thing is a *row* of arrays. Rows that follow each other and have the same shapes are one run: a message per array
would take longer than most clients.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, TypeAlias

import federated_language as fl
import numpy as np

from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.malformed import MalformedError
from tffsim.remote.wire.tensors import Buffers, decode_array, encode_array, fits

Row: TypeAlias = tuple[np.ndarray, ...]


class RunList(Protocol):
    """Messages that belong to another one."""

    def add(self) -> messages.Run: ...

    def __iter__(self) -> Iterator[messages.Run]: ...


MAX_EMPTY_ROWS = 1 << 24
"""Rows without arrays need no bytes, so that a short message could announce any number."""


def row_size(row: Row) -> int:
    """Returns how many bytes the arrays of a row take; those of strings are guessed."""
    return sum(array.nbytes for array in row)


def encode_rows(rows: Sequence[Row], runs: RunList, buffers: Buffers) -> None:
    """Writes rows into messages.

    Args:
        rows: All of the same number of arrays.
        runs: Where the messages go.
        buffers: Takes the bytes of large ones.
    """
    for _, group in itertools.groupby(rows, key=lambda row: [array.shape for array in row]):
        alike = list(group)
        encode_columns(map(np.stack, zip(*alike, strict=True)), len(alike), runs, buffers)


def encode_columns(columns: Iterable[np.ndarray], length: int, runs: RunList, buffers: Buffers) -> None:
    """Writes rows of equal shapes, which are stacked already, into a message.

    Args:
        columns: One array for each array of a row.
        length: How many rows there are.
        runs: Where the message goes.
        buffers: Takes the bytes of large ones.
    """
    run = runs.add()
    run.length = length
    for column in columns:
        encode_array(column, run.columns.add(), buffers)


def decode_columns(
    run: messages.Run, types: Sequence[fl.TensorType], buffers: Iterator[np.ndarray]
) -> list[np.ndarray]:
    """Returns the stacked arrays of a run, one per type.

    Raises:
        MalformedError: If they do not fit the types, or each other.
    """
    columns = [decode_array(column, buffers) for column in run.columns]
    if len(columns) != len(types) or any(column.shape[:1] != (run.length,) for column in columns):
        raise MalformedError(f"{len(columns)} columns are no {run.length} rows of {len(types)} tensors.")
    if not columns and not 0 <= run.length <= MAX_EMPTY_ROWS:
        raise MalformedError(f"There are no {run.length} empty rows.")
    for column, type_spec in zip(columns, types, strict=True):
        shape = None if type_spec.shape is None else (None, *type_spec.shape)
        if not fits(column, fl.TensorType(type_spec.dtype, shape)):
            raise MalformedError(f"Arrays of {column.dtype}{list(column.shape[1:])} are no values of type {type_spec}.")
    return columns


def decode_rows(
    runs: RunList, types: Sequence[fl.TensorType], buffers: Iterator[np.ndarray]
) -> Iterator[tuple[object, ...]]:
    """Yields the rows in messages.

    Raises:
        MalformedError: If they do not fit the types, or each other.
    """
    for run in runs:
        columns = decode_columns(run, types, buffers)
        yield from zip(*columns, strict=True) if columns else [()] * run.length
