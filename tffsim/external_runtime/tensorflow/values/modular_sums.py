"""Exact sums of integers modulo a number.

A sum that left the range of its dtype would be known modulo a power of two only. So each
client's number becomes its remainder, written with two digits of 32 bits; digits of
fewer than two thousand million clients add up in 64 bits; and the sums of the digits are
put together in Python's integers.
"""

from typing import Any

import federated_language as fl
import numpy as np
import tensorflow as tf

from tffsim.external_runtime.tensorflow.tensorflow_types import to_tf_dtype
from tffsim.external_runtime.tensorflow.values.tensorflow_values import TensorFlowValue
from tffsim.language.struct_types import field_types

_BITS = 32


def digits_of_remainder(type_spec: fl.Type, pair: TensorFlowValue) -> TensorFlowValue:
    """Returns the remainders of numbers, each as two digits.

    Args:
        type_spec: The type of the numbers.
        pair: The numbers, and their moduli.
    """
    numbers, moduli = pair
    if isinstance(type_spec, fl.StructType):
        return tuple(digits_of_remainder(t, (x, m)) for t, x, m in _elements(type_spec, numbers, moduli))
    assert not isinstance(numbers, tuple)
    wide = tf.uint64 if numbers.dtype.is_unsigned else tf.int64
    remainder = tf.raw_ops.FloorMod(x=tf.cast(numbers, wide), y=tf.cast(moduli, wide))
    high = tf.raw_ops.RightShift(x=remainder, y=tf.constant(_BITS, wide))
    low = tf.raw_ops.BitwiseAnd(x=remainder, y=tf.constant((1 << _BITS) - 1, wide))
    return tf.cast(high, tf.int64), tf.cast(low, tf.int64)


def number_of_digits(type_spec: fl.Type, pair: TensorFlowValue) -> TensorFlowValue:
    """Returns the remainders of numbers of which the sums of the digits are known.

    Args:
        type_spec: The type of the numbers.
        pair: The sums of their digits, and their moduli.
    """
    sums, moduli = pair
    if isinstance(type_spec, fl.StructType):
        return tuple(number_of_digits(t, (s, m)) for t, s, m in _elements(type_spec, sums, moduli))
    high, low, modulus = (np.asarray(tensor.numpy()).astype(object) for tensor in (*sums, moduli))
    remainder = np.asarray(((high << _BITS) + low) % modulus)
    assert isinstance(type_spec, fl.TensorType)
    return tf.constant(remainder.astype(type_spec.dtype), to_tf_dtype(type_spec.dtype.type))


def _elements(type_spec: fl.StructType, values: Any, moduli: object) -> Any:
    if not isinstance(moduli, tuple):
        moduli = (moduli,) * len(type_spec)
    return zip(field_types(type_spec), values, moduli, strict=True)
