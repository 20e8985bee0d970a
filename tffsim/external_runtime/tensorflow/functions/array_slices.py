"""Finds the arrays of which a data set is nothing but slices.

`tf.data.Dataset.from_tensor_slices(...).batch(20)` is the commonest data of a client. TensorFlow reads it example by
example, 5000 of them in 10 ms; the arrays lie there, with all elements one behind the other.
"""

import numpy as np
import tensorflow as tf

from tffsim.external_runtime.tensorflow.functions.element_blocks import component_array
from tffsim.external_runtime.tensorflow.functions.reading_options import inputs_of

Run = list[np.ndarray]
"""Elements of equal shapes: one array for each tensor, in flat order, with the elements along its first axis."""


def runs_of_slices(dataset: tf.data.Dataset) -> list[Run] | None:
    """Returns the elements of a data set without reading it, in their order.

    Args:
        dataset: Its elements are dense tensors.

    Returns:
        None if it is more than slices of arrays: only reading it tells its elements.
    """
    runs = _runs(dataset)
    return None if runs is None else [run for run in runs if len(run[0])]


def _runs(dataset: tf.data.Dataset) -> list[Run] | None:
    # These names and attributes are private to TensorFlow. Data of another kind is read.
    kind = type(dataset).__name__
    if kind == "_TensorSliceDataset":
        tensors = getattr(dataset, "_tensors", [])
        are_dense = tensors and all(tensor.dtype != tf.variant for tensor in tensors)
        return [list(map(component_array, tensors))] if are_dense else None
    if kind not in ("_BatchDataset", "_ConcatenateDataset", "_PrefetchDataset"):
        return None
    runs: list[Run] = []
    for part in map(_runs, inputs_of(dataset)):
        if part is None:
            return None
        runs += part
    return _batched(dataset, runs) if kind == "_BatchDataset" else runs


def _batched(dataset: tf.data.Dataset, runs: list[Run]) -> list[Run] | None:
    size, drops = getattr(dataset, "_batch_size", None), getattr(dataset, "_drop_remainder", None)
    if len(runs) != 1 or size is None or drops is None:
        return None
    (columns,), size = runs, int(size)
    num_whole = len(columns[0]) // size
    end = num_whole * size
    whole = [column[:end].reshape(num_whole, size, *column.shape[1:]) for column in columns]
    rest = [column[None, end:] for column in columns]
    has_rest = len(columns[0]) > end and not bool(drops)
    return [whole, rest] if has_rest else [whole]
