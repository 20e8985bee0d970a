"""Sketches of many small values at once.

Between two operations of TensorFlow everything takes long, so small values wait and are looked at together. Only
values that consist of tensors can wait: nobody can change those. While they wait they are alive, so a tensor is known
by its id.
"""

import contextlib
import itertools
import operator
from collections.abc import Iterator

import federated_language as fl
import numpy as np

from tffsim.tracing.recording.sketching.seen_tensors import SeenTensors
from tffsim.tracing.recording.sketching.sketch_parts import add_tensors, category

_MAX_BYTES = 1_048_576
_MAX_VALUES = 256
_MAX_KEPT = 262_144
_REAL = ("b", "i", "f")


class ValuesOfType:
    """Values of one type that wait: in columns, as an object for each would be one more for garbage collections.

    Args:
        type_number: The number of the type.
        type_spec: The type.

    Attributes:
        type_number: The number of the type.
        type_spec: The type.
        numbers: The numbers of the values.
        values: What they are.
        tensors: The tensors that they consist of, those of one after those of another.
        num_tensors: How many there are of each.
    """

    __slots__ = ("num_tensors", "numbers", "tensors", "type_number", "type_spec", "values")

    def __init__(self, type_number: int, type_spec: fl.Type) -> None:
        self.type_number = type_number
        self.type_spec = type_spec
        self.numbers: list[int] = []
        self.values: list[object] = []
        self.tensors: list[object] = []
        self.num_tensors = 0

    def add(self, number: int, value: object) -> bool:
        """Lets a value wait; False if it may not: it can be changed, or is not like the others."""
        tensors, before = self.tensors, len(self.tensors)
        if not add_tensors(value, tensors) or (self.numbers and len(tensors) - before != self.num_tensors):
            del tensors[before:]
            return False
        self.num_tensors = len(tensors) - before
        self.numbers.append(number)
        self.values.append(value)
        return True


class WaitingValues:
    """The values that wait.

    Attributes:
        of_types: These, by the number of the first type that is like theirs.
    """

    def __init__(self) -> None:
        self.of_types: dict[int, ValuesOfType] = {}
        self._num_bytes = 0
        self._num_values = 0

    def add(self, kind: int, number: int, value: object, type_number: int, type_spec: fl.Type, size: int) -> bool:
        """Lets a value of so many bytes wait; False if it may not."""
        alike = self.of_types.get(kind) or ValuesOfType(type_number, type_spec)
        if not alike.add(number, value):
            return False
        self.of_types[kind] = alike
        self._num_bytes += size
        self._num_values += 1
        return True

    @property
    def are_many(self) -> bool:
        """Whether it is time to look at them."""
        return self._num_bytes >= _MAX_BYTES or self._num_values >= _MAX_VALUES


class TensorNumbers:
    """The numbers of some tensors, each of them once. A tensor is known here by an index.

    Args:
        tensors: The tensors; one may be there many times.
        marks: Numbers dtypes and shapes.

    Attributes:
        indices: Which of the tensors each is.
        marks: What stands for the dtype and the shape of a tensor, by index; -1 if it has no real numbers.
    """

    def __init__(self, tensors: list[object], marks: "Marks") -> None:
        ids = list(map(id, tensors))
        different = dict(zip(ids, tensors, strict=True))
        index_of = dict(zip(different, range(len(different)), strict=True))
        self.indices = np.fromiter(map(index_of.__getitem__, ids), np.int64, len(ids))
        try:
            # Types that tell the bytes of their values are those of numbers, so this copies nothing. Not
            # `tensor.__array__()`, which is Python code: most tensors lend their memory without it.
            arrays = list(map(np.asarray, different.values()))
        except Exception:
            arrays = list(map(_array_or_text, different.values()))
        found = map(marks.__getitem__, zip(map(_DTYPE, arrays), map(_SHAPE, arrays), strict=True))
        self.marks = np.fromiter(found, np.int64, len(arrays))
        for index in np.flatnonzero(self.marks < 0).tolist():
            arrays[index] = _NO_NUMBERS
        self._arrays = arrays

    def joined(self, space: "NumberSpace") -> "tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]":
        """Returns all numbers, one tensor after the other, as many more, where each begins, how many it has, its place.

        The numbers of one dtype are together. By index, `places` tells where those of a tensor are among the tensors.

        Args:
            space: Where the numbers are then.
        """
        of_dtype: dict[np.dtype[np.generic], list[int]] = {}
        for index, array in enumerate(self._arrays):
            of_dtype.setdefault(array.dtype, []).append(index)
        order = np.fromiter(itertools.chain.from_iterable(of_dtype.values()), np.int64, len(self._arrays))
        sizes = np.fromiter(map(_SIZE, self._arrays), np.int64, len(self._arrays))[order]
        # One number stands for none: every tensor needs a place.
        ends = np.cumsum(np.maximum(sizes, 1))
        numbers, scratch = space.of(int(ends[-1]))
        arrays = self._arrays
        if not sizes.all():
            arrays = [array if array.size else np.zeros(1, array.dtype) for array in arrays]
        start = end = 0
        for indices in of_dtype.values():
            end += len(indices)
            part = numbers[start : ends[end - 1]]
            np.concatenate([arrays[index] for index in indices], axis=None, out=part, casting="unsafe")
            start = int(ends[end - 1])
        places = np.empty(len(order), np.int64)
        places[order] = np.arange(len(order))
        return numbers, scratch, ends - np.maximum(sizes, 1), sizes, places


class Marks(dict[tuple["np.dtype[np.generic]", tuple[int, ...]], int]):
    """What stands for a dtype and a shape: a number; -1 if there are no real numbers.

    Args:
        leaves: Numbers them.
    """

    def __init__(self, leaves: SeenTensors) -> None:
        self._leaf = leaves.leaf

    def __missing__(self, key: tuple["np.dtype[np.generic]", tuple[int, ...]]) -> int:
        mark = self[key] = self._leaf(*key).mark if category(key[0]) in _REAL else -1
        return mark


def _array_or_text(tensor: object) -> "np.ndarray":
    try:
        return np.asarray(tensor)
    except Exception:
        return np.array("")


_DTYPE, _SHAPE, _SIZE = map(operator.attrgetter, ("dtype", "shape", "size"))
_NO_NUMBERS = np.zeros(1)


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
