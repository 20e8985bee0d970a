"""Taking a value apart: which arrays of numbers it has, and what else tells it from values of another form."""

import functools
from collections.abc import Iterable
from typing import Any

import numpy as np
from federated_language.common_libs import structure

from tffsim.tracing.document.sketch_coordinates import Coordinates
from tffsim.tracing.recording.sketching.payloads import Kind, array_of, kind_of, members_of, num_members_of
from tffsim.tracing.recording.sketching.seen_tensors import Leaf, SeenTensors

MAX_EXAMINED = 8192
"""How many numbers of a value are looked at, beside cells and those that are shown."""

_MAX_LEAVES = 256
_MAX_DEPTH = 8
_MAX_SHOWN = 6
_MAX_TEXT = 160


class Parts:
    """What a value consists of.

    Attributes:
        tensors: Those that were seen before; new ones are added.
        leaves: Its arrays, as many as are looked at.
        values: For each: where its numbers are: an array, a tensor or a single number.
        places: For each: where in the value it is: the numbers of the members that lead to it.
        marks: What is alike in all values of one form: dtypes and shapes, numbers of members, texts.
        is_cut: Whether there is more.
        is_unchangeable: Whether all leaves are tensors.
    """

    __slots__ = ("is_cut", "is_unchangeable", "leaves", "marks", "places", "tensors", "values")

    def __init__(self, tensors: SeenTensors, type_number: int) -> None:
        self.tensors = tensors
        self.leaves: list[Leaf] = []
        self.values: list[object] = []
        self.places: list[tuple[int, ...]] = []
        self.marks: list[object] = [type_number]
        self.is_cut = False
        self.is_unchangeable = True


def take_apart(value: object, parts: Parts, place: tuple[int, ...] = ()) -> None:
    """Adds the arrays of a value to `parts`, without touching anything else in it (see `payloads`).

    Args:
        value: Anything.
        parts: What was found so far.
        place: Where in it all this value is.
    """
    kind = kind_of(value)
    if kind is Kind.TENSOR:
        seen = parts.tensors.find(value)
        if seen is not None and len(parts.leaves) < _MAX_LEAVES:
            _add_leaf(parts, seen, value, place)
            return
    if kind is Kind.CONTAINER:
        _take_container_apart(value, parts, place)
    elif len(parts.leaves) >= _MAX_LEAVES:
        parts.is_cut = True
    elif (dtype := _DTYPES.get(type(value))) is not None:
        _add_leaf(parts, parts.tensors.leaf(dtype, ()), value, place)
        parts.is_unchangeable = False
    elif kind in _WITH_NUMBERS:
        _add_array(value, kind is Kind.TENSOR, parts, place)
    else:
        parts.marks.append(short_text(value) if kind is Kind.TEXT else type(value))


def _take_container_apart(value: object, parts: Parts, place: tuple[int, ...]) -> None:
    parts.marks.append(-2 - (num_members_of(value) or 0))
    if len(place) == _MAX_DEPTH:
        parts.is_cut = True
        return
    for number, (name, member) in enumerate(members_of(value)):
        if parts.is_cut:
            return
        if type(name) is str:
            parts.marks.append(name)
        take_apart(member, parts, (*place, number))


def _add_array(value: object, is_tensor: bool, parts: Parts, place: tuple[int, ...]) -> None:
    array = array_of(value)
    kind = category(array.dtype) if array is not None else ""
    if array is None or not kind:
        parts.marks.append(type(value) if array is None else array.dtype)
        parts.marks.append(str(getattr(value, "shape", "")) if array is None or array.ndim else cut(str(array.item())))
    elif is_tensor and kind in "bif":
        _add_leaf(parts, parts.tensors.add(value, array), array, place)
    else:
        _add_leaf(parts, parts.tensors.leaf(array.dtype, array.shape), array, place)
        parts.is_unchangeable = False
        if kind in "ct":
            # Only real numbers have places in a text.
            parts.marks.append(first_texts(array))


def _add_leaf(parts: Parts, leaf: Leaf, value: object, place: tuple[int, ...]) -> None:
    parts.leaves.append(leaf)
    parts.values.append(value)
    parts.places.append(place)
    parts.marks.append(leaf.mark)


def add_tensors(value: Any, tensors: list[object]) -> bool:
    """Adds the tensors of a value to a list; False if there is anything else in it."""
    cls = type(value)
    members: Iterable[object]
    # First what is common: executors keep structs as tuples, and give away members in the order of the type.
    if cls is tuple or cls is structure.Struct:
        members = value
    elif (kind := kind_of(value)) is Kind.TENSOR:
        tensors.append(value)
        return True
    # Others have members with names, which may come in another order.
    elif kind is not Kind.CONTAINER or issubclass(cls, dict):
        return False
    else:
        members = (member for _, member in members_of(value))
    last = None
    for member in members:
        # Most members are tensors of one class, so most need no call.
        if (cls := type(member)) is last:
            tensors.append(member)
        elif kind_of(member) is Kind.TENSOR:
            tensors.append(member)
            last = cls
        elif not add_tensors(member, tensors):
            return False
    return True


_WITH_NUMBERS = {Kind.TENSOR, Kind.ARRAY, Kind.NUMBER}
_DTYPES: dict[type, "np.dtype[np.generic]"] = {float: np.dtype(np.float64), bool: np.dtype(np.bool_)}
_NUMPY: tuple[type[np.generic], ...] = (np.float32, np.float64, np.int32, np.int64, np.bool_)
_DTYPES |= {t: np.dtype(t) for t in _NUMPY}


def numbers_of(value: object, taken: Coordinates) -> object:
    """Returns the real numbers of an array, a tensor or a number at some coordinates; the lengths of texts."""
    array = value if type(value) is np.ndarray else array_of(value)
    assert array is not None
    # `reshape` would copy an array whose numbers are not one after the other.
    flat = array.reshape(-1) if array.flags.c_contiguous else array.flat
    numbers = flat[:: taken.step]
    if len(taken.extra):
        numbers = np.concatenate([numbers, flat[taken.extra]])
    kind = category(array.dtype)
    if kind == "t":
        return [len(text) if type(text) in (str, bytes) else 0 for text in numbers.tolist()]
    return np.abs(numbers) if kind == "c" else numbers


@functools.lru_cache(maxsize=256)
def category(dtype: "np.dtype[np.generic]") -> str:
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
def dtype_name(dtype: "np.dtype[np.generic]") -> str:
    """Returns the name of a dtype, which NumPy takes long to find."""
    return "str" if category(dtype) == "t" else dtype.name


def max_examined(sizes: list[int]) -> int:
    """Returns how many numbers of each array are looked at, so that there are not too many: of small ones all."""
    left = MAX_EXAMINED
    for number, size in enumerate(sorted(sizes)):
        share = left // (len(sizes) - number)
        if size > share:
            return max(1, share)
        left -= size
    return MAX_EXAMINED


def first_texts(array: "np.ndarray") -> tuple[str, ...]:
    """Returns the first elements of an array of texts or complex numbers, as Python writes them."""
    first = array.flat[:_MAX_SHOWN].tolist()
    return tuple(short_text(x) if type(x) in (str, bytes) else _named(x) for x in first)


def _named(element: object) -> str:
    return str(element) if type(element) in (complex, int) else "object"


def short_text(text: Any, limit: int = 16) -> str:
    """Returns the beginning of a text as Python writes it."""
    cls = str if issubclass(type(text), str) else bytes
    return cut(repr(cls.__getitem__(text, slice(limit))), limit)


def cut(text: str, limit: int = _MAX_TEXT) -> str:
    """Returns a text of at most so many characters."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
