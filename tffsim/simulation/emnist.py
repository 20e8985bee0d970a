"""Federated EMNIST, read from the files of TensorFlow Federated.

The handwritten characters of about 3400 writers, a client each (Caldas et al., "LEAF: A
Benchmark for Federated Settings", 2018). tffsim downloads nothing: give it the file.
Since 2021 that is `emnist_all.sqlite`, which comes packed as `emnist_all.sqlite.lzma` and holds
four splits; before, it was an HDF5 file for each split, such as `fed_emnist_digitsonly_train.h5`.
"""

import os
import pathlib
from typing import Protocol

from tffsim.simulation.client_data import ClientData
from tffsim.simulation.emnist_hdf5 import Hdf5Examples, is_hdf5
from tffsim.simulation.emnist_sqlite import SqliteExamples, is_sqlite
from tffsim.simulation.examples import Examples, unknown_client
from tffsim.simulation.packed_files import is_packed, unpack

__all__ = ["EmnistClientData", "unpack"]


class _Examples(Protocol):
    """What is read of a file: only the examples of a client that is asked for."""

    @property
    def client_ids(self) -> tuple[str, ...]: ...

    def read(self, client_id: str) -> Examples: ...

    def count(self, client_id: str) -> int: ...

    def close(self) -> None: ...


class EmnistClientData(ClientData):
    """A federated EMNIST file. Only the examples of a client that is asked for are read.

    Each example has a `label` (int32) and `pixels` (float32, shape [28, 28], 1 is white paper).
    """

    def __init__(self, path: str | os.PathLike[str], split: str | None = None) -> None:
        """Opens a file.

        Args:
            path: A `.sqlite` or `.h5` file, unpacked.
            split: Which split of a SQLite file, such as `digits_only_train`, `digits_only_test`,
                `all_train` or `all_test`; not needed if there is one only.

        Raises:
            FileNotFoundError: If there is no such file.
            ValueError: If it is no file of federated EMNIST, or has no such split.
        """
        self._path = pathlib.Path(path)
        self._examples = _open(self._path, split)
        self._known = dict.fromkeys(self._examples.client_ids)

    @property
    def client_ids(self) -> list[str]:
        """The ids of all writers, sorted."""
        return list(self._known)

    def examples(self, client_id: str) -> Examples:
        """Reads the examples of a client."""
        return self._examples.read(self._checked(client_id))

    def num_examples(self, client_id: str) -> int:
        """Returns how many examples a client has, without reading them."""
        return self._examples.count(self._checked(client_id))

    def close(self) -> None:
        """Closes the file. The datasets of clients that were chosen before go on working."""
        self._examples.close()

    def _checked(self, client_id: str) -> str:
        if client_id not in self._known:
            raise unknown_client(client_id, self.client_ids)
        return client_id


def _open(path: pathlib.Path, split: str | None) -> _Examples:
    if not path.is_file():
        raise FileNotFoundError(
            f"No EMNIST file at '{path}'. Give the path of a file of TensorFlow Federated's EMNIST: "
            "'emnist_all.sqlite', or an older one such as 'fed_emnist_digitsonly_train.h5'."
        )
    if is_sqlite(path):
        return SqliteExamples(path, split)
    if is_hdf5(path):
        return Hdf5Examples(path, split)
    if is_packed(path):
        raise ValueError(
            f"'{path}' is a packed file, not an HDF5 file or a SQLite file: unpack it first, with "
            "`tffsim.simulation.emnist.unpack(path)`. '.sqlite.lzma' is the format since 2021, '.h5.bz2' that before."
        )
    raise ValueError(
        f"'{path}' is neither a SQLite file, the format of federated EMNIST since 2021, nor an HDF5 file, that before."
    )
