"""Types of `federated_language` and their TensorFlow counterparts, in both directions."""

import collections
import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, cast

import attrs
import federated_language as fl
import ml_dtypes
import numpy as np
import tensorflow as tf
from federated_language.common_libs import py_typecheck

from tffsim.external_runtime.tensorflow.sparse_values import is_row, is_sparse, not_dense, to_dense
from tffsim.language.containers import to_container

_DTYPES = {
    np.bool_: tf.bool,
    np.int8: tf.int8,
    np.int16: tf.int16,
    np.int32: tf.int32,
    np.int64: tf.int64,
    np.uint8: tf.uint8,
    np.uint16: tf.uint16,
    np.uint32: tf.uint32,
    np.uint64: tf.uint64,
    np.float16: tf.float16,
    np.float32: tf.float32,
    np.float64: tf.float64,
    np.complex64: tf.complex64,
    np.complex128: tf.complex128,
    ml_dtypes.bfloat16: tf.bfloat16,
    np.str_: tf.string,
}
_NUMPY_TYPES = {tf_dtype: numpy_type for numpy_type, tf_dtype in _DTYPES.items()}


def to_tf_dtype(dtype: type[np.generic]) -> tf.DType:
    """Returns the TensorFlow dtype of a NumPy scalar type.

    Raises:
        TypeError: If there is none.
    """
    if dtype not in _DTYPES:
        raise TypeError(f"TensorFlow has no dtype for {dtype}.")
    return _DTYPES[dtype]


def from_tf_dtype(dtype: tf.DType) -> type[np.generic]:
    """Returns the NumPy scalar type of a TensorFlow dtype.

    Raises:
        TypeError: If computations cannot carry this dtype.
    """
    if dtype not in _NUMPY_TYPES:
        raise TypeError(
            f"Computations cannot carry tensors of dtype {dtype.name}. Cast it, for example with `tf.cast`."
        )
    return _NUMPY_TYPES[dtype]


def tensor_spec(type_spec: fl.TensorType) -> tf.TensorSpec:
    """Returns the shape and dtype of a tensor type as a `tf.TensorSpec`."""
    return tf.TensorSpec(type_spec.shape, to_tf_dtype(type_spec.dtype.type))


def element_spec(type_spec: fl.Type) -> object:
    """Returns the element spec of a dataset, from the type of its elements.

    Named structs become `OrderedDict`s, unnamed ones tuples. TensorFlow orders the
    parts of a dict by name wherever it flattens one, so both ends of a dataset agree,
    whatever the order of the fields in the type.

    Args:
        type_spec: Tensors and structs of them.

    Raises:
        TypeError: If a struct is named in part, or contains something else.
    """
    if isinstance(type_spec, fl.TensorType):
        return tensor_spec(type_spec)
    if isinstance(type_spec, fl.StructType):
        specs = [(name, element_spec(t)) for name, t in type_spec.items()]
        names = [name for name, _ in specs]
        if not any(names):
            return tuple(spec for _, spec in specs)
        if None in names:
            raise TypeError(f"An element of a sequence must name all its fields or none, found {type_spec}.")
        return collections.OrderedDict(specs)
    raise TypeError(f"A sequence holds tensors and structs of tensors, found {type_spec}.")


def to_type(spec: object) -> fl.Type:
    """Returns the type that a specification describes; None for None.

    Args:
        spec: What `tffsim.to_type` takes.

    Raises:
        TypeError: If it describes no type.
    """
    # The language's function, which `computations.type_specifications` teaches what TensorFlow calls types.
    return cast(fl.Type, None if spec is None else fl.to_type(spec))


def from_spec(spec: Any) -> fl.Type | None:
    """Returns the type that one of TensorFlow's own specifications describes; None if it is none.

    Raises:
        TypeError: If computations cannot carry what it describes.
    """
    if isinstance(spec, tf.DType):
        return fl.TensorType(from_tf_dtype(spec))
    if isinstance(spec, tf.TensorSpec):
        return fl.TensorType(from_tf_dtype(spec.dtype), _shape(spec.shape))
    if isinstance(spec, tf.data.DatasetSpec):
        return fl.SequenceType(to_type(spec.element_spec))
    if is_row(spec):
        return fl.TensorType(from_tf_dtype(spec.dtype), _shape(spec.shape))
    if isinstance(spec, tf.TypeSpec):
        raise TypeError(not_dense(spec))
    return None


def infer_type(value: object) -> fl.Type:
    """Returns the type of a value.

    Args:
        value: What `federated_language` can type; and tensors, variables, datasets,
            dataclasses and containers of them.

    Raises:
        TypeError: If the value has no type.
    """
    if isinstance(value, fl.TypedObject):
        return value.type_signature
    if isinstance(value, (tf.Tensor, tf.Variable)):
        return fl.TensorType(from_tf_dtype(value.dtype), _shape(value.shape))
    if isinstance(value, tf.data.Dataset):
        return fl.SequenceType(to_type(value.element_spec))
    if isinstance(value, tf.IndexedSlices):
        return infer_type(to_dense(value, "the argument"))
    if hasattr(type(value), "__tf_tensor__"):  # A variable of Keras.
        return infer_type(tf.convert_to_tensor(value))
    if is_sparse(value):
        raise TypeError(not_dense(value))
    if isinstance(value, np.ndarray) and value.dtype.kind in "OSU":
        return fl.TensorType(np.str_, value.shape)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = [(field.name, infer_type(getattr(value, field.name))) for field in dataclasses.fields(value)]
        return fl.StructWithPythonType(fields, type(value))
    return _container_type(value, infer_type, otherwise=_infer_leaf_type)


def to_python_containers(value: object, type_spec: fl.Type) -> object:
    """Puts the elements of a dataset, given as dicts and tuples, into the type's containers."""
    if not isinstance(type_spec, fl.StructType):
        return value
    parts = value.values() if isinstance(value, Mapping) else cast(tuple[object, ...], value)
    return to_container([to_python_containers(v, t) for v, t in zip(parts, type_spec, strict=True)], type_spec)


def _infer_leaf_type(value: object) -> fl.Type:
    if value is None:
        raise TypeError("`None` has no type. Leave it out, or pass a number.")
    try:
        inferred = fl.framework.infer_type(value)
    except NotImplementedError as error:
        raise TypeError(
            f"A {type(value).__name__} is no tensor, no dataset and no container of them. Convert it first."
        ) from error
    assert inferred is not None
    return inferred


def _container_type(
    value: object, convert: Callable[[object], fl.Type], otherwise: Callable[[object], fl.Type]
) -> fl.Type:
    if isinstance(value, type):
        return otherwise(value)
    if attrs.has(type(value)) and not isinstance(value, fl.Type):
        fields = attrs.asdict(value, recurse=False)  # type: ignore[arg-type]
        return fl.StructWithPythonType([(k, convert(v)) for k, v in fields.items()], type(value))
    if isinstance(value, py_typecheck.SupportsNamedTuple):
        return fl.StructWithPythonType([(k, convert(v)) for k, v in value._asdict().items()], type(value))
    if isinstance(value, Mapping):
        return fl.StructWithPythonType([(k, convert(v)) for k, v in value.items()], type(value))
    if isinstance(value, (list, tuple)) and not _is_tensor_type_pair(value):
        return fl.StructWithPythonType([convert(element) for element in value], type(value))
    return otherwise(value)


def _is_tensor_type_pair(value: list[object] | tuple[object, ...]) -> bool:
    """Whether it is a pair such as `(np.int32, [10])`, which describes a tensor."""
    return (
        isinstance(value, tuple)
        and len(value) == 2
        and isinstance(value[0], type)
        and fl.is_valid_dtype(value[0])
        and (value[1] is None or (isinstance(value[1], (list, tuple)) and all(_is_dimension(d) for d in value[1])))
    )


def _is_dimension(value: object) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool))


def _shape(shape: tf.TensorShape) -> tuple[int | None, ...] | None:
    return None if shape.rank is None else tuple(shape.as_list())
