"""HDF5 files of federated EMNIST, those until 2021.

A file is one split. Its layout is

    examples/<client id>/label    int32   [num_examples]
    examples/<client id>/pixels   float32 [num_examples, 28, 28]
"""

import collections
import functools
import pathlib
from typing import Any

import numpy as np

from tffsim.simulation.examples import Examples

_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_FEATURES = {"label": np.int32, "pixels": np.float32}


def is_hdf5(path: pathlib.Path) -> bool:
    """Whether a file says that it is one."""
    with path.open("rb") as file:
        return file.read(len(_SIGNATURE)) == _SIGNATURE


class Hdf5Examples:
    """The examples in an HDF5 file.

    Args:
        path: The file.
        split: Must be None.

    Raises:
        ImportError: If h5py is not installed.
        ValueError: If it cannot be read, or has another layout.
    """

    def __init__(self, path: pathlib.Path, split: str | None) -> None:
        if split is not None:
            raise ValueError(f"'{path}' is an HDF5 file, which is one split: leave `split={split!r}` out.")
        self._path = path
        self._file = _opened(path)
        if "examples" not in self._file:
            self._file.close()
            raise ValueError(f"'{path}' has no group 'examples': it is not a file of federated examples.")

    @functools.cached_property
    def client_ids(self) -> tuple[str, ...]:
        """The ids of all clients, sorted."""
        return tuple(sorted(self._file["examples"]))

    def read(self, client_id: str) -> Examples:
        """Returns the examples of a client."""
        group = self._group(client_id)
        return collections.OrderedDict((name, np.asarray(group[name], dtype)) for name, dtype in _FEATURES.items())

    def count(self, client_id: str) -> int:
        """Returns how many examples a client has, without reading them."""
        return int(self._group(client_id)["label"].shape[0])

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def _group(self, client_id: str) -> Any:
        group = self._file["examples"][client_id]
        missing = [name for name in _FEATURES if name not in group]
        if missing:
            raise ValueError(f"Client {client_id!r} in '{self._path}' has no {' and no '.join(map(repr, missing))}.")
        return group


def _opened(path: pathlib.Path) -> Any:
    try:
        import h5py
    except ImportError as error:
        raise ImportError(f"'{path}' is an HDF5 file, and h5py, which reads it, is not installed.") from error
    try:
        return h5py.File(path, "r")
    except OSError as error:
        raise ValueError(f"'{path}' is a damaged HDF5 file: {error}. Copy it again.") from error
