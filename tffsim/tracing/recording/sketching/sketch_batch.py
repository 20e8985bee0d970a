"""Sketches of many small values at once.

Between two operations of TensorFlow everything takes long, so small values wait and are looked at together. Only
values that consist of tensors can wait: nobody can change those. While they wait they are alive, so a tensor is known
by its id.
"""

import itertools
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
        self._arrays: list[np.ndarray] = [np.zeros(1)]
        self._indices: dict[int, int] = {}

    def indices(self, tensors: list[object]) -> list[int]:
        """Returns the indices of tensors."""
        known = self._indices
        return [index if (index := known.get(id(tensor))) is not None else self._add(tensor) for tensor in tensors]

    def joined(self) -> "tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]":
        """Returns all numbers, one tensor after the other, where each begins, how many it has, and its place.

        The numbers of one dtype are together. By index, `places` tells where those of a tensor are among the tensors.
        """
        of_dtype: dict[np.dtype[np.generic], list[int]] = {}
        for index, array in enumerate(self._arrays):
            of_dtype.setdefault(array.dtype, []).append(index)
        order = np.array(list(itertools.chain.from_iterable(of_dtype.values())))
        sizes = np.array([array.size for array in self._arrays])[order]
        # One number stands for none: every tensor needs a place.
        ends = np.cumsum(np.maximum(sizes, 1))
        numbers = np.empty(ends[-1])
        start = 0
        for dtype, indices in of_dtype.items():
            none = np.zeros(1, dtype)
            arrays = map(self._arrays.__getitem__, indices)
            joined = np.concatenate([array.ravel() if array.size else none for array in arrays])
            numbers[start : start + len(joined)] = joined
            start += len(joined)
        places = np.empty(len(order), np.int64)
        places[order] = np.arange(len(order))
        return numbers, ends - np.maximum(sizes, 1), sizes, places

    def _add(self, tensor: "tf.Tensor") -> int:
        try:
            # Types that tell the bytes of their values are those of numbers, so this copies nothing.
            array = np.asarray(tensor.__array__())
            index = len(self._arrays) if category(array.dtype) in _REAL else NO_NUMBERS
        except Exception:
            index = NO_NUMBERS
        if index != NO_NUMBERS:
            self.marks.append(self._leaf(array.dtype, array.shape).mark)
            self._arrays.append(array)
        self._indices[id(tensor)] = index
        return index
