"""Taking a value apart: which arrays of numbers it has, and what else tells it from values of another form."""

import dataclasses
import functools
from typing import Any

import numpy as np

from tffsim.tracing.payloads import Kind, array_of, kind_of, members_of, num_members_of
from tffsim.tracing.seen_tensors import SeenTensor, SeenTensors
from tffsim.tracing.sketch_coordinates import Coordinates

MAX_EXAMINED = 8192
"""How many numbers of a value are looked at, beside cells and those that are shown."""

_MAX_LEAVES = 256
_MAX_DEPTH = 8
_MAX_SHOWN = 6
_MAX_TEXT = 160
# A text is longer than a number to look at.
_MAX_TEXTS = 1024


@dataclasses.dataclass(slots=True)
class Parts:
    """What a value consists of.

    Attributes:
        tensors: Those that were seen before; new ones are added.
        leaves: Its arrays and tensors, as many as are looked at; numbers as arrays.
        seen: For each: what is known of it, if it is a tensor.
        num_unseen: How many are none.
        dtypes: Their dtypes.
        shapes: Their shapes.
        marks: What is alike in all values of one form: dtypes and shapes, numbers of members, texts.
        is_cut: Whether there is more.
        places: Where in the value they are: the numbers of the members that lead to them.
    """

    tensors: SeenTensors = dataclasses.field(default_factory=SeenTensors)
    leaves: list[Any] = dataclasses.field(default_factory=list)
    seen: list[SeenTensor | None] = dataclasses.field(default_factory=list)
    num_unseen: int = 0
    dtypes: "list[np.dtype[Any]]" = dataclasses.field(default_factory=list)
    shapes: list[tuple[int, ...]] = dataclasses.field(default_factory=list)
    marks: list[Any] = dataclasses.field(default_factory=list)
    is_cut: bool = False
    places: list[tuple[int, ...]] = dataclasses.field(default_factory=list)


def take_apart(value: Any, parts: Parts, place: tuple[int, ...] = ()) -> None:
    """Adds the arrays of a value to `parts`, without touching anything else in it (see `payloads`).

    Args:
        value: Anything.
        parts: What was found so far.
        place: Where in it all this value is.
    """
    kind = kind_of(value)
    if kind is Kind.CONTAINER:
        _take_container_apart(value, parts, place)
    elif len(parts.leaves) >= _MAX_LEAVES:
        parts.is_cut = True
    elif kind is Kind.TENSOR:
        seen = parts.tensors.find(value)
        if seen is None or category(seen.dtype) in "ct":
            _add_array(value, parts, place)
        else:
            _add_leaf(parts, place, value, seen, seen.dtype, seen.shape)
    elif kind is Kind.ARRAY or kind is Kind.NUMBER:
        _add_array(value, parts, place)
    else:
        parts.marks.append(short_text(value) if kind is Kind.TEXT else type(value))


def _take_container_apart(value: Any, parts: Parts, place: tuple[int, ...]) -> None:
    parts.marks.append(num_members_of(value))
    if len(place) == _MAX_DEPTH:
        parts.is_cut = True
        return
    for number, (name, member) in enumerate(members_of(value)):
        if parts.is_cut:
            return
        if type(name) is str:
            parts.marks.append(name)
        take_apart(member, parts, (*place, number))


def _add_array(value: Any, parts: Parts, place: tuple[int, ...]) -> None:
    array = array_of(value)
    if array is None:
        parts.marks.append((type(value), str(getattr(value, "shape", ""))))
        return
    kind = category(array.dtype)
    if not kind:
        parts.marks.append((array.dtype, array.shape, str(array.item())[:_MAX_TEXT] if not array.ndim else ""))
        return
    seen = None
    if kind_of(value) is Kind.TENSOR:
        seen = parts.tensors.add(value, array.dtype, array.shape)
    _add_leaf(parts, place, array, seen, array.dtype, array.shape)
    if kind in "ct":
        # Only real numbers have places in a text.
        parts.marks.append(first_texts(array))


def _add_leaf(
    parts: Parts,
    place: tuple[int, ...],
    leaf: Any,
    seen: SeenTensor | None,
    dtype: "np.dtype[Any]",
    shape: tuple[int, ...],
) -> None:
    parts.places.append(place)
    parts.leaves.append(leaf)
    parts.seen.append(seen)
    parts.num_unseen += seen is None
    parts.dtypes.append(dtype)
    parts.shapes.append(shape)
    parts.marks.append(dtype)
    parts.marks.append(shape)


def numbers_of(leaf: Any, taken: Coordinates) -> Any:
    """Returns the real numbers of an array or a tensor at some coordinates; the lengths of texts."""
    if not taken.examined:
        return ()
    array = leaf if type(leaf) is np.ndarray else array_of(leaf)
    assert array is not None
    # `reshape` would copy an array whose numbers are not one after the other.
    flat: Any = array.reshape(-1) if array.flags.c_contiguous else array.flat
    numbers = flat[:: taken.step]
    if len(taken.extra):
        numbers = np.concatenate([numbers, flat[taken.extra]])
    kind = category(array.dtype)
    if kind == "t":
        return [len(text) if type(text) in (str, bytes) else 0 for text in numbers.tolist()]
    return np.abs(numbers) if kind == "c" else numbers


@functools.lru_cache(maxsize=256)
def category(dtype: "np.dtype[Any]") -> str:
    """Returns what numbers of a dtype are: `b`ool, `i`nteger, `f`loat, `c`omplex, `t`ext; empty for others."""
    if dtype.kind in "OSU":
        return "t"
    if dtype.kind in "bifc":
        return dtype.kind
    if dtype.kind == "u":
        return "i"
    # Those that NumPy does not have itself, such as `bfloat16`.
    if dtype.kind != "V" or dtype.names is not None or dtype.subdtype is not None or dtype.type is np.void:
        return ""
    return "i" if "int" in dtype.name else "f"


@functools.lru_cache(maxsize=256)
def dtype_name(dtype: "np.dtype[Any]") -> str:
    """Returns the name of a dtype, which NumPy takes long to find."""
    return "str" if category(dtype) == "t" else dtype.name


@functools.lru_cache(maxsize=256)
def max_examined(dtype: "np.dtype[Any]", num_leaves: int) -> int:
    """Returns how many numbers of a leaf are looked at, one of so many leaves."""
    return max(1, (_MAX_TEXTS if category(dtype) == "t" else MAX_EXAMINED) // num_leaves)


def first_texts(array: "np.ndarray") -> tuple[str, ...]:
    """Returns the first elements of an array of texts or complex numbers, as Python writes them."""
    flat: Any = array.reshape(-1) if array.flags.c_contiguous else array.flat
    return tuple(short_text(x) if type(x) in (str, bytes) else _named(x) for x in flat[:_MAX_SHOWN].tolist())


def _named(element: Any) -> str:
    return str(element) if type(element) in (complex, int) else "object"


def short_text(text: Any, limit: int = 16) -> str:
    """Returns the beginning of a text as Python writes it."""
    cls = str if issubclass(type(text), str) else bytes
    return cut(repr(cls.__getitem__(text, slice(limit))), limit)


def cut(text: str, limit: int = _MAX_TEXT) -> str:
    """Returns a text of at most so many characters."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
