"""Looking at a value without touching it.

Users pass anything, and a trace must not run their code: `len`, `iter`, `hasattr`, `float` or `repr`
of an object may read data, take long, or raise. So the class alone tells what a value is. Only values of
the classes below are looked into, by methods of these classes and not of those that users derive.
Nothing here copies a large array.
"""

import enum
import functools
import math
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import federated_language as fl
import numpy as np
from federated_language.common_libs import structure

if TYPE_CHECKING:
    import tensorflow as tf

# A tensor that does not lend its memory, such as one of texts, is copied only if it is small.
_MAX_COPIED = 16_384
# As TensorFlow numbers its dtypes.
_STRING, _RESOURCE, _VARIANT = 7, 20, 21


class Kind(enum.Enum):
    """What a value is, as its class tells."""

    NUMBER = enum.auto()
    TEXT = enum.auto()
    ARRAY = enum.auto()
    TENSOR = enum.auto()
    VARIABLE = enum.auto()
    DATASET = enum.auto()
    CONTAINER = enum.auto()
    HANDLE = enum.auto()
    OTHER = enum.auto()


def kind_of(value: object) -> Kind:
    """Returns what a value is."""
    # mypy takes the hash of a class for that of its objects.
    return _kind_of_class(type(value))  # type: ignore[arg-type]


def number_of(value: Any) -> float | None:
    """Returns a single real number as a float; None for anything that is none, such as an array of several."""
    kind = kind_of(value)
    try:
        if kind is Kind.TENSOR:
            return float(value)
        if kind is Kind.NUMBER:
            return float(_plain_number(value))
        return float(_plain_array(value)) if kind is Kind.ARRAY else None
    except (TypeError, ValueError, OverflowError, NotImplementedError):
        return None


def array_of(value: Any, max_copied: float = _MAX_COPIED) -> "np.ndarray | None":
    """Returns a number, an array or an eager tensor as a NumPy array, which shares its memory where that is possible.

    None for anything else, for variables, and for tensors of more than `max_copied` numbers that must be copied.
    """
    kind = kind_of(value)
    if kind is Kind.ARRAY:
        return _plain_array(value)
    if kind is Kind.NUMBER:
        return np.asarray(_plain_number(value))
    return _array_of_tensor(value, max_copied) if kind is Kind.TENSOR else None


def shape_of(value: object) -> tuple[int | None, ...] | None:
    """Returns the dimensions of a tensor, a variable or a spec; None if their number is unknown."""
    shape = getattr(value, "shape", None)
    if shape is None or getattr(shape, "rank", 0) is None:
        return None
    return tuple(shape)


def num_members_of(value: object) -> int | None:
    """Returns how many members a container has; None for anything else."""
    cls = type(value)
    for container in _CONTAINERS:
        if issubclass(cls, container):
            return int(container.__len__(value))
    return None


def members_of(value: Any) -> Iterable[tuple[object, object]]:
    """Returns the names and the members of a container; the names are None if it has none."""
    cls = type(value)
    if issubclass(cls, dict):
        return dict.items(value)
    if issubclass(cls, structure.Struct):
        return structure.to_elements(value)
    iterate = list.__iter__ if issubclass(cls, list) else tuple.__iter__
    return ((None, member) for member in iterate(value))


_CONTAINERS: tuple[Any, ...] = (list, tuple, dict, structure.Struct)
_KINDS = {
    (bool, int, float, complex, np.generic): Kind.NUMBER,
    (str, bytes): Kind.TEXT,
    (np.ndarray,): Kind.ARRAY,
    _CONTAINERS: Kind.CONTAINER,
    (fl.TypedObject,): Kind.HANDLE,
}


@functools.lru_cache(maxsize=4096)
def _kind_of_class(cls: type) -> Kind:
    tensorflow = sys.modules.get("tensorflow")
    if tensorflow is not None:
        classes = {tensorflow.Tensor: Kind.TENSOR, tensorflow.Variable: Kind.VARIABLE}
        classes[tensorflow.data.Dataset] = Kind.DATASET
        for known, kind in classes.items():
            if issubclass(cls, known):
                return kind
    return next((kind for classes, kind in _KINDS.items() if issubclass(cls, classes)), Kind.OTHER)


def _array_of_tensor(tensor: "tf.Tensor", max_copied: float) -> "np.ndarray | None":
    dtype = tensor.dtype.as_datatype_enum
    if dtype in (_RESOURCE, _VARIANT):
        return None
    if dtype != _STRING:
        try:
            # Not `tensor.numpy()`, which copies, nor `memoryview(tensor)`, which knows NumPy's own dtypes only.
            return np.asarray(tensor.__array__())
        except (TypeError, ValueError, BufferError, RuntimeError):
            pass
    sizes = shape_of(tensor)
    if sizes is None or not hasattr(tensor, "numpy") or math.prod(size or 0 for size in sizes) > max_copied:
        return None
    try:
        return np.asarray(tensor.numpy())
    except (TypeError, ValueError, NotImplementedError):
        return None


def _plain_array(value: "np.ndarray") -> "np.ndarray":
    return value if type(value) is np.ndarray else np.ndarray.view(value, np.ndarray)


def _plain_number(value: Any) -> Any:
    """Returns a number without what a class derived from `int` or another one has changed."""
    cls = type(value)
    if cls in (float, int, bool) or issubclass(cls, np.generic):
        return value
    plain = next(known for known in (int, float, complex) if issubclass(cls, known))
    return plain.__pos__(value)
