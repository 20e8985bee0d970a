"""What was used most recently, bounded by number and by bytes."""

import collections
from typing import Generic, TypeVar

_K = TypeVar("_K")
_V = TypeVar("_V")

_MAX_BYTES = 128 << 20


class RecentlyUsed(Generic[_K, _V]):
    """Keeps the values that were used most recently. Not thread-safe.

    Computations may hold large constants, such as the weights of a model: of these fewer are kept.

    Args:
        max_size: How many values are kept.
        max_bytes: How many bytes they may have together.
        always_kept: How many are kept all the same, however large they are.
    """

    def __init__(self, max_size: int, max_bytes: int = _MAX_BYTES, always_kept: int = 8) -> None:
        self._max_size = max_size
        self._max_bytes = max_bytes
        self._always_kept = always_kept
        self._num_bytes = 0
        self._entries: collections.OrderedDict[_K, tuple[_V, int]] = collections.OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: _K) -> bool:
        return key in self._entries

    def get(self, key: _K) -> _V | None:
        """Returns the value of a key, which is used by this; None if there is none."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._entries.move_to_end(key)
        return entry[0]

    def put(self, key: _K, value: _V, num_bytes: int = 0) -> None:
        """Keeps a value, in place of one that the key had, and forgets what was used long ago.

        Args:
            key: Its key.
            value: The value.
            num_bytes: How large it is.
        """
        if key in self._entries:
            self._forget(key)
        self._entries[key] = value, num_bytes
        self._num_bytes += num_bytes
        while len(self._entries) > self._max_size or (
            self._num_bytes > self._max_bytes and len(self._entries) > self._always_kept
        ):
            self._forget(next(iter(self._entries)))

    def _forget(self, key: _K) -> None:
        self._num_bytes -= self._entries.pop(key)[1]
