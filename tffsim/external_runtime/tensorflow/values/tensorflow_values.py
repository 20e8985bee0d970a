"""Turns what a user passes into what TensorFlow takes, according to its type.

Three forms exist inside the leaf executor: an eager tensor (`tensor_values`), a
`tf.data.Dataset` (`dataset_values`) and, for a struct, a tuple of these. The names are
in the type.
"""

from typing import TypeAlias

import federated_language as fl
import tensorflow as tf
from federated_language.common_libs import structure

from tffsim.external_runtime.tensorflow.values.dataset_values import to_dataset
from tffsim.external_runtime.tensorflow.values.tensor_values import to_tensor
from tffsim.failures.failure_location import locate_argument
from tffsim.language.containers import struct_elements
from tffsim.language.struct_types import field_types, to_struct

TensorFlowValue: TypeAlias = tf.Tensor | tf.data.Dataset | tuple["TensorFlowValue", ...]
"""A value inside the leaf executor; the elements of a tuple are such values again."""


def to_tensorflow(value: object, type_spec: fl.Type) -> TensorFlowValue:
    """Converts a payload. Converting the outcome again changes nothing.

    Args:
        value: A number, array, string, tensor or variable; any container for a struct;
            a dataset, list, generator or callable that makes one for a sequence.
        type_spec: Its type: a tensor, a sequence or a struct of these.

    Returns:
        A tensor, a dataset, or a tuple in the order of the type.

    Raises:
        TypeError: If the payload does not fit the type, located at the element.
        ValueError: If a number is out of range, located at the element.
    """
    if isinstance(type_spec, fl.TensorType):
        return to_tensor(value, type_spec)
    if isinstance(type_spec, fl.StructType):
        return _to_elements(value, type_spec)
    if isinstance(type_spec, fl.SequenceType):
        return to_dataset(value, type_spec)
    raise TypeError(f"TensorFlow knows tensors, sequences and structs of these, found type {type_spec}.")


def materialise(value: TensorFlowValue, type_spec: fl.Type) -> tf.Tensor | tf.data.Dataset | structure.Struct:
    """Returns a value with its structs as `Struct`s; tensors and datasets are not copied.

    Args:
        value: What `to_tensorflow` or a function returned.
        type_spec: Its type.
    """
    if not isinstance(value, tuple):
        return value
    assert isinstance(type_spec, fl.StructType)
    return to_struct(type_spec, [materialise(v, t) for v, t in zip(value, field_types(type_spec), strict=True)])


def _to_elements(value: object, type_spec: fl.StructType) -> tuple[TensorFlowValue, ...]:
    elements: list[TensorFlowValue] = []
    fields = zip(struct_elements(value, type_spec), type_spec.items(), strict=True)
    for position, (element, (name, element_type)) in enumerate(fields):
        try:
            elements.append(to_tensorflow(element, element_type))
        except (TypeError, ValueError) as error:
            raise locate_argument(error, name if name is not None else position) from None
    return tuple(elements)
