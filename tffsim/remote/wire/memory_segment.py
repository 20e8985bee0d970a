"""Memory that two processes of this machine share, where the system has such a thing.

It has a name only until both have it. From then on the system frees it when the last of them lets it go, however that
ends. The resource tracker of `multiprocessing` removes the name if who has made it is killed before. It hears
nothing of who opens it: a tracker there would take the name for one of its own, warn of it, and remove it.

Its first byte says whether it is lent: who has made it lends it, and the other gives it back when the last array in it
is gone. The buffers follow, each of which begins where TensorFlow wants tensors to begin.
"""

import contextlib
import mmap
import os
import re
import secrets
import weakref
from collections.abc import Callable, Iterable, Iterator
from multiprocessing import resource_tracker

import numpy as np

from tffsim.remote.wire.malformed import MalformedError
from tffsim.remote.wire.tensors import ALIGNMENT, MIN_BUFFER_BYTES, aligned_buffer

try:
    import _posixshmem
except ImportError:  # Windows.
    _posixshmem = None  # type: ignore[assignment]

_NAME = re.compile(r"/tffsim-[0-9a-f]{16}")
_HEADER_BYTES = ALIGNMENT


class MemorySegment:
    """A piece of shared memory.

    Args:
        name: What the system calls it.
        file: The number of its file, which is not needed any more afterwards.
        num_bytes: How much room there is for buffers.

    Attributes:
        name: What the system calls it, until `unlink`.
        num_bytes: How much room there is for buffers.
    """

    def __init__(self, name: str, file: int, num_bytes: int) -> None:
        self.name = name
        self.num_bytes = num_bytes
        self._has_name = False
        # It is let go when the last view of it is gone, and not before: nobody has to close it.
        self._map = mmap.mmap(file, _HEADER_BYTES + num_bytes)

    @classmethod
    def create(cls, num_bytes: int) -> "MemorySegment":
        """Makes one.

        Args:
            num_bytes: How much room there is for buffers.

        Raises:
            OSError: If the system has none, or not that much.
        """
        if _posixshmem is None:
            raise OSError("This system has no shared memory that processes open by its name.")
        name = f"/tffsim-{secrets.token_hex(8)}"
        file = _posixshmem.shm_open(name, os.O_CREAT | os.O_EXCL | os.O_RDWR, mode=0o600)
        try:
            resource_tracker.register(name, "shared_memory")
            os.ftruncate(file, _HEADER_BYTES + num_bytes)
            # Without, the first write for which there is no room would end the process: SIGBUS.
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file, 0, _HEADER_BYTES + num_bytes)
            segment = cls(name, file, num_bytes)
            segment._has_name = True
        except BaseException:
            _unlink(name)
            raise
        finally:
            os.close(file)
        return segment

    @classmethod
    def open(cls, name: str, num_bytes: int) -> "MemorySegment":
        """Opens one that another process of this user has made.

        Raises:
            MalformedError: If there is none, or it is another one than is said.
        """
        if _posixshmem is None or not _NAME.fullmatch(name) or num_bytes < 1:
            raise MalformedError("This is no shared memory of tffsim.")
        try:
            file = _posixshmem.shm_open(name, os.O_RDWR)
        except OSError as error:
            raise MalformedError(f"There is no shared memory of this name: {error.strerror}.") from None
        try:
            status = os.fstat(file)
            if status.st_uid != os.geteuid():
                raise MalformedError("This shared memory belongs to another user.")
            # Some systems round it up.
            if status.st_size < _HEADER_BYTES + num_bytes:
                raise MalformedError(f"This shared memory has {status.st_size} bytes, not {num_bytes} and a header.")
            return cls(name, file, num_bytes)
        finally:
            os.close(file)

    def unlink(self) -> None:
        """Removes its name: nobody else can open it any more. Only who has made it does so."""
        if self._has_name:
            self._has_name = False
            _unlink(self.name)

    def __del__(self) -> None:
        self.unlink()

    @property
    def is_lent(self) -> bool:
        """Whether the other process uses what is in it."""
        return bool(self._map[0])

    def lend(self) -> None:
        """Lets the other process use what is in it, for as long as it wants."""
        self._map[0] = 1

    def write(self, arrays: Iterable[np.ndarray]) -> None:
        """Puts the bytes of arrays into it.

        Args:
            arrays: Of the dtype uint8.
        """
        arrays = list(arrays)
        for part, array in zip(self._parts(array.nbytes for array in arrays), arrays, strict=True):
            part[:] = array

    def read(self, sizes: Iterable[int]) -> list[np.ndarray]:
        """Returns copies of what `write` has put there.

        They begin where TensorFlow wants tensors to begin: one that is made of such an array has its memory. Nobody may
        write into the array then.

        Args:
            sizes: The size of each array.
        """
        copies = []
        for part in self._parts(sizes):
            copies.append(aligned_buffer(part.nbytes))
            copies[-1][:] = part
        return copies

    def borrow(self, sizes: Iterable[int]) -> list[np.ndarray]:
        """Returns what `write` has put there, where it is. It is given back with the last of the arrays.

        Args:
            sizes: The size of each array.
        """
        parts = list(self._parts(sizes, self._give_back))
        for part in parts:
            part.flags.writeable = False
        return parts

    def _give_back(self) -> None:
        self._map[0] = 0

    def _parts(self, sizes: Iterable[int], end: Callable[[], None] | None = None) -> Iterator[np.ndarray]:
        # What is cut from an array whose memory is not its own keeps that array alive, and not only the memory.
        whole, start = np.frombuffer(self._map, np.uint8), _HEADER_BYTES
        if end is not None:
            weakref.finalize(whole, end).atexit = False
        for size in sizes:
            yield whole[start : start + size]
            start += -(-size // ALIGNMENT) * ALIGNMENT


def room_of(sizes: Iterable[int]) -> int:
    """Returns how much room buffers need."""
    return sum(-(-size // ALIGNMENT) * ALIGNMENT for size in sizes)


def room_at_most(num_bytes: int) -> int:
    """Returns how much room buffers need at most that have so many bytes all in all."""
    return num_bytes + num_bytes // MIN_BUFFER_BYTES * ALIGNMENT


def _unlink(name: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        _posixshmem.shm_unlink(name)
    resource_tracker.unregister(name, "shared_memory")
