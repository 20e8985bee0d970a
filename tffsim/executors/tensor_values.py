"""Turns numbers, strings and arrays into tensors of a given type.

Numbers may change their width, never their kind: a float does not become an integer.
An integer that would not survive the change is an error.
"""

import dataclasses
from typing import Any

import federated_language as fl
import numpy as np
import tensorflow as tf

from tffsim.computations.identity_cache import IdentityCache
from tffsim.computations.tensorflow_types import to_tf_dtype
from tffsim.executors.eager_execution import EagerTensor, eager_tensor, shape_of

_KINDS = {"b": 0, "u": 1, "i": 1, "f": 2, "c": 3}
_STRING_KINDS = "USO"


@dataclasses.dataclass(frozen=True, slots=True)
class _Target:
    """What a tensor of one type must look like, looked up once per type."""

    type_spec: fl.TensorType
    dtype: np.dtype
    tf_dtype: tf.DType
    enum: int
    python_scalar: type | None
    limits: tuple[int, int]


def to_tensor(value: Any, type_spec: fl.TensorType) -> tf.Tensor:
    """Converts a payload to an eager tensor.

    Args:
        value: A Python or NumPy number, a string, an array, nested lists of these, a
            tensor or a variable (it is read). A tensor of the right type is returned
            itself.
        type_spec: The type of the tensor.

    Raises:
        TypeError: If the kind of number or the shape does not fit.
        ValueError: If an integer is out of range.
    """
    target = _target(type_spec)
    python_type = type(value)
    if python_type is target.python_scalar:
        if python_type is int and not target.limits[0] <= value <= target.limits[1]:
            raise _out_of_range(value, target)
        return eager_tensor(value, target.enum)
    if isinstance(value, EagerTensor) and value.dtype == target.tf_dtype:
        _check_shape(shape_of(value), target)
        return value
    return eager_tensor(_to_array(value, target), target.enum)


def to_array(value: object, type_spec: fl.TensorType) -> np.ndarray:
    """Converts a payload to a NumPy array.

    Args:
        value: As for `to_tensor`.
        type_spec: The type of the array; strings become an array of objects.

    Raises:
        TypeError: If the kind of number or the shape does not fit.
        ValueError: If an integer is out of range.
    """
    return _to_array(value, _target(type_spec))


def _make_target(type_spec: fl.TensorType) -> _Target:
    dtype = np.dtype(type_spec.dtype)
    tf_dtype = to_tf_dtype(type_spec.dtype.type)
    scalars: dict[str, type] = {"b": bool, "i": int, "u": int, "f": float, "c": complex}
    is_integer = dtype.kind in "iu"
    return _Target(
        type_spec=type_spec,
        dtype=dtype,
        tf_dtype=tf_dtype,
        enum=tf_dtype.as_datatype_enum,
        python_scalar=scalars.get(dtype.kind) if type_spec.shape == () else None,
        limits=(int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)) if is_integer else (0, 0),
    )


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
    if isinstance(value, (tf.Tensor, tf.SparseTensor, tf.RaggedTensor)):
        raise TypeError(
            f"Expected a value of type {target.type_spec}, found a value of Python type `{type(value).__name__}`. "
            "Pass an eager, dense tensor or a NumPy array."
        )
    # NumPy's own string types cut trailing zero bytes off.
    is_string = target.dtype.kind in _STRING_KINDS and not isinstance(value, np.ndarray)
    try:
        return np.asarray(value, object if is_string else None)
    except ValueError as error:
        raise TypeError(
            f"Expected a value of type {target.type_spec}, found lists that form no array: {error}"
        ) from None


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
        if isinstance(array.flat[0] if array.size else None, int):
            raise _out_of_range(array, target)
        raise TypeError(f"Expected a value of type {target.type_spec}, found {_described(array)}.")
    if array.size and _kind(array.dtype) > _kind(target.dtype):
        raise TypeError(
            f"Expected a value of type {target.type_spec}, found {_described(array)}. "
            f"Convert it first if you mean to, as in `numpy.asarray(x).astype({target.dtype.name!r})`."
        )
    lowest, highest = target.limits
    is_narrowed = array.dtype.kind in "iu" and target.dtype.kind in "iu"
    if is_narrowed and array.size and (array.min() < lowest or array.max() > highest):
        raise _out_of_range(array, target)
    return array.astype(target.dtype)


def _kind(dtype: np.dtype) -> int:
    if dtype.kind in _KINDS:
        return _KINDS[dtype.kind]
    # bfloat16 and the 8-bit floats are no kinds of NumPy's own.
    return _KINDS["f"] if dtype.kind == "V" and dtype.names is None else len(_KINDS)


def _check_shape(shape: tuple[int, ...], target: _Target) -> None:
    expected = target.type_spec.shape
    if expected is None or expected == shape:
        return
    if len(expected) != len(shape) or any(e is not None and e != s for e, s in zip(expected, shape, strict=True)):
        raise TypeError(f"Expected a value of type {target.type_spec}, found the shape {list(shape)}.")


def _out_of_range(value: Any, target: _Target) -> ValueError:
    found = f"{value}" if np.ndim(value) == 0 else f"values from {np.min(value)} to {np.max(value)}"
    limits = f"{target.limits[0]} to {target.limits[1]}" if target.dtype.kind in "iu" else "64-bit numbers"
    return ValueError(f"Expected a value of type {target.type_spec} ({limits}), found {found}.")


def _described(array: np.ndarray) -> str:
    if array.dtype.kind in "US":
        return "a string" if array.ndim == 0 else f"strings of shape {list(array.shape)}"
    if array.dtype.kind == "O":
        found = array.flat[0] if array.size else None
        return f"a value of Python type `{type(found).__name__}`" if found is not None else "None"
    return f"{array.dtype.name}{list(array.shape) if array.ndim else ''}"
