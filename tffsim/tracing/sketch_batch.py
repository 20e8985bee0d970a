"""Sketches of many small values at once.

Between two operations of TensorFlow everything takes long, so small values wait and are looked at together. Only
values that consist of tensors can wait: nobody can change those. While they wait they are alive, so a tensor is known
by its id.
"""

from collections.abc import Callable
from typing import Any

import federated_language as fl
import numpy as np

from tffsim.tracing.payloads import array_of
from tffsim.tracing.sketch_parts import add_tensors, category

_MAX_SIZE = 32_768
_MAX_BYTES = 1_048_576
_MAX_VALUES = 256


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
        self.values: list[Any] = []
        self.type_numbers: list[int] = []
        self.types: list[fl.Type] = []
        self.tensors: list[Any] = []
        self.ends: list[int] = []
        self._bytes = 0

    @property
    def are_many(self) -> bool:
        """Whether it is time to look at them."""
        return self._bytes >= _MAX_BYTES or len(self.numbers) >= _MAX_VALUES

    def add(self, number: int, value: Any, type_number: int, type_spec: fl.Type | None, size: int) -> bool:
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

    Args:
        mark_of: Returns a number that stands for the dtype and the shape of an array.
    """

    def __init__(self, mark_of: "Callable[[np.ndarray], int]") -> None:
        self.marks: list[int] = []
        self._mark_of = mark_of
        self._arrays: list[np.ndarray] = []
        self._indices: dict[int, int] = {}

    def indices(self, tensors: list[Any]) -> list[int]:
        """Returns the numbers under which tensors are known here; -1 for those that have no real numbers."""
        return [index if (index := self._indices.get(id(t))) is not None else self._add(t) for t in tensors]

    def joined(self) -> "tuple[np.ndarray, np.ndarray, np.ndarray]":
        """Returns all numbers, one tensor after the other, where each begins, and how many it has."""
        sizes = np.array([array.size for array in self._arrays])
        # One number stands for none: every tensor needs a place.
        arrays = [array.reshape(-1) if array.size else np.zeros(1) for array in self._arrays]
        ends = np.cumsum(np.maximum(sizes, 1))
        return np.concatenate(arrays, dtype=np.float64, casting="unsafe"), ends - np.maximum(sizes, 1), sizes

    def _add(self, tensor: Any) -> int:
        try:
            array = array_of(tensor, max_copied=0)
        except Exception:
            array = None
        if array is None or category(array.dtype) not in ("b", "i", "f"):
            return -1
        self._arrays.append(array)
        self.marks.append(self._mark_of(array))
        index = self._indices[id(tensor)] = len(self._arrays) - 1
        return index
