"""Data sets as messages: their elements, in runs of equal shapes.

The message holds what a reader of the data set would see. Its graph does not travel: that could ask the other
machine for files, or for Python functions which are only here.
"""

from collections.abc import Iterator

import federated_language as fl
import numpy as np
import tensorflow as tf

from tffsim.external_runtime.tensorflow.functions.array_slices import runs_of_slices
from tffsim.external_runtime.tensorflow.functions.dataset_lengths import is_endless
from tffsim.external_runtime.tensorflow.functions.element_blocks import have_one_shape, read_rows, read_stacked
from tffsim.external_runtime.tensorflow.functions.slices import dataset_of_slices
from tffsim.external_runtime.tensorflow.tensorflow_types import element_spec
from tffsim.external_runtime.tensorflow.values.dataset_values import to_dataset
from tffsim.language.identity_cache import IdentityCache
from tffsim.remote.wire.rows import RunList, decode_columns, encode_columns, encode_rows
from tffsim.remote.wire.tensors import Buffers

_FEW_RUNS = 2


def encode_sequence(value: object, type_spec: fl.SequenceType, runs: RunList, buffers: Buffers) -> None:
    """Writes the elements of a sequence into messages; reads it, unless it is slices of arrays.

    Args:
        value: A data set, or whatever can become one.
        type_spec: Its type.
        runs: Where the messages go.
        buffers: Takes the bytes of large ones.

    Raises:
        TypeError: If the elements do not fit the type.
        ValueError: If it has no end.
    """
    dataset = to_dataset(value, type_spec)
    if is_endless(dataset):
        raise ValueError(
            "A data set without an end cannot be sent to a worker. Take what a client needs, with `dataset.take(n)`."
        )
    slices = runs_of_slices(dataset)
    if slices is not None:
        for columns in slices:
            encode_columns(columns, len(columns[0]), runs, buffers)
        return
    if not have_one_shape(dataset):
        encode_rows(list(read_rows(dataset)), runs, buffers)
        return
    columns = read_stacked(dataset)
    if len(columns[0]):
        encode_columns(columns, len(columns[0]), runs, buffers)


def decode_sequence(runs: RunList, type_spec: fl.SequenceType, buffers: Iterator[np.ndarray]) -> tf.data.Dataset:
    """Returns a data set of the elements in messages.

    Raises:
        MalformedError: If they do not fit the type.
    """
    spec, types = _layout(type_spec)
    stacked = [decode_columns(run, types, buffers) for run in runs]
    if types and 0 < len(stacked) <= _FEW_RUNS:
        return dataset_of_slices(stacked, type_spec)
    elements = [
        tf.nest.pack_sequence_as(spec, row)
        for columns, run in zip(stacked, runs, strict=True)
        for row in (zip(*columns, strict=True) if columns else [()] * run.length)
    ]
    return to_dataset(elements, type_spec)


def _layout_of(type_spec: fl.SequenceType) -> tuple[object, list[fl.TensorType]]:
    spec = element_spec(type_spec.element)
    types = [fl.TensorType(s.dtype.as_numpy_dtype if s.dtype != tf.string else np.str_, _shape(s)) for s in
             tf.nest.flatten(spec)]  # fmt: skip
    return spec, types


_layout: IdentityCache[fl.SequenceType, tuple[object, list[fl.TensorType]]] = IdentityCache(_layout_of)


def _shape(spec: tf.TensorSpec) -> tuple[int | None, ...] | None:
    return None if spec.shape.rank is None else tuple(spec.shape.as_list())
