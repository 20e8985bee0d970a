"""Memory that two processes of this machine share, where the system has such a thing.

It has a name only until both have it. From then on the system frees it when the last of them lets it go, however that
ends. The resource tracker of `multiprocessing` removes the name if who has made it is killed before. It hears
nothing of who opens it: a tracker there would take the name for one of its own, warn of it, and remove it.
"""

import contextlib
import mmap
import os
import re
import secrets
from collections.abc import Iterable
from multiprocessing import resource_tracker

import numpy as np

from tffsim.remote.wire.malformed import MalformedError
from tffsim.remote.wire.tensors import aligned_buffer

try:
    import _posixshmem
except ImportError:  # Windows.
    _posixshmem = None  # type: ignore[assignment]

_NAME = re.compile(r"/tffsim-[0-9a-f]{16}")


class MemorySegment:
    """A piece of shared memory.

    Args:
        name: What the system calls it.
        file: The number of its file, which is not needed any more afterwards.
        num_bytes: How much of it is used.
        is_written: Whether this process may write into it.

    Attributes:
        name: What the system calls it, until `unlink`.
        num_bytes: How large it is.
    """

    def __init__(self, name: str, file: int, num_bytes: int, *, is_written: bool) -> None:
        self.name = name
        self.num_bytes = num_bytes
        self._has_name = False
        # It is let go when the last view of it is gone, and not before: nobody has to close it.
        self._map = mmap.mmap(file, num_bytes, access=mmap.ACCESS_WRITE if is_written else mmap.ACCESS_READ)

    @classmethod
    def create(cls, num_bytes: int) -> "MemorySegment":
        """Makes one.

        Raises:
            OSError: If the system has none, or not that much.
        """
        if _posixshmem is None:
            raise OSError("This system has no shared memory that processes open by its name.")
        name = f"/tffsim-{secrets.token_hex(8)}"
        file = _posixshmem.shm_open(name, os.O_CREAT | os.O_EXCL | os.O_RDWR, mode=0o600)
        try:
            resource_tracker.register(name, "shared_memory")
            os.ftruncate(file, num_bytes)
            # Without, the first write for which there is no room would end the process: SIGBUS.
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file, 0, num_bytes)
            segment = cls(name, file, num_bytes, is_written=True)
            segment._has_name = True
        except BaseException:
            _unlink(name)
            raise
        finally:
            os.close(file)
        return segment

    @classmethod
    def open(cls, name: str, num_bytes: int, *, is_written: bool) -> "MemorySegment":
        """Opens one that another process of this user has made.

        Raises:
            MalformedError: If there is none, or it is another one than is said.
        """
        if _posixshmem is None or not _NAME.fullmatch(name) or num_bytes < 1:
            raise MalformedError("This is no shared memory of tffsim.")
        try:
            file = _posixshmem.shm_open(name, os.O_RDWR if is_written else os.O_RDONLY)
        except OSError as error:
            raise MalformedError(f"There is no shared memory of this name: {error.strerror}.") from None
        try:
            status = os.fstat(file)
            if status.st_uid != os.geteuid():
                raise MalformedError("This shared memory belongs to another user.")
            # Some systems round it up.
            if status.st_size < num_bytes:
                raise MalformedError(f"This shared memory has {status.st_size} bytes, not {num_bytes}.")
            return cls(name, file, num_bytes, is_written=is_written)
        finally:
            os.close(file)

    def unlink(self) -> None:
        """Removes its name: nobody else can open it any more. Only who has made it does so."""
        if self._has_name:
            self._has_name = False
            _unlink(self.name)

    def __del__(self) -> None:
        self.unlink()

    def write(self, arrays: Iterable[np.ndarray]) -> None:
        """Puts the bytes of arrays into it, end to end, from its beginning.

        Args:
            arrays: Of the dtype uint8.
        """
        content, start = np.frombuffer(self._map, np.uint8), 0
        for array in arrays:
            content[start : start + array.nbytes] = array
            start += array.nbytes

    def read(self, sizes: Iterable[int], *, is_aligned: bool = False) -> list[np.ndarray]:
        """Returns copies of what `write` has put there.

        Args:
            sizes: The size of each array.
            is_aligned: Whether the copies begin where TensorFlow wants tensors to begin: one that is made of such an
                array has its memory. Nobody may write into the array then.
        """
        content, start = np.frombuffer(self._map, np.uint8), 0
        arrays = []
        for size in sizes:
            array = aligned_buffer(size) if is_aligned else np.empty(size, np.uint8)
            array[:] = content[start : start + size]
            arrays.append(array)
            start += size
        return arrays


def _unlink(name: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        _posixshmem.shm_unlink(name)
    resource_tracker.unregister(name, "shared_memory")
