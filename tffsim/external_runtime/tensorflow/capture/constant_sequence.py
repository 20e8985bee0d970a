"""A sequence as a computation: a finite dataset with its elements written into a graph."""

from collections.abc import Iterable
from typing import Any

import federated_language as fl
import numpy as np
import tensorflow as tf
from federated_language.proto import computation_pb2 as pb

from tffsim.external_runtime.tensorflow.capture.graph_capture import capture
from tffsim.external_runtime.tensorflow.tensorflow_types import element_spec
from tffsim.language.containers import struct_elements


def constant_sequence(value: Iterable[object], type_spec: fl.SequenceType) -> pb.Computation:
    """Returns a computation without parameter whose result is a given sequence.

    Args:
        value: A finite `tf.data.Dataset`, or an iterable of elements.
        type_spec: The type of the sequence.

    Raises:
        ValueError: If the sequence never ends.
    """
    if isinstance(value, tf.data.Dataset) and int(value.cardinality()) == tf.data.INFINITE_CARDINALITY:
        raise ValueError("A function cannot take an endless sequence along. Limit it with `dataset.take(n)`.")
    spec = element_spec(type_spec.element)
    rows = [_flat(element, type_spec.element) for element in value]

    def build() -> tf.data.Dataset:
        datasets = [_one_element(row, spec) for row in rows]
        if not datasets:
            return _one_element(_zeros(spec), spec).take(0)
        result = datasets[0]
        for dataset in datasets[1:]:
            result = result.concatenate(dataset)
        return result

    proto, _ = capture(build, None, "constant_sequence")
    return proto


def _flat(element: object, type_spec: fl.Type) -> list[np.ndarray]:
    if isinstance(type_spec, fl.StructType):
        parts = zip(struct_elements(element, type_spec), type_spec, strict=True)
        return [array for part, t in parts for array in _flat(part, t)]
    return [np.asarray(element)]


def _one_element(row: list[np.ndarray], spec: object) -> tf.data.Dataset:
    arrays = iter(row)
    flat = [tf.constant(next(arrays), s.dtype) for s in _leaves(spec)]
    packed = _pack(iter(flat), spec)
    return tf.data.Dataset.from_tensors(packed)


def _zeros(spec: object) -> list[np.ndarray]:
    return [
        np.full(
            [d or 0 for d in s.shape.as_list()] if s.shape.rank is not None else [], "" if s.dtype == tf.string else 0
        )
        for s in _leaves(spec)
    ]


def _leaves(spec: object) -> list[tf.TensorSpec]:
    if isinstance(spec, dict):
        return [leaf for part in spec.values() for leaf in _leaves(part)]
    if isinstance(spec, tuple):
        return [leaf for part in spec for leaf in _leaves(part)]
    return [spec]


def _pack(tensors: Any, spec: object) -> object:
    if isinstance(spec, dict):
        return type(spec)((name, _pack(tensors, part)) for name, part in spec.items())
    if isinstance(spec, tuple):
        return tuple(_pack(tensors, part) for part in spec)
    return next(tensors)
