"""What a value is, in a few numbers: cheap to take, small to keep."""

import dataclasses
import itertools
import math
from collections.abc import Iterable, Iterator
from typing import Any

import federated_language as fl
import numpy as np

from tffsim.tracing.payloads import Kind, array_of, kind_of, members_of, num_members_of, number_of, shape_of

_MAX_SHOWN = 6
_MAX_TEXT = 160
_MAX_DEPTH = 3
# Statistics of larger arrays are those of evenly spaced elements, so that a preview takes microseconds.
_MAX_EXAMINED = 16_384


@dataclasses.dataclass(frozen=True, slots=True)
class Preview:
    """A bounded description of a value.

    Attributes:
        kind: `array`, `text`, `dataset`, `members` or `other`.
        dtype: The name of the NumPy dtype, or empty.
        shape: The shape of an array, or the number of members.
        shown: The first elements, as text.
        minimum: The smallest number, as of `examined` elements; NaN if there is none.
        mean: The mean of these.
        maximum: The largest number of these.
        num_nan: How many of these are not a number.
        examined: How many elements the statistics are of; 0 if there are none.
    """

    kind: str
    dtype: str = ""
    shape: tuple[int, ...] = ()
    shown: str = ""
    minimum: float = math.nan
    mean: float = math.nan
    maximum: float = math.nan
    num_nan: int = 0
    examined: int = 0

    def __str__(self) -> str:
        form = self.dtype + (_shape(self.shape) if self.kind == "array" else "")
        text = " ".join(part for part in (form, self.shown) if part)
        if self.examined > 1:
            text += f"  min {self.minimum:.4g}  mean {self.mean:.4g}  max {self.maximum:.4g}"
        return text + (f"  {self.num_nan} NaN" if self.num_nan else "")


def preview_of(value: Any, type_spec: fl.Type | None = None) -> Preview:
    """Describes a payload or an eager tensor, without touching it (see `tffsim.tracing.payloads`).

    Args:
        value: Anything; what is unknown is described by the name of its class.
        type_spec: Its type, if it is known: that names the members of structs.
    """
    kind = kind_of(value)
    if kind is Kind.TEXT:
        return Preview("text", "str", shown=_cut(_quoted(value, _MAX_TEXT)))
    if kind is Kind.DATASET:
        return Preview("dataset", shown=_cut(f"dataset of {_element(value.element_spec)}"))
    if kind is Kind.CONTAINER:
        return Preview("members", shape=(num_members_of(value) or 0,), shown=_cut(_short(value, type_spec)))
    array = array_of(value)
    return Preview("other", shown=_short(value)) if array is None else _preview_of_array(array)


def _preview_of_array(array: "np.ndarray") -> Preview:
    # `reshape` would copy an array whose numbers are not one after the other.
    flat: Any = array.reshape(-1) if array.flags.c_contiguous else array.flat
    shown = ", ".join(map(_short, flat[:_MAX_SHOWN]))
    shown = _cut(f"[{shown}{', …' if array.size > _MAX_SHOWN else ''}]" if array.ndim else shown)
    dtype = "str" if array.dtype.kind in "OSU" else array.dtype.name
    if array.dtype.kind not in "biuf" and array.dtype.name != "bfloat16":
        return Preview("array", dtype, array.shape, shown)
    examined = flat[:: max(1, -(-array.size // _MAX_EXAMINED))].astype(np.float64)
    finite = examined[~np.isnan(examined)]
    if not finite.size:
        return Preview("array", dtype, array.shape, shown, num_nan=examined.size, examined=examined.size)
    numbers = (float(finite.min()), float(finite.mean()), float(finite.max()))
    return Preview("array", dtype, array.shape, shown, *numbers, examined.size - finite.size, examined.size)


def _short(element: Any, type_spec: fl.Type | None = None, depth: int = 0) -> str:
    kind = kind_of(element)
    if kind is Kind.TEXT:
        return _cut(_quoted(element, 16), 16)
    if kind is Kind.DATASET:
        return _element(element.element_spec) + "*"
    if kind is Kind.CONTAINER:
        return _members(element, type_spec, depth) if depth < _MAX_DEPTH else "<…>"
    if kind is Kind.HANDLE:
        return str(element.type_signature.compact_representation())
    array = array_of(element)
    if array is not None:
        return array.dtype.name + _shape(array.shape) if array.shape else _short_scalar(array)
    return _element(element) if kind in (Kind.TENSOR, Kind.VARIABLE) else type(element).__name__


def _short_scalar(array: "np.ndarray") -> str:
    item = array.item()
    if type(item) is float:
        return f"{item:.4g}"
    if type(item) in (str, bytes):
        return _cut(_quoted(item, 16), 16)
    if type(item) in (bool, int, complex):
        return str(item)
    number = number_of(array)
    return array.dtype.name if number is None else f"{number:.4g}"


def _quoted(text: Any, limit: int) -> str:
    """Returns the beginning of a text as Python writes it."""
    cls = str if issubclass(type(text), str) else bytes
    return repr(cls.__getitem__(text, slice(limit)))


def _members(value: Any, type_spec: fl.Type | None, depth: int) -> str:
    """Describes a struct, in the notation of types."""
    first = itertools.islice(_named_members(value, type_spec), _MAX_SHOWN)
    parts = [
        (f"{name}=" if name else "") + _short(member, member_type, depth + 1) for name, member, member_type in first
    ]
    return f"<{', '.join(parts)}{', …' if (num_members_of(value) or 0) > _MAX_SHOWN else ''}>"


def _named_members(value: Any, type_spec: fl.Type | None) -> Iterator[tuple[str | None, Any, fl.Type | None]]:
    """Returns names, members and types: what the type tells, and else what the value itself tells."""
    if isinstance(type_spec, fl.FederatedType):
        if type_spec.placement is not fl.CLIENTS or type_spec.all_equal:
            return _named_members(value, type_spec.member)
        return ((None, member, type_spec.member) for _, member in members_of(value))
    members = members_of(value)
    if not isinstance(type_spec, fl.StructType):
        return ((name if type(name) is str else None, member, None) for name, member in members)
    if issubclass(type(value), dict):
        types = dict(type_spec.items())
        return ((name, member, types.get(name)) for name, member in members if type(name) is str)
    if len(type_spec) == num_members_of(value):
        return ((name, member, t) for (name, t), (_, member) in zip(type_spec.items(), members, strict=True))
    return ((None, member, None) for _, member in members)


def _element(spec: Any) -> str:
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


def _cut(text: str, limit: int = _MAX_TEXT) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
