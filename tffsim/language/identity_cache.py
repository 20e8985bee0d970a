"""A bounded memo for functions of large immutable objects.

Hashing a computation means hashing its whole graph. Here the key is the object's
identity, and the memo keeps the object alive so that the identity stays its own.
"""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from federated_language.proto import computation_pb2 as pb

from tffsim.language.recently_used import RecentlyUsed

_K = TypeVar("_K")
_V = TypeVar("_V")


class IdentityCache(Generic[_K, _V]):
    """Remembers `function(key)` for the most recently used keys. Thread-safe.

    Args:
        function: Pure function of an object that never changes.
        max_size: How many results are kept; fewer of large computations: see `RecentlyUsed`.
    """

    def __init__(self, function: Callable[[_K], _V], max_size: int = 1024) -> None:
        self._function = function
        self._entries: RecentlyUsed[int, tuple[_K, _V]] = RecentlyUsed(max_size)
        self._lock = threading.Lock()

    def __call__(self, key: _K) -> _V:
        """Returns `function(key)`, from memory if `key` itself was seen before."""
        with self._lock:
            entry = self._entries.get(id(key))
        if entry is not None:
            return entry[1]
        value = self._function(key)
        self._keep(key, value)
        return value

    def remember(self, key: _K, value: _V) -> None:
        """Lets `value` be the result for `key`, unless another one is known."""
        if id(key) not in self._entries:
            self._keep(key, value)

    def _keep(self, key: _K, value: _V) -> None:
        size = size_of_computation(key) if isinstance(key, pb.Computation) else 0
        with self._lock:
            self._entries.put(id(key), (key, value), size)


def size_of_computation(proto: pb.Computation) -> int:
    """Returns the bytes of a computation, about."""
    if proto.WhichOneof("computation") == "tensorflow":
        return len(proto.tensorflow.graph_def.value)
    return int(proto.ByteSize())
