"""TensorFlow functions for random computations, each with a twin in NumPy."""

import functools
from collections.abc import Callable
from typing import Any

import federated_language as fl
import numpy as np
import tensorflow as tf
from federated_language import framework

from tests.property.oracle import Twin
from tffsim.computations.tensorflow_computation import tf_computation

TWINS: dict[bytes, Twin] = {}


def _leaf(function: Callable[..., Any], twin: Twin, *types: fl.Type) -> framework.CompiledComputation:
    proto = tf_computation(function, *types).to_proto()
    TWINS[proto.tensorflow.graph_def.value] = twin
    return framework.CompiledComputation(proto)


@functools.cache
def constant(type_spec: fl.TensorType) -> framework.CompiledComputation:
    """A function without parameter that returns a constant."""
    value = np.ones(type_spec.shape, type_spec.dtype)
    return _leaf(lambda: tf.constant(value), lambda: value)


@functools.cache
def negate(type_spec: fl.TensorType) -> framework.CompiledComputation:
    """`x -> -x`; for truth values `not x`."""
    if type_spec.dtype.type is np.bool_:
        return _leaf(lambda x: tf.logical_not(x), np.logical_not, type_spec)
    return _leaf(lambda x: -x, np.negative, type_spec)


@functools.cache
def with_variable(type_spec: fl.TensorType) -> framework.CompiledComputation:
    """`x -> x + 1`, counted in a variable."""

    def count_up(x: tf.Tensor) -> tf.Tensor:
        counter = tf.Variable(x)
        counter.assign_add(tf.ones_like(x))
        return counter.read_value()

    return _leaf(count_up, lambda x: x + np.ones_like(x), type_spec)


@functools.cache
def identity(type_spec: fl.Type) -> framework.CompiledComputation:
    """`x -> x` for structs, which pass through TensorFlow whole."""
    return _leaf(lambda x: x, lambda x: x, type_spec)


@functools.cache
def length(type_spec: fl.SequenceType) -> framework.CompiledComputation:
    """The number of elements of a sequence, as int32."""
    return _leaf(
        lambda data: data.reduce(tf.constant(0), lambda n, _: n + 1), lambda data: np.int32(len(data)), type_spec
    )


@functools.cache
def repeated(type_spec: fl.TensorType) -> framework.CompiledComputation:
    """The sequence `[x, x, x]`."""
    return _leaf(lambda x: tf.data.Dataset.from_tensors(x).repeat(3), lambda x: [np.asarray(x)] * 3, type_spec)
