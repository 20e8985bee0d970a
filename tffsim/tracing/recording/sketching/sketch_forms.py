"""The form of a value: its text with places for numbers, and where its numbers are. Made once for all alike."""

import dataclasses
import itertools
import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

import federated_language as fl
import numpy as np

from tffsim.tracing.document.sketch_coordinates import MAX_FIRST, Coordinates, coordinates
from tffsim.tracing.document.sketches import MAX_LEAVES, MAX_SHOWN, PLACE_OF_NUMBER, LeafForm, SketchForm
from tffsim.tracing.recording.sketching.payloads import Kind, array_of, kind_of, members_of, num_members_of, shape_of
from tffsim.tracing.recording.sketching.sketch_parts import (
    Parts,
    category,
    cut,
    dtype_name,
    first_texts,
    max_examined,
    short_text,
)

if TYPE_CHECKING:
    import tensorflow as tf

_MAX_MEMBERS = 6
_MAX_TEXT = 160
_MAX_DEPTH = 3


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """A form, and where a sketch of it finds its numbers.

    Attributes:
        form: The form.
        taken: What is copied of each leaf.
        detailed: The leaves that `form.leaves` tells of.
        first_leaf: For each number that is shown: its leaf.
        first_place: For each number that is shown: where in the copy of the leaf it is.
        cells_leaf: The leaf that has cells.
        cells: Where in the copy of that leaf they are.
        is_whole: Whether there are real numbers, and all of them are looked at.
    """

    form: SketchForm
    taken: tuple[Coordinates, ...]
    detailed: "np.ndarray"
    first_leaf: "np.ndarray"
    first_place: "np.ndarray"
    cells_leaf: int
    cells: "np.ndarray"
    is_whole: bool = False


def layout_of(value: object, parts: Parts, type_spec: fl.Type | None) -> Layout:
    """Returns the layout of a value and of all that have the same marks.

    Args:
        value: The value.
        parts: What it consists of.
        type_spec: Its type, if it is known: that names the members of structs and describes datasets.
    """
    sizes = [math.prod(leaf.shape) for leaf in parts.leaves]
    largest = sizes.index(max(sizes)) if sizes else -1
    limit = max_examined(sizes)
    taken = tuple(coordinates(leaf.shape, limit, k == largest) for k, leaf in enumerate(parts.leaves))
    detailed = sorted(sorted(range(len(sizes)), key=lambda leaf: -sizes[leaf])[:MAX_LEAVES])
    text = _Text({place: k for k, place in enumerate(parts.places)})
    kind, words = text.of(value, type_spec)
    leaves = tuple(
        LeafForm(_path(value, type_spec, parts.places[k]), dtype_name(parts.leaves[k].dtype), parts.leaves[k].shape)
        for k in detailed
    )
    examined = sum(coordinate.examined for coordinate in taken)
    # What does not fit into the text has no number in it either.
    places = text.places[: words.count(PLACE_OF_NUMBER)]
    shown = "".join(category(parts.leaves[leaf].dtype) for leaf, _ in places)
    form = SketchForm(
        kind, words, shown, leaves, len(sizes), sum(sizes), examined, parts.is_cut or examined < sum(sizes)
    )
    cells = taken[largest].cells if largest >= 0 else np.zeros(0, np.int64)
    first_place = [int(taken[leaf].first[place]) for leaf, place in places]
    return Layout(
        form, taken, np.array(detailed, np.int64), np.array([leaf for leaf, _ in places], np.int64),
        np.array(first_place, np.int64), max(largest, 0), cells,
        bool(taken) and all(
            coordinate.step == 1 and coordinate.examined and category(leaf.dtype) in "bif"
            for leaf, coordinate in zip(parts.leaves, taken, strict=True)
        ),
    )  # fmt: skip


def unknown(text: str) -> Layout:
    """Returns the layout of a value of which only a text is known."""
    none = np.zeros(0, np.int64)
    return Layout(SketchForm("other", cut(text)), (), none, none, none, 0, none)


class _Text:
    """The text of a form; each number in it is a place, noted with its leaf and which number of it it is."""

    def __init__(self, leaves: dict[tuple[int, ...], int]) -> None:
        self._leaves = leaves
        self.places: list[tuple[int, int]] = []

    def of(self, value: object, type_spec: fl.Type | None) -> tuple[str, str]:
        """Returns the kind of a value, and its text."""
        kind = kind_of(value)
        if kind is Kind.TEXT:
            return "text", f"str {short_text(value, _MAX_TEXT)}"
        if kind is Kind.DATASET:
            return "dataset", cut(f"dataset of {_elements(value, type_spec)}")
        if kind is Kind.CONTAINER:
            return "members", cut(self._members(value, type_spec, ()))
        array = array_of(value)
        if array is None:
            return "other", self._short(value, None, ())
        form = dtype_name(array.dtype) + _shape(array.shape)
        shown = self._elements(array)
        return "array", f"{form} {f'[{shown}]' if array.ndim else shown}"

    def _elements(self, array: "np.ndarray") -> str:
        kind = category(array.dtype)
        if not kind:
            return cut(str(array.item())) if not array.ndim else "…"
        elements: Iterable[str] = first_texts(array)
        if kind in "bif":
            count = min(array.size, MAX_FIRST)
            self.places += [(0, k) for k in range(count)]
            elements = [PLACE_OF_NUMBER] * count
        return cut(", ".join([*elements, *["…"] * (array.size > MAX_FIRST)]))

    def _short(self, element: Any, type_spec: fl.Type | None, place: tuple[int, ...]) -> str:
        kind = kind_of(element)
        if kind is Kind.TEXT:
            return short_text(element)
        if kind is Kind.DATASET:
            return f"{_elements(element, type_spec)}*"
        if kind is Kind.CONTAINER:
            return self._members(element, type_spec, place) if len(place) < _MAX_DEPTH else "<…>"
        if kind is Kind.HANDLE:
            return str(element.type_signature.compact_representation())
        array = array_of(element)
        if array is not None:
            return dtype_name(array.dtype) + _shape(array.shape) if array.ndim else self._scalar(array, place)
        return _element(element) if kind in (Kind.TENSOR, Kind.VARIABLE) else type(element).__name__

    def _scalar(self, array: "np.ndarray", place: tuple[int, ...]) -> str:
        kind, leaf = category(array.dtype), self._leaves.get(place)
        if not kind:
            return cut(str(array.item()), 16)
        if kind in "ct":
            return first_texts(array)[0]
        if leaf is None or len(self.places) >= MAX_SHOWN:
            return dtype_name(array.dtype)
        self.places.append((leaf, 0))
        return PLACE_OF_NUMBER

    def _members(self, value: object, type_spec: fl.Type | None, place: tuple[int, ...]) -> str:
        """Describes a struct, in the notation of types."""
        first = itertools.islice(_named_members(value, type_spec), _MAX_MEMBERS)
        parts = [
            (f"{name}=".replace(PLACE_OF_NUMBER, "?") if name else "") + self._short(member, t, (*place, number))
            for number, (name, member, t) in first
        ]
        return f"<{', '.join(parts)}{', …' if (num_members_of(value) or 0) > _MAX_MEMBERS else ''}>"


def _path(value: object, type_spec: fl.Type | None, place: tuple[int, ...]) -> str:
    """Returns where a leaf is, such as `weights[0]`."""
    path = ""
    for wanted in place:
        members = _named_members(value, type_spec)
        name, value, type_spec = next(member for number, member in members if number == wanted)
        path += f"[{wanted}]" if not name else f".{name}" if path else name
    return path[:_MAX_TEXT]


_Member: TypeAlias = tuple[str | None, object, fl.Type | None]


def _named_members(value: object, type_spec: fl.Type | None) -> Iterator[tuple[int, _Member]]:
    """Returns names, members and types, numbered: what the type tells, and else what the value itself tells."""
    if isinstance(type_spec, fl.FederatedType):
        if type_spec.placement is not fl.CLIENTS or type_spec.all_equal:
            return _named_members(value, type_spec.member)
        return enumerate((None, member, type_spec.member) for _, member in members_of(value))
    members = members_of(value)
    if isinstance(type_spec, fl.StructType) and issubclass(type(value), dict):
        types = {name: t for name, t in type_spec.items() if name}
        return enumerate((_own(name), member, types.get(_own(name) or "")) for name, member in members)
    if isinstance(type_spec, fl.StructType) and len(type_spec) == num_members_of(value):
        typed = zip(type_spec.items(), members, strict=True)
        return enumerate((name, member, t) for (name, t), (_, member) in typed)
    return enumerate((_own(name), member, None) for name, member in members)


def _own(name: object) -> str | None:
    return name if type(name) is str else None


def _elements(dataset: "tf.data.Dataset", type_spec: fl.Type | None) -> str:
    """Describes the elements of a dataset: by its type, because a dataset takes long to say what it has."""
    if isinstance(type_spec, fl.SequenceType):
        return _element_of_type(type_spec.element)
    return _element(dataset.element_spec)


def _element_of_type(type_spec: fl.Type) -> str:
    if isinstance(type_spec, fl.StructType):
        members = [(f"{name}=" if name else "") + _element_of_type(member) for name, member in type_spec.items()]
        return f"<{', '.join(members)}>"
    if not isinstance(type_spec, fl.TensorType):
        return str(type_spec.compact_representation())
    name = "str" if type_spec.dtype.type is np.str_ else dtype_name(np.dtype(type_spec.dtype))
    return f"{name}[…]" if type_spec.shape is None else name + _shape(type_spec.shape)


def _element(spec: object) -> str:
    """Describes what a spec of TensorFlow describes, in the notation of types."""
    if isinstance(spec, dict):
        return f"<{', '.join(f'{name}={_element(part)}' for name, part in spec.items())}>"
    if isinstance(spec, (list, tuple)):
        return f"<{', '.join(map(_element, spec))}>"
    name = getattr(getattr(spec, "dtype", None), "name", type(spec).__name__)
    name = "str" if name == "string" else name
    sizes = shape_of(spec)
    if sizes is None:
        return f"{name}[…]" if hasattr(spec, "shape") else name
    return name + _shape(sizes)


def _shape(shape: Iterable[int | None]) -> str:
    """Returns a shape as types have it, such as `[?,784]`; nothing for a scalar."""
    sizes = ["?" if size is None else str(size) for size in shape]
    return f"[{','.join(sizes)}]" if sizes else ""
