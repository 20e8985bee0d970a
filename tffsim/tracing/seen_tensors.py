"""The tensors that were seen a moment ago, recognised when they come again."""

import dataclasses
import itertools
import weakref
from typing import Any

import numpy as np

_MAX_SEEN = 256


@dataclasses.dataclass(slots=True)
class SeenTensor:
    """A tensor that was seen; it is not kept alive.

    Attributes:
        reference: The tensor.
        token: Its number; no other tensor has it.
        dtype: Its dtype.
        shape: Its shape.
        copies: Where its numbers are in the batch under way.
        batch: The batch of which `copies` tells.
    """

    reference: "weakref.ref[Any]"
    token: int
    dtype: "np.dtype[Any]"
    shape: tuple[int, ...]
    copies: dict[tuple[int, int], int]
    batch: int = -1


class SeenTensors:
    """Remembers tensors, whose numbers nobody can change, and keeps none of them alive."""

    def __init__(self) -> None:
        self._seen: dict[int, SeenTensor] = {}
        self._tokens = itertools.count()

    def __len__(self) -> int:
        return len(self._seen)

    @property
    def is_full(self) -> bool:
        """Whether it is time to forget."""
        return len(self._seen) >= _MAX_SEEN

    def find(self, value: Any) -> SeenTensor | None:
        """Returns what is known of this very object; None if it is unknown, or long ago."""
        seen = self._seen.get(id(value))
        # Another object may have got the place of one that is gone.
        return seen if seen is not None and seen.reference() is value else None

    def add(self, tensor: Any, dtype: "np.dtype[Any]", shape: tuple[int, ...]) -> SeenTensor:
        """Remembers a tensor."""
        seen = SeenTensor(weakref.ref(tensor), next(self._tokens), dtype, shape, {})
        self._seen[id(tensor)] = seen
        return seen

    def clear(self) -> None:
        """Forgets all of them."""
        self._seen.clear()
