"""SQLite files of federated EMNIST, those since 2021.

The table `examples` has a row per example: `split_name`, `client_id`, `serialized_example_proto`,
which is a `tf.train.Example` with the features `label` and `pixels`. The table `client_metadata`
has a row per split and client: `split_name`, `client_id`, `num_examples`.
"""

import collections
import pathlib
import sqlite3
import urllib.parse
from contextlib import closing
from typing import Any

import numpy as np
import tensorflow as tf
from google.protobuf.message import DecodeError

from tffsim.simulation.examples import Examples

_SIGNATURE = b"SQLite format 3\0"
_COLUMNS = {
    "examples": {"split_name", "client_id", "serialized_example_proto"},
    "client_metadata": {"split_name", "client_id", "num_examples"},
}
_SHAPE = (28, 28)


def is_sqlite(path: pathlib.Path) -> bool:
    """Whether a file says that it is one."""
    with path.open("rb") as file:
        return file.read(len(_SIGNATURE)) == _SIGNATURE


class SqliteExamples:
    """The examples in one split of a SQLite file.

    It is opened for each question, so that any thread and any process may ask.

    Args:
        path: The file.
        split: Which split; None if there is one only.

    Raises:
        ValueError: If it cannot be read, has other tables, or has no such split.
    """

    def __init__(self, path: pathlib.Path, split: str | None) -> None:
        self._path = path
        self._is_closed = False
        self._check_tables()
        self._split = self._only_split() if split is None else split
        question = "SELECT DISTINCT client_id, num_examples FROM client_metadata WHERE split_name IS ?"
        self._sizes = dict(sorted((str(client), int(size)) for client, size in self._ask(question, self._split)))
        if split is not None and not self._sizes:
            raise ValueError(f"'{path}' has no split {split!r}. {self._splits_told()}")

    @property
    def client_ids(self) -> tuple[str, ...]:
        """The ids of all clients, sorted."""
        return tuple(self._sizes)

    def read(self, client_id: str) -> Examples:
        """Returns the examples of a client."""
        question = (
            "SELECT serialized_example_proto FROM examples WHERE client_id = ? AND split_name IS ? ORDER BY rowid"
        )
        protos = [proto for (proto,) in self._ask(question, client_id, self._split)]
        try:
            parsed = [_parsed(proto) for proto in protos]
        except (DecodeError, TypeError, ValueError) as error:
            raise ValueError(
                f"Client {client_id!r} in '{self._path}' has an example that is not a `label` with {_SHAPE} `pixels`."
            ) from error
        return collections.OrderedDict(
            label=np.array([label for label, _ in parsed], np.int32),
            pixels=np.array([pixels for _, pixels in parsed], np.float32).reshape(-1, *_SHAPE),
        )

    def count(self, client_id: str) -> int:
        """Returns how many examples a client has, as the file says."""
        return self._sizes[client_id]

    def close(self) -> None:
        """Nothing more is read."""
        self._is_closed = True

    def _check_tables(self) -> None:
        for table, columns in _COLUMNS.items():
            found = {row[1] for row in self._ask(f"PRAGMA table_info({table})")}
            if columns - found:
                columns_told = ", ".join(f"`{name}`" for name in sorted(columns - found))
                lack = f"its table `{table}` lacks {columns_told}" if found else f"it has no table `{table}`"
                raise ValueError(f"'{self._path}' is a SQLite file, but not one of federated examples: {lack}.")

    def _only_split(self) -> object:
        splits = self._splits()
        if len(splits) > 1:
            raise ValueError(f"'{self._path}' has several splits: choose one with `split=`. {self._splits_told()}")
        return splits[0] if splits else None

    def _splits(self) -> list[object]:
        return [split for (split,) in self._ask("SELECT DISTINCT split_name FROM client_metadata ORDER BY split_name")]

    def _splits_told(self) -> str:
        return f"Splits: {', '.join(map(repr, self._splits())) or 'none'}."

    def _ask(self, question: str, *values: object) -> list[Any]:
        if self._is_closed:
            raise ValueError(f"'{self._path}' was closed.")
        uri = f"file:{urllib.parse.quote(str(self._path.absolute().as_posix()))}?mode=ro"
        try:
            with closing(sqlite3.connect(uri, uri=True)) as connection:
                return connection.execute(question, values).fetchall()
        except sqlite3.Error as error:
            raise ValueError(f"The SQLite file '{self._path}' cannot be read: {error}. Copy it again.") from error


def _parsed(serialized: bytes) -> tuple[int, np.ndarray]:
    features = tf.train.Example.FromString(serialized).features.feature
    (label,) = features["label"].int64_list.value
    return label, np.array(features["pixels"].float_list.value, np.float32).reshape(_SHAPE)
