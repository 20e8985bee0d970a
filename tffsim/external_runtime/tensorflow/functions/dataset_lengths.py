"""How many elements a data set has, as far as that is known without reading it."""

import functools

import tensorflow as tf

from tffsim.external_runtime.tensorflow.functions.function_calls import SharedFunction
from tffsim.external_runtime.tensorflow.functions.reading_options import calls_no_function


def known_length(dataset: tf.data.Dataset) -> int | None:
    """Returns the number of elements that a data set says it has.

    Args:
        dataset: The data set; it is asked once.

    Returns:
        None if it does not say, if it has no end, or if it calls functions: then only
        reading it could tell, and that might be noticed.
    """
    known = dataset.__dict__
    if "tffsim_length" not in known:
        known["tffsim_length"] = _length(dataset) if calls_no_function(dataset) else None
    length: int | None = known["tffsim_length"]
    return length


def is_endless(dataset: tf.data.Dataset) -> bool:
    """Returns whether a data set says that it has no end. It is asked once."""
    known = dataset.__dict__
    if "tffsim_is_endless" not in known:
        known["tffsim_is_endless"] = int(dataset.cardinality()) == tf.data.INFINITE_CARDINALITY
    return bool(known["tffsim_is_endless"])


def _length(dataset: tf.data.Dataset) -> int | None:
    (cardinality,) = _cardinality().run([tf.data.experimental.to_variant(dataset)], None)
    length = int(cardinality)
    return length if length >= 0 else None


@functools.cache
def _cardinality() -> SharedFunction:
    """Returns a function that asks: an eager operation on data sets would keep a thread."""

    def cardinality(variant: tf.Tensor) -> tf.Tensor:
        return tf.raw_ops.DatasetCardinality(input_dataset=variant)

    function = tf.function(cardinality, autograph=False, input_signature=[tf.TensorSpec([], tf.variant)])
    types = [tf.variant.as_datatype_enum], [tf.int64.as_datatype_enum]
    return SharedFunction(function.get_concrete_function(), *types, num_threads=0)
