"""Data sets that are slices of arrays tell their elements unread, the same as a reader finds."""

import federated_language as fl
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from tffsim.external_runtime.tensorflow.functions.array_slices import runs_of_slices
from tffsim.external_runtime.tensorflow.functions.element_blocks import read_rows
from tffsim.external_runtime.tensorflow.functions.slices import dataset_of_slices

FLOAT = fl.TensorType(np.float32)
DTYPES = ("float32", "float64", "int32", "int64", "uint8", "int16", "bool", "float16", "complex64", "bfloat16", "str")


def dataset(length: int = 7) -> tf.data.Dataset:
    examples = {"x": np.arange(3.0 * length, dtype=np.float32).reshape(length, 3), "y": np.arange(length)}
    return tf.data.Dataset.from_tensor_slices(examples)


def told(found: tf.data.Dataset) -> list[tuple[np.ndarray, ...]]:
    runs = runs_of_slices(found)
    assert runs is not None
    return [row for run in runs for row in zip(*run, strict=True)]


def assert_same(found: tf.data.Dataset) -> None:
    expected = list(read_rows(found))
    rows = told(found)
    assert len(rows) == len(expected)
    for row, other in zip(rows, expected, strict=True):
        for array, component in zip(map(np.asarray, row), other, strict=True):
            assert array.dtype.kind == component.dtype.kind or array.dtype == component.dtype
            np.testing.assert_array_equal(array, component)


@given(st.integers(0, 40), st.integers(0, 45), st.booleans(), st.booleans(), st.integers(0, 5), st.sampled_from(DTYPES))
def test_they_are_what_a_reader_finds(length, size, drops, is_prefetched, more, dtype):
    def part(count):
        numbers = np.arange(2 * count).reshape(count, 2)
        values = tf.constant(numbers.astype(str)) if dtype == "str" else tf.cast(numbers, dtype)
        slices = tf.data.Dataset.from_tensor_slices((values, np.arange(count)))
        return slices.batch(size, drop_remainder=drops) if size else slices

    found = part(length).concatenate(part(more)) if more else part(length)
    assert_same(found.prefetch(2) if is_prefetched else found)


def test_batches_of_batches_and_lists_of_batches_are_found():
    assert_same(dataset(12).batch(2).batch(3))
    assert_same(dataset(8).batch(4).concatenate(dataset(3).batch(4)))


def test_batches_of_unequal_elements_are_read():
    assert runs_of_slices(dataset(7).batch(2).batch(2)) is None


def test_nothing_is_copied():
    ((x, _),) = runs_of_slices(dataset(40).batch(20))
    assert x.shape == (2, 20, 3) and not x.flags.owndata and not x.flags.writeable


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.map(lambda example: example),
        lambda data: data.shuffle(7),
        lambda data: data.repeat(2),
        lambda data: data.filter(lambda example: example["y"] > 1),
        lambda data: data.take(3),
        lambda data: tf.data.experimental.from_variant(tf.data.experimental.to_variant(data), data.element_spec),
    ],
)
def test_other_data_is_read(change):
    assert runs_of_slices(change(dataset())) is None
    assert runs_of_slices(change(dataset()).batch(2)) is None


def test_data_that_came_out_of_a_graph_is_read():
    made = dataset_of_slices([[np.arange(3, dtype=np.float32)]], fl.SequenceType(FLOAT))
    assert runs_of_slices(made) is None


def test_ragged_elements_are_read():
    ragged = tf.ragged.constant([[1.0], [2.0, 3.0]])
    assert runs_of_slices(tf.data.Dataset.from_tensor_slices(ragged)) is None
