"""Memory of large results that came from elsewhere: whoever has called the computation gets it, and not a copy.

What arrives in an invocation is known here, by address, and nothing is kept alive: tensors do that which have the
memory of what arrived. When the invocation is over, nobody else reads such a tensor, unless a function got it: a data
set, or Python code, may have kept it. So what a function gets is known no more.
"""

import contextlib
import contextvars
import weakref
from collections.abc import Iterable, Iterator

import numpy as np

_MIN_BYTES = 1_048_576


class ArrivedMemory:
    """The large arrays that arrived in one invocation."""

    def __init__(self) -> None:
        self._owners: list[weakref.ref[np.ndarray]] = []

    def add(self, arrays: Iterable[np.ndarray]) -> None:
        """Notes arrays that nobody else has, as far as their memory is one that NumPy can give away."""
        for array in arrays:
            owner = array if array.base is None else array.base
            if array.nbytes >= _MIN_BYTES and type(owner) is np.ndarray and owner.flags.owndata:
                self._owners.append(weakref.ref(owner))

    def take(self, tensor: object) -> np.ndarray | None:
        """Returns an array, to be written to, that has the memory of a tensor.

        Args:
            tensor: An eager tensor that nobody reads any more.

        Returns:
            None if its memory did not arrive, is small, or was taken before.
        """
        found = self._take_out(tensor) if self._owners else None
        if found is None:
            return None
        owner, start, seen = found
        # Not if the array that arrived owns its memory itself: it was for readers only until now.
        owner.flags.writeable = True
        return owner.view(np.uint8)[start : start + seen.nbytes].view(seen.dtype).reshape(seen.shape)

    def forget(self, value: object) -> None:
        """Knows no more of the tensors in nested tuples, since somebody may keep them."""
        if not self._owners:
            return
        if isinstance(value, tuple):
            for element in value:
                self.forget(element)
        else:
            self._take_out(value)

    def _take_out(self, tensor: object) -> tuple[np.ndarray, int, np.ndarray] | None:
        """Takes out what has the memory of a tensor: the array that owns it, where it begins there, and all it has."""
        try:
            seen = np.asarray(memoryview(tensor))  # type: ignore[arg-type]
        except (TypeError, ValueError, BufferError, RuntimeError):
            return None
        for number, reference in enumerate(self._owners):
            owner = reference()
            start = seen.ctypes.data - owner.ctypes.data if owner is not None else -1
            if owner is not None and 0 <= start <= owner.nbytes - seen.nbytes < _MIN_BYTES <= seen.nbytes:
                del self._owners[number]
                return owner, start, seen
        return None


_memory: contextvars.ContextVar[ArrivedMemory | None] = contextvars.ContextVar("tffsim_arrived_memory", default=None)


@contextlib.contextmanager
def noting_arrivals() -> Iterator[ArrivedMemory]:
    """In the block, an invocation runs whose results nobody else reads: none is cached, and no trace looks at it."""
    memory = ArrivedMemory()
    token = _memory.set(memory)
    try:
        yield memory
    finally:
        _memory.reset(token)


def note_arrival(arrays: Iterable[np.ndarray]) -> None:
    """Notes arrays that arrived in the invocation that is under way here, and that nobody else has."""
    memory = _memory.get()
    if memory is not None:
        memory.add(arrays)


def note_reader(value: object) -> None:
    """Notes that a function gets tensors, in nested tuples, which it may keep."""
    memory = _memory.get()
    if memory is not None:
        memory.forget(value)
