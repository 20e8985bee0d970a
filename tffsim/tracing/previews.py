"""What a value is, in a few numbers: cheap to take, small to keep."""

import dataclasses
import itertools
import math
from collections.abc import Iterable, Iterator
from typing import Any

import federated_language as fl
import numpy as np

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


def scalar_of(value: Any) -> float | None:
    """Returns a single number as a float; None for anything that is none, such as an array of several."""
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError, AttributeError):
        return None


def array_of(value: Any) -> "np.ndarray | None":
    """Returns an array or an eager tensor as a NumPy array; None for anything else."""
    if isinstance(value, np.ndarray):
        return value
    if isinstance(value, np.generic):
        return np.asarray(value)
    if hasattr(value, "numpy") and hasattr(value, "shape"):
        try:
            # Not `np.asarray(value)`: it fails for scalars of bfloat16.
            return np.asarray(value.numpy())
        except (TypeError, ValueError, NotImplementedError):
            return None
    return None


def size_of(value: Any) -> int:
    """Returns the bytes of a payload; 0 where they are unknown.

    A dataset has those of its elements, if it knows their number and shapes.
    """
    kind = type(value)
    if kind is float or kind is int or kind is bool:
        return 8
    if isinstance(value, (str, bytes)):
        return len(value)
    if isinstance(value, (list, tuple)):
        return sum(map(size_of, value))
    if isinstance(value, dict):
        return sum(map(size_of, value.values()))
    array = array_of(value)
    if array is not None:
        return sum(map(len, array.flat)) if array.dtype.kind == "O" else int(array.nbytes)
    if hasattr(value, "element_spec"):
        return _size_of_dataset(value)
    if not hasattr(value, "__iter__"):
        return 0
    return sum(map(size_of, value)) if hasattr(value, "__len__") else 0


def _size_of_dataset(dataset: Any) -> int:
    try:
        return len(dataset) * _size_of_element(dataset.element_spec)
    except TypeError:
        return 0


def _size_of_element(spec: Any) -> int:
    """Returns the bytes of what an element spec describes.

    Raises:
        TypeError: If they are not known in advance.
    """
    if isinstance(spec, dict):
        return sum(map(_size_of_element, spec.values()))
    if isinstance(spec, (list, tuple)):
        return sum(map(_size_of_element, spec))
    dimensions, dtype = getattr(spec, "shape", None), getattr(spec, "dtype", None)
    if dimensions is None or None in tuple(dimensions) or getattr(dtype, "name", "") == "string":
        raise TypeError(f"The size of {spec} is not known.")
    return math.prod(dimensions) * int(getattr(dtype, "size", 0))


def preview_of(value: Any, type_spec: fl.Type | None = None) -> Preview:
    """Describes a payload or an eager tensor.

    Args:
        value: Anything; what is unknown is described by the name of its class.
        type_spec: Its type, if it is known: that names the members of structs.
    """
    if isinstance(value, (str, bytes)):
        return Preview("text", "str", shown=_cut(repr(value)))
    if isinstance(value, (bool, int, float, complex)):
        return _preview_of_array(np.asarray(value))
    array = array_of(value)
    if array is not None:
        return _preview_of_array(array)
    if hasattr(value, "element_spec"):
        return Preview("dataset", shown=_cut(f"dataset of {_element(value.element_spec)}"))
    if hasattr(value, "__len__") and hasattr(value, "__iter__"):
        return Preview("members", shape=(len(value),), shown=_cut(_short(value, type_spec)))
    return Preview("other", shown=type(value).__name__)


def _preview_of_array(array: "np.ndarray") -> Preview:
    flat = array.reshape(-1)
    shown = ", ".join(_short(element) for element in flat[:_MAX_SHOWN])
    shown = _cut(f"[{shown}{', …' if flat.size > _MAX_SHOWN else ''}]" if array.ndim else shown)
    dtype = "str" if array.dtype.kind in "OSU" else array.dtype.name
    if array.dtype.kind not in "biuf" and array.dtype.name != "bfloat16":
        return Preview("array", dtype, array.shape, shown)
    examined = flat[:: max(1, -(-flat.size // _MAX_EXAMINED))].astype(np.float64)
    finite = examined[~np.isnan(examined)]
    if not finite.size:
        return Preview("array", dtype, array.shape, shown, num_nan=examined.size, examined=examined.size)
    numbers = (float(finite.min()), float(finite.mean()), float(finite.max()))
    return Preview("array", dtype, array.shape, shown, *numbers, examined.size - finite.size, examined.size)


def _short(element: Any, type_spec: fl.Type | None = None, depth: int = 0) -> str:
    if isinstance(element, (float, np.floating)):
        return f"{float(element):.4g}"
    if isinstance(element, (bool, int, np.integer, np.bool_, complex, np.complexfloating)):
        return str(element)
    if isinstance(element, (str, bytes)):
        return _cut(repr(element.item() if isinstance(element, np.generic) else element), 16)
    array = array_of(element)
    if array is not None:
        return array.dtype.name + _shape(array.shape) if array.shape else _short_scalar(array)
    if isinstance(element, fl.TypedObject):
        return element.type_signature.compact_representation()
    if hasattr(element, "__len__") and hasattr(element, "__iter__"):
        return _members(element, type_spec, depth) if depth < _MAX_DEPTH else "<…>"
    return type(element).__name__


def _short_scalar(array: "np.ndarray") -> str:
    item = array.item()
    if isinstance(item, (str, bytes, bool, int, float, complex)):
        return _short(item)
    number = scalar_of(array)
    return array.dtype.name if number is None else f"{number:.4g}"


def _members(value: Any, type_spec: fl.Type | None, depth: int) -> str:
    """Describes a struct, in the notation of types."""
    first = itertools.islice(_named_members(value, type_spec), _MAX_SHOWN)
    parts = [
        (f"{name}=" if name else "") + _short(member, member_type, depth + 1) for name, member, member_type in first
    ]
    return f"<{', '.join(parts)}{', …' if len(value) > _MAX_SHOWN else ''}>"


def _named_members(value: Any, type_spec: fl.Type | None) -> Iterator[tuple[str | None, Any, fl.Type | None]]:
    """Returns names, members and types: what the type tells, and else what the value itself tells."""
    if isinstance(type_spec, fl.FederatedType):
        if type_spec.placement is not fl.CLIENTS or type_spec.all_equal:
            return _named_members(value, type_spec.member)
        return ((None, member, type_spec.member) for member in value)
    if isinstance(value, dict):
        types = dict(type_spec.items()) if isinstance(type_spec, fl.StructType) else {}
        return ((name, member, types.get(name)) for name, member in value.items())
    if isinstance(type_spec, fl.StructType) and len(type_spec) == len(value):
        return ((name, member, t) for (name, t), member in zip(type_spec.items(), value, strict=True))
    return ((None, member, None) for member in value)


def _element(spec: Any) -> str:
    """Describes what an element spec describes, in the notation of types."""
    if isinstance(spec, dict):
        return f"<{', '.join(f'{name}={_element(part)}' for name, part in spec.items())}>"
    if isinstance(spec, (list, tuple)):
        return f"<{', '.join(map(_element, spec))}>"
    name = getattr(getattr(spec, "dtype", None), "name", type(spec).__name__)
    return name + _shape(getattr(spec, "shape", None) or ())


def _shape(shape: Iterable[int | None]) -> str:
    """Returns a shape as types have it, such as `[?,784]`; nothing for a scalar."""
    sizes = ["?" if size is None else str(size) for size in shape]
    return f"[{','.join(sizes)}]" if sizes else ""


def _cut(text: str, limit: int = _MAX_TEXT) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
