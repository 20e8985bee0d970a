"""Sketches: what values were, in at most one kilobyte each, without keeping them.

A sketch says of a value which arrays it consists of, how large their numbers are, and how many of them are
not finite. It has some of the numbers themselves: the first ones, to be shown as text, and up to 64 *cells* of the
largest array, from which a small picture can be drawn. Only a sample of a large value is looked at: then the
sketch says `is_sampled`. Which numbers those are depends on the shapes alone (see `sketch_coordinates`), so two
sketches of one form can be compared cell by cell.
"""

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

import numpy as np

from tffsim.tracing.document.rows import AtMost, Between, Count, OneOf, Text
from tffsim.tracing.document.sketch_coordinates import cell_coordinates, grid
from tffsim.tracing.document.table import Table
from tffsim.tracing.document.units import short_number

MAX_LEAVES = 24
"""Of how many arrays of a struct, the largest ones, a sketch says something of its own."""
MAX_SHOWN = 16
"""How many numbers are shown in the text of a sketch."""

KINDS = ("array", "text", "dataset", "members", "other")
MAX_SIZE = 1 << 56
"""No array has as many numbers."""
_MAX_DIMENSIONS = 64
_MAX_NUMBERS = 1 << 62

STATISTICS = ("norm", "mean", "least", "greatest", "num_nan", "num_inf")
NUM_TOTALS = len(STATISTICS) + 1
_COUNTED = slice(4, None)
_NUM_NAN = STATISTICS.index("num_nan")
SKETCH_COLUMNS = {"values": "i4", "which": "i4", "totals": "f8", "first": "f8", "details": "f4"}
_MAX_TEXT = 200
_EXACT = 2.0**53
PLACE_OF_NUMBER = "\0"
"""What stands in the text of a form where each sketch has a number of its own."""


@dataclasses.dataclass(frozen=True, slots=True)
class LeafForm:
    """An array of a value: where in the value it is, such as `weights[0]`, its dtype and shape."""

    path: Text
    dtype: Text
    shape: Annotated[tuple[Annotated[int, Between(0, MAX_SIZE)], ...], AtMost(_MAX_DIMENSIONS)]


@dataclasses.dataclass(frozen=True, slots=True)
class SketchForm:
    """What many values have in common; it is kept once for all of them.

    Attributes:
        kind: `array`, `text`, `dataset`, `members` or `other`.
        text: The value as text, with a NUL for each number.
        shown: For each of these, how it is written: `f` with a point, `i` as an integer, `b` as a truth value.
        leaves: The arrays of numbers, the largest ones if there are many, in their order in the value.
        num_leaves: How many there are.
        size: How many numbers there are in all that was looked into.
        examined: How many of these were looked at.
        is_sampled: Whether there is more than what was looked at.
    """

    kind: Annotated[str, OneOf(KINDS)]
    text: Text
    shown: Annotated[str, AtMost(MAX_SHOWN)] = ""
    leaves: Annotated[tuple[LeafForm, ...], AtMost(MAX_LEAVES)] = ()
    num_leaves: Count = 0
    size: Annotated[int, Between(0, _MAX_NUMBERS)] = 0
    examined: Annotated[int, Between(0, _MAX_NUMBERS)] = 0
    is_sampled: bool = False

    @property
    def is_single(self) -> bool:
        """Whether it is a number by itself, and no array."""
        return self.kind == "array" and self.size == 1 and not self.leaves[0].shape

    @property
    def largest(self) -> int:
        """The number of the leaf that has cells, -1 for none."""
        sizes = [math.prod(leaf.shape) for leaf in self.leaves]
        return sizes.index(max(sizes)) if sizes and max(sizes) > 1 else -1

    @property
    def grid(self) -> tuple[int, int]:
        """How many rows and columns of cells there are."""
        return grid(self.leaves[self.largest].shape) if self.largest >= 0 else (0, 0)

    @property
    def num_details(self) -> int:
        """How many numbers each sketch has beside its totals and those in its text."""
        return len(STATISTICS) * len(self.leaves) * (self.num_leaves > 1) + math.prod(self.grid)


@dataclasses.dataclass(frozen=True, slots=True)
class LeafSketch:
    """What is known of one array of a struct; the numbers are rounded to `float32`. See `Sketch`."""

    path: str
    dtype: str
    shape: tuple[int, ...]
    norm: float
    mean: float
    least: float
    greatest: float
    num_nan: int
    num_inf: int


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """What a value was.

    The numbers are those of all its arrays together: of integers and truth values as they are, of complex
    numbers the magnitudes, of texts in arrays the lengths. They are of `examined` numbers, of which those that are
    NaN or infinite are counted only.

    Attributes:
        form: What it has in common with other values.
        norm: The square root of the sum of squares.
        mean: The mean; NaN if there is no finite number.
        least: The least finite number; NaN if there is none.
        greatest: The greatest; NaN if there is none.
        num_nan: How many are NaN.
        num_inf: How many are infinite.
        first_wrong: The first array with NaN or an infinite number, in the order of the value; -1 if there is none.
        first: The numbers that its text shows.
        cells: Numbers of its largest array, as `float32`, on an even grid of rows and columns.
        leaves: Its arrays, if it is a struct: the 24 largest.
    """

    form: SketchForm
    norm: float
    mean: float
    least: float
    greatest: float
    num_nan: int
    num_inf: int
    first_wrong: int
    first: tuple[float, ...]
    cells: "np.ndarray"
    leaves: tuple[LeafSketch, ...]

    @property
    def kind(self) -> str:
        """What it is: `array`, `text`, `dataset`, `members` or `other`."""
        return self.form.kind

    @property
    def dtype(self) -> str:
        """The dtype of an array; empty for anything else."""
        return self.form.leaves[0].dtype if self.kind == "array" and self.form.leaves else ""

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of an array; empty for anything else."""
        return self.form.leaves[0].shape if self.kind == "array" and self.form.leaves else ()

    @property
    def size(self) -> int:
        """How many numbers the value has, as far as it was looked into."""
        return self.form.size

    @property
    def examined(self) -> int:
        """How many of these were looked at."""
        return self.form.examined

    @property
    def is_sampled(self) -> bool:
        """Whether there is more than what was looked at: then it may have NaNs that are not counted."""
        return self.form.is_sampled

    @property
    def is_nan(self) -> bool:
        """Whether it is a single number, and none."""
        return self.form.is_single and self.num_nan == 1

    @property
    def cell_coordinates(self) -> "np.ndarray":
        """Where the cells are in the largest array, as numbers in its flat form."""
        largest = self.form.largest
        return cell_coordinates(self.form.leaves[largest].shape) if largest >= 0 else np.zeros(0, np.int64)

    def __str__(self) -> str:
        totals = (self.norm, self.mean, self.least, self.greatest, self.num_nan, self.num_inf)
        return _Words(self.form).of(self.first, totals)


class _Words:
    """Says what values of one form were."""

    def __init__(self, form: SketchForm) -> None:
        is_text = form.num_leaves > 0 and all(leaf.dtype == "str" for leaf in form.leaves)
        self._shown = form.shown
        self._is_plain = set(form.shown) <= {"f"}
        place = "{:.4g}" if self._is_plain else "{}"
        # One call for all numbers: of many sketches, most of the time is spent here.
        literals = [_literal(part) for part in form.text.split(PLACE_OF_NUMBER)]
        self._format = place.join(literals).format
        self._format_one_by_one = "{}".join(literals).format
        self._has_range = form.kind == "array" and form.size > 1 and not is_text
        self._has_norm = form.kind == "members" and form.largest >= 0 and not is_text
        self._has_counts = form.size > 1
        self._sample = ""
        if form.is_sampled and not is_text:
            some = form.examined < form.size
            self._sample = f"  sampled: {form.examined:,} of {form.size:,}" if some else "  sampled"

    def of(self, first: Sequence[float], totals: Sequence[float]) -> str:
        """Returns what is said of a value with these numbers; see `Sketch`."""
        norm, mean, least, greatest, num_nan, num_inf = totals
        text = self._format(*first) if self._is_plain else ""
        if not self._is_plain or "e+" in text:
            text = self._format_one_by_one(*map(_written, first, self._shown))
        text = text if len(text) <= _MAX_TEXT else text[: _MAX_TEXT - 1] + "…"
        if self._has_range and not math.isnan(mean):
            text += f"  min {short_number(least)}  mean {short_number(mean)}  max {short_number(greatest)}"
        if self._has_norm:
            text += f"  norm {short_number(norm)}"
        if self._has_counts:
            text += f"  {num_nan:.0f} NaN" * (num_nan != 0) + f"  {num_inf:.0f} inf" * (num_inf != 0)
        return text + self._sample


def _literal(text: str) -> str:
    """Returns the format that gives a text."""
    return text.replace("{", "{{").replace("}", "}}")


def _written(number: float, kind: str) -> str:
    if kind == "b":
        return str(bool(number))
    return str(int(number)) if kind == "i" and abs(number) < _EXACT else short_number(number)


class Sketches(Mapping[int, Sketch]):
    """The sketches of a trace, by the number of the value; values that are one object share one sketch.

    Args:
        values: The numbers of values, ascending.
        which: The row of the sketch of each.
        forms: The forms.
        counts: How many rows are of each form; those of the first form come first.
        totals: The statistics of each row, and the number of the first wrong array.
        first: The numbers shown, row after row.
        details: The statistics of leaves, and the cells, row after row.
    """

    def __init__(
        self,
        values: "np.ndarray",
        which: "np.ndarray",
        forms: list[SketchForm],
        counts: "np.ndarray",
        totals: "np.ndarray",
        first: "np.ndarray",
        details: "np.ndarray",
    ) -> None:
        self.values_sketched = values
        self.which = which
        self.forms = forms
        self.counts = counts
        self.totals = totals.reshape(-1, NUM_TOTALS)
        self.first = first
        self.details = details
        self._form_of_row = np.repeat(np.arange(len(forms)), counts)
        num_first = np.array([len(form.shown) for form in forms], np.int64)
        num_details = np.array([form.num_details for form in forms], np.int64)
        self._first_ends = np.cumsum(num_first[self._form_of_row])
        self._detail_ends = np.cumsum(num_details[self._form_of_row])

    @classmethod
    def none(cls) -> "Sketches":
        """Returns no sketches."""
        empty = np.zeros(0, np.int32)
        return cls(empty, empty, [], empty, np.zeros(0), np.zeros(0), np.zeros(0, np.float32))

    def columns(self) -> "dict[str, np.ndarray]":
        """Returns the numbers of all sketches, as the columns of a file."""
        known = (self.values_sketched, self.which, self.totals.reshape(-1), self.first, self.details)
        return {
            name: column.astype(dtype, copy=False)
            for (name, dtype), column in zip(SKETCH_COLUMNS.items(), known, strict=True)
        }

    def has_whole_counts(self) -> bool:
        """Whether all that is counted are counts, as in sketches that were taken here."""
        counts = [self.totals[:, _COUNTED]]
        start = 0
        for form, count in zip(self.forms, self.counts.tolist(), strict=True):
            end = start + count * form.num_details
            leaves = self.details[start:end].reshape(count, -1)[:, : form.num_details - math.prod(form.grid)]
            counts.append(leaves.reshape(-1, len(STATISTICS))[:, _COUNTED])
            start = end
        return all((np.isfinite(count) & (count >= -1) & (count < _EXACT)).all() for count in counts)

    @property
    def values_of_nan(self) -> "np.ndarray":
        """The numbers of the values that are a single NaN."""
        is_number = np.array([form.is_single for form in self.forms] or [False])
        is_nan = is_number[self._form_of_row[self.which]] & (self.totals[self.which, _NUM_NAN] == 1)
        return self.values_sketched[is_nan]

    def __len__(self) -> int:
        return len(self.values_sketched)

    def __iter__(self) -> Iterator[int]:
        return iter(self.values_sketched.tolist())

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int | np.integer) and self._place(int(value)) >= 0

    def __getitem__(self, value: int) -> Sketch:
        place = self._place(value)
        if place < 0:
            raise KeyError(f"There is no sketch of value {value}.")
        return self._sketch(int(self.which[place]))

    def table(self) -> Table:
        """Returns a row for each value; see `Trace.sketches`."""
        form = self._form_of_row[self.which]
        columns: dict[str, np.ndarray] = {"value": self.values_sketched}
        for name in ("size", "examined", "is_sampled"):
            columns[name] = np.array([getattr(form, name) for form in self.forms] or [0])[form]
        for number, name in enumerate(STATISTICS):
            column = self.totals[self.which, number]
            columns[name] = column.astype(np.int64) if name.startswith("num_") else column
        return Table(columns)

    def rows_of(self, values: "np.ndarray") -> "np.ndarray":
        """Returns the rows of the sketches of values; -1 for a value without one."""
        if not len(self):
            return np.full(len(values), -1)
        places = np.minimum(np.searchsorted(self.values_sketched, values), len(self) - 1)
        return np.where(self.values_sketched[places] == values, self.which[places], -1)

    def texts(self, rows: "np.ndarray") -> list[str]:
        """Returns what the sketches in some rows say, as `str` of each would."""
        words: dict[int, _Words] = {}
        texts = []
        for row, form, totals in zip(
            rows.tolist(), self._form_of_row[rows].tolist(), self.totals[rows, : len(STATISTICS)].tolist(), strict=True
        ):
            if form not in words:
                words[form] = _Words(self.forms[form])
            end = self._first_ends[row]
            texts.append(words[form].of(self.first[end - len(self.forms[form].shown) : end].tolist(), totals))
        return texts

    def _place(self, value: int) -> int:
        place = int(np.searchsorted(self.values_sketched, value))
        return place if place < len(self) and self.values_sketched[place] == value else -1

    def _sketch(self, row: int) -> Sketch:
        form = self.forms[self._form_of_row[row]]
        first = self.first[self._first_ends[row] - len(form.shown) : self._first_ends[row]]
        details = self.details[self._detail_ends[row] - form.num_details : self._detail_ends[row]]
        num_cells = math.prod(form.grid)
        rows = details[: len(details) - num_cells].reshape(-1, len(STATISTICS))
        leaves = tuple(_leaf(leaf, numbers) for leaf, numbers in zip(form.leaves, rows, strict=False))
        cells = details[len(details) - num_cells :].reshape(form.grid)
        norm, mean, least, greatest, num_nan, num_inf, first_wrong = self.totals[row].tolist()
        return Sketch(
            form, norm, mean, least, greatest, int(num_nan), int(num_inf), int(first_wrong), tuple(first.tolist()),
            cells, leaves,
        )  # fmt: skip


def _leaf(form: LeafForm, numbers: "np.ndarray") -> LeafSketch:
    norm, mean, least, greatest, num_nan, num_inf = numbers.tolist()
    return LeafSketch(form.path, form.dtype, form.shape, norm, mean, least, greatest, int(num_nan), int(num_inf))
