"""The arrays of which a value consists: where in it they are, and the numbers and the bytes that they begin with."""

import dataclasses

import numpy as np

from tffsim.tracing.document.sketch_coordinates import MAX_FIRST
from tffsim.tracing.document.sketches import LeafSketch
from tffsim.tracing.document.span_reader import SpanReader
from tffsim.tracing.document.units import short_number

MAX_PARTS = 8
"""Of how many parts of a struct something is said."""
_MAX_DEPTH = 4
# The kinds of dtypes whose values are no real numbers: objects, texts, bytes, complex numbers.
_NO_REAL_NUMBERS = "OUSc"
# Larger integers are not kept to the last digit.
_EXACT = 2.0**53


@dataclasses.dataclass(frozen=True, slots=True)
class ValuePart:
    """An array, or a number, of which a value consists.

    Attributes:
        path: Where in the value it is, such as `weights.hidden` or `[0]`; empty if it is all of it.
        value: The number of this value; of a part of which only a sketch is known, that of all.
        type: Its declared type, as people read it.
        dtype: The declared dtype of its numbers; empty if it has none.
        leaf: What the sketch of all says of this part; None if it is a value of its own.
        number: The number that it is, if it is one and only a sketch is known.
    """

    path: str
    value: int
    type: str
    dtype: str
    leaf: LeafSketch | None = None
    number: float | None = None


def value_parts(reader: SpanReader, value: int) -> list[ValuePart]:
    """Returns of which parts a value consists, the first `MAX_PARTS`; itself, if nobody knows what it consists of."""
    found: list[ValuePart] = []
    _add_parts(reader, value, "", found, 0)
    return found


def first_numbers(reader: SpanReader, part: ValuePart) -> "tuple[np.ndarray, bool]":
    """Returns the real numbers that a part begins with, at most six; and whether these are all.

    Texts and complex numbers are none.
    """
    if part.leaf is not None:
        return np.array([] if part.number is None else [part.number]), part.number is not None
    whole = reader.value(part.value)
    if isinstance(whole, np.ndarray) and whole.dtype.kind not in _NO_REAL_NUMBERS:
        return whole.reshape(-1)[:MAX_FIRST], whole.size <= MAX_FIRST
    if isinstance(whole, float):
        return np.array([whole]), True
    sketch = None if whole is not None else reader.sketch(part.value)
    if sketch is None or sketch.kind != "array" or not sketch.first:
        return np.zeros(0), False
    return np.array(sketch.first), sketch.size == len(sketch.first)


def description(reader: SpanReader, part: ValuePart) -> str:
    """Returns what is known of a part, in short."""
    leaf = part.leaf
    if leaf is None:
        return reader.preview(part.value)
    nans = f"  {leaf.num_nan} NaN" * (leaf.num_nan > 0) + f"  {leaf.num_inf} inf" * (leaf.num_inf > 0)
    least, mean, greatest = map(short_number, (leaf.least, leaf.mean, leaf.greatest))
    return f"{part.type}  min {least}  mean {mean}  max {greatest}{nans}"


def bytes_of(numbers: "np.ndarray", dtype: str) -> str:
    """Returns the bytes of numbers, two digits for each, as they are in the memory of most machines.

    Empty if their dtype is unknown, or if they are not known to the last digit.
    """
    try:
        known = np.dtype(dtype).newbyteorder("<") if dtype else None
    except TypeError:  # It is one of a package that is not loaded.
        return ""
    if known is None or known.kind in _NO_REAL_NUMBERS:
        return ""
    # What is no longer known to the last digit, or is no whole number, is not below the bound.
    if known.kind in "iu" and numbers.dtype.kind == "f" and not (np.abs(numbers) < _EXACT).all():
        return ""
    return numbers.astype(known).tobytes().hex(" ")


def numbers_text(numbers: "np.ndarray", dtype: str) -> str:
    """Returns numbers as people read them, separated by commas."""
    if dtype == "bool":
        return ", ".join(str(bool(number)) for number in numbers.tolist())
    is_whole = numbers.dtype.kind in "iu" or np.issubdtype(_dtype_or_none(dtype), np.integer)
    return ", ".join(
        str(int(number)) if is_whole and abs(number) < _EXACT else f"{float(number):.6g}" for number in numbers.tolist()
    )


def _dtype_or_none(dtype: str) -> "np.dtype[np.generic]":
    try:
        return np.dtype(dtype or "float64")
    except TypeError:
        return np.dtype("float64")


def _add_parts(reader: SpanReader, value: int, path: str, found: list[ValuePart], depth: int) -> None:
    snapshot = reader.snapshot
    number = snapshot.columns["type"][value]
    info = snapshot.types[number] if number >= 0 else None
    parts = reader.parts(value) if depth < _MAX_DEPTH else []
    if not parts or min(parts) < 0 or info is None:
        whole = ValuePart(path, value, info.text if info else "", info.dtype if info else "")
        found.extend((_leaves(reader, whole) or [whole])[: MAX_PARTS - len(found)])
        return
    names = [*info.members, *[""] * len(parts)]
    for place, (name, part) in enumerate(zip(names, parts, strict=False)):
        inner = f"{path}[{place}]" if not name else f"{path}.{name}" if path else name
        _add_parts(reader, part, inner, found, depth + 1)


def _leaves(reader: SpanReader, whole: ValuePart) -> list[ValuePart]:
    """Returns the parts of a struct that was looked at as a whole; none of anything else."""
    sketch = reader.sketch(whole.value)
    if sketch is None or sketch.kind != "members" or len(sketch.leaves) != sketch.form.num_leaves:
        return []
    is_single = [not leaf.shape and leaf.dtype != "str" for leaf in sketch.leaves]
    # A struct shows its single numbers, one after the other, if there are not too many.
    shown = iter(sketch.first if sum(is_single) == len(sketch.first) else ())
    return [
        ValuePart(
            f"{whole.path}.{leaf.path}" if whole.path and not leaf.path.startswith("[") else whole.path + leaf.path,
            whole.value,
            f"{leaf.dtype}[{','.join(map(str, leaf.shape))}]" if leaf.shape else leaf.dtype,
            leaf.dtype,
            leaf,
            next(shown, None) if single else None,
        )
        for leaf, single in zip(sketch.leaves, is_single, strict=True)
    ]
