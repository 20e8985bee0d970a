"""Frees what TensorFlow keeps of functions that are called through an op.

For each function TensorFlow keeps a kernel: the function ready to run. It never lets go
of one by itself, not even when the function is gone. Two kinds must go: kernels of
forgotten functions, which hold memory, and kernels that hold a thread of the operating
system, as an operation that reads a dataset within a branch does. All kernels of one
arity can only be freed together, and only while none is being made; so it is done when
many have gathered, in a moment when no call runs. A function that is still in use gets
a new kernel at its next call.
"""

import collections
import threading
import weakref
from typing import Protocol

from tffsim.external_runtime.tensorflow.eager_execution import kernels_of, remove_functions

MAX_FORGOTTEN = 32
"""How many kernels of forgotten functions are kept."""

MAX_THREADS = 8
"""How many threads are left to kernels; more only if a single function needs them."""

Arity = tuple[int, int]
"""Numbers of inputs and of outputs."""


class KernelOwner(Protocol):
    """A function that is called through an op.

    Attributes:
        arity: Its numbers of inputs and outputs.
        num_threads: How many threads its kernel holds.
        generation: Of the cache, at the owner's last call.
    """

    arity: Arity
    num_threads: int
    generation: int


class KernelCache:
    """The kernels of one op that calls functions. Thread-safe.

    Args:
        operation: The op; nobody else calls it eagerly.
    """

    def __init__(self, operation: str) -> None:
        self._operation = operation
        self._lock = threading.Lock()
        self._running = 0
        self._generation = 1
        self._forgotten: collections.deque[Arity] = collections.deque()
        self._holders: list[Arity] = []
        self._num_threads = 0

    def add(self, owner: KernelOwner) -> None:
        """Takes notice when a function is gone."""
        # A finalizer runs anywhere, also where the lock is held: `append` needs none.
        weakref.finalize(owner, self._forgotten.append, owner.arity).atexit = False

    def enter(self, owner: KernelOwner) -> None:
        """A call begins."""
        with self._lock:
            self._running += 1
            if owner.num_threads and owner.generation != self._generation:
                owner.generation = self._generation
                self._holders.append(owner.arity)
                self._num_threads += owner.num_threads

    def leave(self) -> None:
        """A call has ended; if it was the last one under way, kernels may be freed."""
        with self._lock:
            self._running -= 1
            if self._running:
                return
            if len(self._forgotten) > MAX_FORGOTTEN or self._has_too_many_threads():
                self._free()

    def _has_too_many_threads(self) -> bool:
        # Freeing the kernels of the only holder at each of its calls would help nobody.
        return len(self._holders) > 1 and self._num_threads > MAX_THREADS

    def _free(self) -> None:
        arities = {self._forgotten.popleft() for _ in range(len(self._forgotten))}
        arities.update(self._holders)
        self._holders.clear()
        self._num_threads = 0
        self._generation += 1
        for arity in arities:
            # Threads that made the same kernel at the same time count twice.
            while names := kernels_of(self._operation, *arity):
                remove_functions(names)
