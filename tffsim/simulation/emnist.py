"""Federated EMNIST, read from the HDF5 files of TensorFlow Federated.

The handwritten characters of about 3400 writers, a client each (Caldas et al., "LEAF: A
Benchmark for Federated Settings", 2018). tffsim downloads nothing: give it the file,
such as `fed_emnist_digitsonly_train.h5`. Its layout is

    examples/<client id>/label    int32   [num_examples]
    examples/<client id>/pixels   float32 [num_examples, 28, 28], 1 is white paper
"""

import collections
import functools
import os
import pathlib
from collections.abc import Sequence

import h5py
import numpy as np

from tffsim.simulation.client_data import ClientData, Examples, unknown_client

_FEATURES = {"label": np.int32, "pixels": np.float32}


class EmnistClientData(ClientData):
    """A federated EMNIST file. Only the examples of a client that is asked for are read."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Opens a file.

        Args:
            path: A `.h5` file, such as `fed_emnist_digitsonly_train.h5`.

        Raises:
            FileNotFoundError: If there is no such file.
            ValueError: If it is not an HDF5 file of this layout.
        """
        self._path = pathlib.Path(path)
        if not self._path.is_file():
            raise FileNotFoundError(
                f"No EMNIST file at '{self._path}'. Give the path of an unpacked HDF5 file of "
                "TensorFlow Federated's EMNIST, such as 'fed_emnist_digitsonly_train.h5'."
            )
        try:
            self._file = h5py.File(self._path, "r")
        except OSError as error:
            raise ValueError(
                f"'{self._path}' is not an HDF5 file. If its name ends in '.bz2', unpack it first (`bunzip2`)."
            ) from error
        if "examples" not in self._file:
            self._file.close()
            raise ValueError(f"'{self._path}' has no group 'examples': it is not a file of federated examples.")

    @functools.cached_property
    def client_ids(self) -> Sequence[str]:
        """The ids of all writers, sorted."""
        return tuple(sorted(self._file["examples"]))

    def examples(self, client_id: str) -> Examples:
        """Reads the examples of a client."""
        group = self._group(client_id)
        return collections.OrderedDict((name, np.asarray(group[name], dtype)) for name, dtype in _FEATURES.items())

    def num_examples(self, client_id: str) -> int:
        """Returns how many examples a client has, without reading them."""
        return int(self._group(client_id)["label"].shape[0])

    def close(self) -> None:
        """Closes the file. The datasets of clients that were chosen before go on working."""
        self._file.close()

    def _group(self, client_id: str) -> h5py.Group:
        if client_id not in self.client_ids:
            raise unknown_client(client_id, self.client_ids)
        group = self._file["examples"][client_id]
        missing = [name for name in _FEATURES if name not in group]
        if missing:
            raise ValueError(f"Client {client_id!r} in '{self._path}' has no {' and no '.join(map(repr, missing))}.")
        return group
