"""The statistics of many arrays at once: one pass over the numbers of all of them."""

import math
from typing import Any, NamedTuple

import numpy as np

from tffsim.tracing.document.sketches import STATISTICS
from tffsim.tracing.recording.sketching.sketch_forms import Layout

# Squares of larger and of smaller numbers are no numbers.
_LARGE, _SMALL = 1e150, 1e-150
_SINGLE = float(np.finfo(np.float32).max)
_NORM, _MEAN, _LEAST, _GREATEST, _NUM_NAN, _NUM_INF, _COUNT = range(len(STATISTICS) + 1)
# The totals of a value have the first wrong leaf where the table has the count.
_FIRST_WRONG = _COUNT
_OF_FINITE = slice(_MEAN, _GREATEST + 1)


class Segments:
    """Numbers of many arrays, one after the other.

    Args:
        capacity: How many numbers there can be.
    """

    def __init__(self, capacity: int) -> None:
        # Not `zeros`: a trace of scalars never touches this memory.
        self._numbers = np.empty(capacity)
        self._scratch = np.empty(capacity)
        self._used = 0
        self._starts: list[int] = []
        self._counts: list[int] = []

    def __len__(self) -> int:
        return len(self._starts)

    @property
    def num_free(self) -> int:
        """How many numbers can still be added."""
        return len(self._numbers) - self._used

    def add(self, numbers: Any, count: int) -> int:
        """Copies numbers and returns the number of their segment.

        Args:
            numbers: An array; anything if there are none.
            count: Its size.
        """
        start = self._used
        self._starts.append(start)
        self._counts.append(count)
        if count:
            self._used = start + count
            self._numbers[start : self._used] = numbers
        else:
            # Every segment needs a place; the count says that it is none.
            self._numbers[start] = 0
            self._used = start + 1
        return len(self._starts) - 1

    def add_number(self, number: Any) -> int:
        """Adds a single number and returns the number of its segment."""
        self._numbers[self._used] = number
        self._starts.append(self._used)
        self._counts.append(1)
        self._used += 1
        return len(self._starts) - 1

    def clear(self) -> None:
        """Forgets all numbers."""
        self._used = 0
        self._starts.clear()
        self._counts.clear()

    def statistics(self) -> "Statistics":
        """Returns the statistics of all segments."""
        return Statistics(
            self._numbers[: self._used], self._scratch[: self._used], np.array(self._starts), np.array(self._counts)
        )


class Statistics:
    """What is known of each segment: arrays with one number for each.

    Attributes:
        numbers: The numbers of all segments.
        starts: Where each begins.
        counts: How many of its numbers are finite.
        norms: Their norms.
        means: Their means; 0 where there are none.
        least: The least of them; infinity where there are none.
        greatest: The greatest of them; minus infinity where there are none.
        num_nan: How many numbers are NaN.
        num_inf: How many are infinite.
        table: All of these, in the order of `STATISTICS`, and the counts: a row for each segment.
    """

    @np.errstate(all="ignore")  # Whatever users let NumPy do about it.
    def __init__(
        self, numbers: "np.ndarray", scratch: "np.ndarray", starts: "np.ndarray", counts: "np.ndarray"
    ) -> None:
        self.numbers = numbers
        self.starts = starts
        self.least = np.minimum.reduceat(numbers, starts)
        self.greatest = np.maximum.reduceat(numbers, starts)
        self.num_nan = self.num_inf = np.zeros(len(starts), np.int64)
        finite = numbers
        # A NaN spreads into these, so they tell of all numbers.
        if not (np.isfinite(self.least) & np.isfinite(self.greatest)).all():
            finite = self._without_wrong(numbers, starts)
        counts = counts - self.num_nan - self.num_inf
        scale = np.maximum(np.abs(self.least), np.abs(self.greatest))
        is_extreme = (counts > 0) & ((scale > _LARGE) | ((scale < _SMALL) & (scale > 0)))
        if is_extreme.any():
            factor = np.where(is_extreme, scale, 1.0)
            finite = finite / np.repeat(factor, np.diff([*starts, len(numbers)]))
        divisor = np.maximum(counts, 1)
        self.means = np.add.reduceat(finite, starts) / divisor
        self.norms = np.sqrt(np.add.reduceat(np.multiply(finite, finite, out=scratch), starts))
        if is_extreme.any():
            self.means, self.norms = self.means * factor, self.norms * factor
        self.counts = counts
        self.least[counts == 0] = math.inf
        self.greatest[counts == 0] = -math.inf
        columns = (self.norms, self.means, self.least, self.greatest, self.num_nan, self.num_inf, counts)
        self.table = np.stack(columns, axis=1)

    def _without_wrong(self, numbers: "np.ndarray", starts: "np.ndarray") -> "np.ndarray":
        """Counts what is not finite; returns the numbers with zeros there."""
        is_finite, is_nan = np.isfinite(numbers), np.isnan(numbers)
        self.num_nan = np.add.reduceat(is_nan, starts, dtype=np.int64)
        self.num_inf = np.add.reduceat(~is_finite & ~is_nan, starts, dtype=np.int64)
        self.least = np.minimum.reduceat(np.where(is_finite, numbers, math.inf), starts)
        self.greatest = np.maximum.reduceat(np.where(is_finite, numbers, -math.inf), starts)
        return np.where(is_finite, numbers, 0.0)


class Picked(NamedTuple):
    """What sketches of one form take of the statistics, and of the numbers: a row of each array for each sketch.

    Attributes:
        leaves: The table's rows of the leaves.
        first: The numbers that are shown.
        cells: The cells.
    """

    leaves: "np.ndarray"
    first: "np.ndarray"
    cells: "np.ndarray"

    @classmethod
    def of(cls, layout: Layout, copies: "np.ndarray", known: Statistics) -> "Picked":
        """Picks what some sketches need.

        Args:
            layout: Their layout.
            copies: The segments of the leaves: a row for each sketch.
            known: What is known of the segments.
        """
        first = known.numbers[known.starts[copies[:, layout.first_leaf]] + layout.first_place]
        cells = known.numbers[known.starts[copies[:, layout.cells_leaf]][:, None] + layout.cells]
        return cls(known.table[copies], first, cells)


@np.errstate(all="ignore")
def rows_of(layout: Layout, picked: Picked) -> "tuple[np.ndarray, np.ndarray, np.ndarray]":
    """Returns the totals, the shown numbers and the details of many sketches of one form; see `Sketches`."""
    leaves = picked.leaves
    totals = leaves[:, 0] if leaves.shape[1] == 1 else _totals_of_leaves(leaves)
    is_wrong = leaves[..., _NUM_NAN] + leaves[..., _NUM_INF] > 0
    totals[leaves[..., _COUNT].sum(axis=1) == 0, _OF_FINITE] = math.nan
    totals[:, _FIRST_WRONG] = np.where(is_wrong.any(axis=1), is_wrong.argmax(axis=1), -1)
    details = _single(picked.cells)
    if layout.form.num_leaves > 1:
        details = np.concatenate([_details_of_leaves(leaves[:, layout.detailed]), details], axis=1)
    return totals, picked.first, details


def _totals_of_leaves(leaves: "np.ndarray") -> "np.ndarray":
    """Returns the statistics of all leaves together; without the first wrong one, and as if there were numbers."""
    totals = np.empty((len(leaves), len(STATISTICS) + 1))
    norms, counts = leaves[..., _NORM], leaves[..., _COUNT]
    largest = norms.max(axis=1, keepdims=True)
    # So that squares of large norms are no infinity; one leaf keeps its norm to the bit.
    quotients = np.divide(norms, largest, out=np.zeros_like(norms), where=largest > 0)
    totals[:, _NORM] = np.where(np.isinf(largest[:, 0]), math.inf, largest[:, 0] * np.sqrt((quotients**2).sum(axis=1)))
    weights = counts / np.maximum(counts.sum(axis=1), 1)[:, None]
    totals[:, _MEAN] = (leaves[..., _MEAN] * weights).sum(axis=1)
    totals[:, _LEAST] = leaves[..., _LEAST].min(axis=1)
    totals[:, _GREATEST] = leaves[..., _GREATEST].max(axis=1)
    totals[:, _NUM_NAN : _NUM_INF + 1] = leaves[..., _NUM_NAN : _NUM_INF + 1].sum(axis=1)
    return totals


def _details_of_leaves(leaves: "np.ndarray") -> "np.ndarray":
    """Returns the statistics of leaves, those of one after those of another."""
    details = leaves[..., : len(STATISTICS)].copy()
    details[leaves[..., _COUNT] == 0, _OF_FINITE] = math.nan
    return _single(details.reshape(len(leaves), -1))


def _single(numbers: "np.ndarray") -> "np.ndarray":
    """Rounds to `float32`; what is finite stays finite."""
    rounded = numbers.astype(np.float32)
    if np.isfinite(rounded).all():
        return rounded
    limited = np.clip(numbers, -_SINGLE, _SINGLE)
    return np.where(np.isinf(numbers), numbers, limited).astype(np.float32)
