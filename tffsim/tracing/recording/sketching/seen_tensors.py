"""The arrays that values consist of, and the tensors that were seen a moment ago, recognised when they come again."""

import itertools
import weakref

import numpy as np

_MAX_SEEN = 256


class Leaf:
    """What is known of an array without a look at its numbers.

    Attributes:
        dtype: Its dtype.
        shape: Its shape.
        mark: A number that stands for both.
    """

    __slots__ = ("dtype", "mark", "shape")

    def __init__(self, dtype: "np.dtype[np.generic]", shape: tuple[int, ...], mark: int) -> None:
        self.dtype = dtype
        self.shape = shape
        self.mark = mark


class SeenTensor(Leaf):
    """A tensor that was seen; it is not kept alive.

    Attributes:
        reference: The tensor.
        token: Its number; no other tensor has it.
        copies: Where its numbers are in the batch under way, by what was copied of it.
        batch: The batch of which `copies` tells.
    """

    __slots__ = ("batch", "copies", "reference", "token")

    def __init__(self, leaf: Leaf, reference: "weakref.ref[object]", token: int) -> None:
        super().__init__(leaf.dtype, leaf.shape, leaf.mark)
        self.reference = reference
        self.token = token
        self.copies: dict[int, int] = {}
        self.batch = -1


class SeenTensors:
    """Remembers tensors, whose numbers nobody can change, and keeps none of them alive."""

    def __init__(self) -> None:
        self._seen: dict[int, SeenTensor] = {}
        self._leaves: dict[tuple[np.dtype[np.generic], tuple[int, ...]], Leaf] = {}
        self._tokens = itertools.count()

    @property
    def is_full(self) -> bool:
        """Whether it is time to forget."""
        return len(self._seen) >= _MAX_SEEN

    def find(self, value: object) -> SeenTensor | None:
        """Returns what is known of this very object; None if it is unknown, or long ago."""
        seen = self._seen.get(id(value))
        # Another object may have got the place of one that is gone.
        return seen if seen is not None and seen.reference() is value else None

    def add(self, tensor: object, array: "np.ndarray") -> SeenTensor:
        """Remembers a tensor, whose numbers are those of an array."""
        seen = SeenTensor(self.leaf(array.dtype, array.shape), weakref.ref(tensor), next(self._tokens))
        self._seen[id(tensor)] = seen
        return seen

    def leaf(self, dtype: "np.dtype[np.generic]", shape: tuple[int, ...]) -> Leaf:
        """Returns what all arrays of a dtype and a shape have in common."""
        leaf = self._leaves.get((dtype, shape))
        if leaf is None:
            leaf = self._leaves[dtype, shape] = Leaf(dtype, shape, len(self._leaves))
        return leaf

    def clear(self) -> None:
        """Forgets all tensors."""
        self._seen.clear()
