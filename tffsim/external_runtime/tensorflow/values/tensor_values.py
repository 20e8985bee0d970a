"""Turns numbers, strings and arrays into tensors of a given type.

Numbers may change their width, never their kind: a float does not become an integer, a
bool is no number. An integer may become a float. A float may be rounded to the digits of
its new width; any other change of a value is an error.
"""

import contextlib
import dataclasses
from collections.abc import Sequence

import federated_language as fl
import ml_dtypes
import numpy as np
import tensorflow as tf

from tffsim.external_runtime.tensorflow.eager_execution import TENSOR_ALIGNMENT, EagerTensor, eager_tensor, shape_of
from tffsim.external_runtime.tensorflow.sparse_values import is_sparse, not_dense, to_dense
from tffsim.external_runtime.tensorflow.tensorflow_types import to_tf_dtype
from tffsim.language.identity_cache import IdentityCache

# Numbers by the kinds of NumPy, in the order in which one may become another.
_KINDS = {"u": 1, "i": 1, "f": 2, "c": 3}
_STRING_KINDS = "USO"


@dataclasses.dataclass(frozen=True, slots=True)
class _Target:
    """What a tensor of one type must look like, looked up once per type."""

    type_spec: fl.TensorType
    dtype: np.dtype
    tf_dtype: tf.DType
    enum: int
    python_scalar: type | None
    numpy_scalar: type[np.generic] | None
    limits: tuple[float, float]


def to_tensor(value: object, type_spec: fl.TensorType) -> tf.Tensor:
    """Converts a payload to an eager tensor.

    Args:
        value: A Python or NumPy number, a string, an array, nested lists of these, a
            tensor or a variable (it is read). A tensor of the right type is returned
            itself.
        type_spec: The type of the tensor.

    Returns:
        The tensor. It shares no memory with an array that can be changed.

    Raises:
        TypeError: If the kind of number or the shape does not fit.
        ValueError: If a number is out of range.
    """
    target = _target(type_spec)
    # The same number: a tensor of an array takes ten times as long.
    number = value.item() if type(value) is target.numpy_scalar else value  # type: ignore[attr-defined]
    if (
        type(number) is target.python_scalar
        and target.limits[0] <= number <= target.limits[1]  # type: ignore[operator]
        and not _may_have_another_sign(number)
    ):
        return eager_tensor(number, target.enum)
    if isinstance(value, EagerTensor) and value.dtype == target.tf_dtype:
        _check_shape(shape_of(value), target)
        return value
    array = _to_array(value, target)
    return eager_tensor(array.copy() if _may_change(array, value) else array, target.enum)


def _may_have_another_sign(number: object) -> bool:
    """Whether TensorFlow may give a tensor that it keeps for an equal number: 0.0 equals -0.0."""
    return number == 0 and type(number) is float


def _may_change(array: np.ndarray, value: object) -> bool:
    """Whether a tensor would have the memory of an array that somebody else may write into."""
    is_of_others = array is value or not array.flags.owndata
    return is_of_others and array.flags.writeable and array.ctypes.data % TENSOR_ALIGNMENT == 0


def to_array(value: object, type_spec: fl.TensorType) -> np.ndarray:
    """Converts a payload to a NumPy array.

    Args:
        value: As for `to_tensor`.
        type_spec: The type of the array; strings become an array of objects.

    Raises:
        TypeError: If the kind of number or the shape does not fit.
        ValueError: If a number is out of range.
    """
    return _to_array(value, _target(type_spec))


def _make_target(type_spec: fl.TensorType) -> _Target:
    dtype = np.dtype(type_spec.dtype)
    tf_dtype = to_tf_dtype(type_spec.dtype.type)
    scalars: dict[str, type] = {"b": bool, "i": int, "u": int, "f": float}
    python_scalar = scalars.get(dtype.kind) if type_spec.shape == () else None
    return _Target(
        type_spec=type_spec,
        dtype=dtype,
        tf_dtype=tf_dtype,
        enum=tf_dtype.as_datatype_enum,
        python_scalar=python_scalar,
        numpy_scalar=dtype.type if python_scalar is not None else None,
        limits=_limits(dtype),
    )


def _limits(dtype: np.dtype) -> tuple[float, float]:
    if dtype.kind in "iu":
        return int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)
    return (float(np.finfo(dtype).min), float(np.finfo(dtype).max)) if dtype.kind == "f" else (0, 1)


_target: IdentityCache[fl.TensorType, _Target] = IdentityCache(_make_target)


def _to_array(value: object, target: _Target) -> np.ndarray:
    array = _as_array(value, target)
    if target.dtype.kind in _STRING_KINDS:
        _check_strings(array, target)
    elif array.dtype != target.dtype:
        array = _cast(array, target)
    _check_shape(array.shape, target)
    return array


def _as_array(value: object, target: _Target) -> np.ndarray:
    if isinstance(value, (EagerTensor, tf.Variable)):
        return np.asarray(value.numpy(), object if value.dtype == tf.string else None)
    if isinstance(value, tf.IndexedSlices):
        return to_dense(value, "the argument").numpy()
    if is_sparse(value):
        raise TypeError(f"Expected a value of type {target.type_spec}. {not_dense(value)}")
    if isinstance(value, tf.Tensor):
        raise TypeError(
            f"Expected a value of type {target.type_spec}, found a value of Python type `{type(value).__name__}`. "
            "Pass an eager tensor or a NumPy array."
        )
    check_mask(value)
    # NumPy's own string types cut trailing zero bytes off.
    is_string = target.dtype.kind in _STRING_KINDS and not isinstance(value, np.ndarray)
    try:
        array = np.asarray(value, object if is_string else None)
        return _large_integers(value, array) if isinstance(value, (list, tuple)) else array
    except ValueError as error:
        found = _described_ragged(value) if isinstance(value, (list, tuple)) else f"what forms no array: {error}"
        raise TypeError(f"Expected a value of type {target.type_spec}, found {found}.") from None


def check_mask(value: object) -> None:
    """Refuses an array that leaves out some of its numbers: a tensor would have them all.

    Raises:
        TypeError: If it does.
    """
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        raise TypeError(
            "Some numbers of the array are masked, and a tensor has no mask. Leave them out with `x.compressed()`, or "
            "put numbers in their places with `x.filled(0)`."
        )


def _described_ragged(values: Sequence[object]) -> str:
    """Describes a list that forms no array."""
    shapes: dict[tuple[int, ...], None] = {}
    for value in values:
        with contextlib.suppress(ValueError):  # It forms no array itself.
            shapes[np.shape(value)] = None  # type: ignore[call-overload]
    such_as = " and ".join(str(list(shape)) for shape in list(shapes)[:2])
    return f"a list of {len(values)} values of different shapes" + (f", such as {such_as}" if len(shapes) > 1 else "")


def _large_integers(value: object, array: np.ndarray) -> np.ndarray:
    """Undoes that NumPy makes floats of a list that mixes small integers with some above the range of int64."""
    if array.dtype != np.float64 or not array.size or np.abs(array).max() < 2.0**63:
        return array
    exact = np.asarray(value, object)
    if not all(isinstance(number, (int, np.integer)) for number in exact.flat):
        return array
    return exact.astype(np.uint64) if min(exact.flat) >= 0 else exact


def _check_strings(array: np.ndarray, target: _Target) -> None:
    if array.dtype.kind in "US" or all(isinstance(element, (str, bytes)) for element in array.flat):
        return
    found = (
        array.dtype
        if array.dtype.kind != "O"
        else next(type(element).__name__ for element in array.flat if not isinstance(element, (str, bytes)))
    )
    raise TypeError(f"Expected a value of type {target.type_spec}, found {found}. Pass strings or bytes.")


def _cast(array: np.ndarray, target: _Target) -> np.ndarray:
    if array.dtype.kind == "O":
        if array.size and all(isinstance(element, int) for element in array.flat):
            raise _out_of_range(array, target)
        raise TypeError(f"Expected a value of type {target.type_spec}, found {_described(array)}.")
    if array.size and not _may_become(array.dtype, target.dtype):
        raise TypeError(
            f"Expected a value of type {target.type_spec}, found {_described(array)}. "
            f"Convert it first if you mean to, as in `numpy.asarray(x).astype({target.dtype.name!r})`."
        )
    with np.errstate(all="ignore"):
        cast = array.astype(target.dtype)
    _check_survival(array, cast, target)
    return cast


def _check_survival(array: np.ndarray, cast: np.ndarray, target: _Target) -> None:
    if array.dtype.kind not in "iu":
        if not np.array_equal(np.isfinite(array), np.isfinite(cast)):
            raise _out_of_range(array, target)
    elif target.dtype.kind in "iu":
        if array.size and (array.min() < target.limits[0] or array.max() > target.limits[1]):
            raise _out_of_range(array, target)
    elif not _is_exact(array, cast):
        raise ValueError(
            f"Expected a value of type {target.type_spec}, found {_described(array)} with more digits than "
            f"{target.dtype.name} has. Declare a wider type, or round first."
        )


def _is_exact(integers: np.ndarray, cast: np.ndarray) -> bool:
    """Whether integers became floats that they are equal to."""
    limits = np.iinfo(integers.dtype)
    floats = cast.real.astype(np.float64)
    # Past these limits a float has no integer to be compared with.
    if not ((floats >= float(limits.min)) & (floats < float(limits.max) + 1)).all():
        return False
    return bool((floats.astype(integers.dtype) == integers).all())


def _may_become(found: np.dtype, target: np.dtype) -> bool:
    return _kind(found) is not None and (_kind(target) or 0) >= (_kind(found) or 0)


def _kind(dtype: np.dtype) -> int | None:
    # bfloat16 is no kind of NumPy's own.
    return _KINDS["f"] if dtype == ml_dtypes.bfloat16 else _KINDS.get(dtype.kind)


def _check_shape(shape: tuple[int, ...], target: _Target) -> None:
    expected = target.type_spec.shape
    if expected is None or expected == shape:
        return
    if len(expected) != len(shape) or any(e is not None and e != s for e, s in zip(expected, shape, strict=True)):
        raise TypeError(f"Expected a value of type {target.type_spec}, found the shape {list(shape)}.")


def _out_of_range(value: np.ndarray, target: _Target) -> ValueError:
    found = f"{value}" if np.ndim(value) == 0 else f"values from {np.min(value)} to {np.max(value)}"
    limits = "64-bit numbers"
    if target.dtype.kind in "iuf":
        limits = f"{target.limits[0]} to {target.limits[1]}"
    return ValueError(f"Expected a value of type {target.type_spec} ({limits}), found {found}.")


def _described(array: np.ndarray) -> str:
    if array.dtype.kind in "US":
        return "a string" if array.ndim == 0 else f"strings of shape {list(array.shape)}"
    if array.dtype.kind == "O":
        names = sorted({type(element).__name__ for element in array.flat})
        if array.ndim and names:
            return f"an array of Python objects: {', '.join(f'`{name}`' for name in names[:3])}"
        found = array.flat[0] if array.size else None
        return f"a value of Python type `{type(found).__name__}`" if found is not None else "None"
    return f"{array.dtype.name}{list(array.shape) if array.ndim else ''}"
