"""Sketches of many small values at once.

Between two operations of TensorFlow everything takes long, so small values wait and are looked at together. Only
values that consist of tensors can wait: nobody can change those. While they wait they are alive, so a tensor is known
by its id.
"""

import contextlib
import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

import federated_language as fl
import numpy as np

from tffsim.tracing.recording.sketching.seen_tensors import SeenTensors
from tffsim.tracing.recording.sketching.sketch_parts import add_tensors, category

if TYPE_CHECKING:
    import tensorflow as tf

_MAX_SIZE = 32_768
_MAX_BYTES = 1_048_576
_MAX_VALUES = 256
_MAX_KEPT = 262_144
_REAL = ("b", "i", "f")
NO_NUMBERS = 0


class WaitingValues:
    """The values that wait, in columns: an object for each would be one more for each garbage collection to look at.

    Attributes:
        numbers: Their numbers.
        values: What they are.
        type_numbers: The numbers of their types.
        types: Their types.
        tensors: The tensors that they consist of, those of one after those of another.
        ends: Where those of each end.
    """

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.values: list[object] = []
        self.type_numbers: list[int] = []
        self.types: list[fl.Type] = []
        self.tensors: list[object] = []
        self.ends: list[int] = []
        self._bytes = 0

    @property
    def are_many(self) -> bool:
        """Whether it is time to look at them."""
        return self._bytes >= _MAX_BYTES or len(self.numbers) >= _MAX_VALUES

    def add(self, number: int, value: object, type_number: int, type_spec: fl.Type | None, size: int) -> bool:
        """Lets a value of so many bytes wait; False if it may not: it is large, of unknown type, or can be changed."""
        if not 0 <= size <= _MAX_SIZE or type_spec is None:
            return False
        if not add_tensors(value, self.tensors):
            del self.tensors[self.ends[-1] if self.ends else 0 :]
            return False
        self.ends.append(len(self.tensors))
        self.numbers.append(number)
        self.values.append(value)
        self.type_numbers.append(type_number)
        self.types.append(type_spec)
        self._bytes += size
        return True


class TensorNumbers:
    """The numbers of some tensors, each of them once.

    A tensor is known here by an index; `NO_NUMBERS` is that of all tensors that have no real numbers.

    Args:
        leaves: Numbers dtypes and shapes.

    Attributes:
        marks: What stands for the dtype and the shape of a tensor, by index.
    """

    def __init__(self, leaves: SeenTensors) -> None:
        self.marks: list[int] = [-1]
        self._leaf = leaves.leaf
        # Of those seen here, by what is found sooner than a dtype; -1 for those without real numbers.
        self._marks_of: dict[tuple[int, tuple[int, ...]], int] = {}
        self._arrays: list[np.ndarray] = [np.zeros(1)]

    def indices(self, tensors: list[object]) -> list[int]:
        """Returns the indices of tensors; to be asked once."""
        ids = list(map(id, tensors))
        found = dict(zip(ids, tensors, strict=True))
        index_of = dict(zip(found, map(self._add, found.values()), strict=True))
        return list(map(index_of.__getitem__, ids))

    def joined(self, space: "NumberSpace") -> "tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]":
        """Returns all numbers, one tensor after the other, as many more, where each begins, how many it has, its place.

        The numbers of one dtype are together. By index, `places` tells where those of a tensor are among the tensors.

        Args:
            space: Where the numbers are then.
        """
        of_dtype: dict[np.dtype[np.generic], list[int]] = {}
        for index, array in enumerate(self._arrays):
            of_dtype.setdefault(array.dtype, []).append(index)
        order = np.array(list(itertools.chain.from_iterable(of_dtype.values())))
        sizes = np.array([array.size for array in self._arrays])[order]
        # One number stands for none: every tensor needs a place.
        ends = np.cumsum(np.maximum(sizes, 1))
        numbers, scratch = space.of(int(ends[-1]))
        start = 0
        for dtype, indices in of_dtype.items():
            none = np.zeros(1, dtype)
            arrays = [array.ravel() if array.size else none for array in map(self._arrays.__getitem__, indices)]
            end = start + sum(map(len, arrays))
            np.concatenate(arrays, out=numbers[start:end], casting="unsafe")
            start = end
        places = np.empty(len(order), np.int64)
        places[order] = np.arange(len(order))
        return numbers, scratch, ends - np.maximum(sizes, 1), sizes, places

    def _add(self, tensor: "tf.Tensor") -> int:
        try:
            # Types that tell the bytes of their values are those of numbers, so this copies nothing. Not
            # `tensor.__array__()`, which is Python code: most tensors lend their memory without it.
            array = np.asarray(tensor)
            dtype, shape = array.dtype, array.shape
            mark = self._marks_of.get((dtype.num, shape))
            if mark is None:
                mark = self._leaf(dtype, shape).mark if category(dtype) in _REAL else -1
                self._marks_of[dtype.num, shape] = mark
        except Exception:
            return NO_NUMBERS
        if mark < 0:
            return NO_NUMBERS
        self.marks.append(mark)
        self._arrays.append(array)
        return len(self._arrays) - 1


class NumberSpace:
    """Memory for numbers that are looked at and forgotten.

    It is used again, also by later traces: new memory is slow when it is first used.
    """

    def __init__(self) -> None:
        self._numbers = self._scratch = np.empty(0)

    def of(self, count: int) -> "tuple[np.ndarray, np.ndarray]":
        """Returns room for so many numbers, twice, until the next call."""
        if count > _MAX_KEPT:
            return np.empty(count), np.empty(count)
        if len(self._numbers) < count:
            self._numbers, self._scratch = np.empty(_MAX_KEPT), np.empty(_MAX_KEPT)
        return self._numbers[:count], self._scratch[:count]


_spare_spaces: list[NumberSpace] = []


@contextlib.contextmanager
def number_space() -> Iterator[NumberSpace]:
    """Lends memory for numbers, until the end of the block."""
    space = _spare_spaces.pop() if _spare_spaces else NumberSpace()
    try:
        yield space
    finally:
        if not _spare_spaces:
            _spare_spaces.append(space)
