"""Between values and the tensors that a TensorFlow function receives and returns."""

from collections.abc import Iterator

import federated_language as fl
import tensorflow as tf

from tffsim.external_runtime.tensorflow.functions.reading_options import variant_to_read
from tffsim.external_runtime.tensorflow.tensorflow_types import element_spec, tensor_spec
from tffsim.external_runtime.tensorflow.values.dataset_values import to_dataset
from tffsim.external_runtime.tensorflow.values.tensorflow_values import TensorFlowValue
from tffsim.language.struct_types import field_types


def specs_of(type_spec: fl.Type) -> list[tf.TensorSpec]:
    """Returns what a function receives for each leaf of a type, in order.

    Raises:
        TypeError: If TensorFlow knows no such values.
    """
    if isinstance(type_spec, fl.TensorType):
        return [tensor_spec(type_spec)]
    if isinstance(type_spec, fl.SequenceType):
        return [tf.TensorSpec([], tf.variant)]
    if isinstance(type_spec, fl.StructType):
        return [spec for field_type in field_types(type_spec) for spec in specs_of(field_type)]
    raise TypeError(f"A TensorFlow computation takes tensors, sequences and structs of them, found {type_spec}.")


def leaf_types(type_spec: fl.Type) -> list[fl.Type]:
    """Returns the types of the tensors and sequences in a type, in order."""
    if isinstance(type_spec, fl.StructType):
        return [leaf for field_type in field_types(type_spec) for leaf in leaf_types(field_type)]
    return [type_spec]


def flatten(
    value: TensorFlowValue | None,
    type_spec: fl.Type,
    inputs: list[tf.Tensor],
    datasets: list[tf.data.Dataset],
    *,
    calls_functions: bool = False,
) -> None:
    """Appends the tensors of a value to those that a function receives.

    Args:
        value: As `to_tensorflow` makes it.
        type_spec: Its type.
        inputs: Where its tensors go.
        datasets: Where its datasets go, too.
        calls_functions: See `reading_options.variant_to_read`.
    """
    if isinstance(type_spec, fl.TensorType):
        inputs.append(value)
    elif isinstance(type_spec, fl.StructType):
        assert isinstance(value, tuple)
        for element, element_type in zip(value, field_types(type_spec), strict=True):
            flatten(element, element_type, inputs, datasets, calls_functions=calls_functions)
    else:
        assert isinstance(type_spec, fl.SequenceType)
        # A function may name the fields of an element otherwise than its caller.
        dataset = to_dataset(value, type_spec)
        datasets.append(dataset)
        inputs.append(variant_to_read(dataset, calls_functions=calls_functions))


def pack(outputs: Iterator[tf.Tensor], type_spec: fl.Type, sources: list[tf.data.Dataset]) -> TensorFlowValue:
    """Makes a value of the tensors that a function returns.

    Args:
        outputs: The tensors; as many are taken as the type has.
        type_spec: The type of the value.
        sources: Datasets that its datasets may read.
    """
    if isinstance(type_spec, fl.TensorType):
        return next(outputs)
    if isinstance(type_spec, fl.StructType):
        return tuple([pack(outputs, element_type, sources) for element_type in field_types(type_spec)])
    assert isinstance(type_spec, fl.SequenceType)
    dataset = tf.data.experimental.from_variant(next(outputs), element_spec(type_spec.element))
    # A dataset made from a Python generator stops working when the object is gone.
    dataset.tffsim_sources = sources
    return dataset
