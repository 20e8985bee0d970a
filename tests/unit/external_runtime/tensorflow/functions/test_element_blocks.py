"""Elements that are read many at a time are those that Python's iteration sees, read once and in their order."""

import collections

import ml_dtypes
import numpy as np
import pytest
import tensorflow as tf

from tffsim.external_runtime.tensorflow.functions.element_blocks import have_one_shape, read_rows, read_stacked


def numbers(count: int, dtype: type = np.int64) -> tf.data.Dataset:
    return tf.data.Dataset.from_tensor_slices(np.arange(count).astype(dtype))


def examples(count: int) -> tf.data.Dataset:
    fields = collections.OrderedDict(x=np.arange(6.0 * count).reshape(count, 2, 3), y=np.arange(count))
    return tf.data.Dataset.from_tensor_slices(fields)


def generated(make, **spec) -> tf.data.Dataset:
    return tf.data.Dataset.from_generator(make, output_signature=tf.TensorSpec(**spec))


DATASETS = {
    "nothing": lambda: numbers(0),
    "one number": lambda: numbers(1),
    "a full batch": lambda: numbers(4096),
    "two full batches and some more": lambda: numbers(2 * 4096 + 1),
    "large elements": lambda: tf.data.Dataset.from_tensor_slices(np.random.default_rng(0).random((7, 300, 300))),
    "truth values": lambda: numbers(5, np.bool_),
    "short floats": lambda: numbers(5, ml_dtypes.bfloat16),
    "complex numbers": lambda: numbers(5, np.complex64),
    "texts": lambda: tf.data.Dataset.from_tensor_slices(["a", "", "ü"] * 30),
    "texts in batches": lambda: tf.data.Dataset.from_tensor_slices(["a", "", "ü"] * 30).batch(40),
    "structs": lambda: examples(5),
    "tuples in structs": lambda: examples(5).map(lambda e: {"b": (e["x"], e["y"]), "a": {"c": e["y"]}}),
    "equal batches": lambda: examples(80).batch(20),
    "a smaller last batch": lambda: examples(73).batch(20),
    "as many batches as one call reads": lambda: examples(32).batch(2),
    "two calls and some": lambda: examples(67).batch(2),
    "many shapes": lambda: numbers(40).map(lambda n: tf.fill([n % 3, n % 2, 4], n)),
    "any rank": lambda: generated(lambda: (np.ones([2] * (n % 3)) for n in range(20)), shape=None, dtype=tf.float64),
    "as long as its generator": lambda: generated(lambda: iter(range(40)), shape=(), dtype=tf.int32),
    "a filter": lambda: numbers(40).filter(lambda n: n % 3 == 0),
    "parallel steps": lambda: numbers(40).map(lambda n: n * n, num_parallel_calls=2).prefetch(3),
    "interleaved": lambda: numbers(9).interleave(lambda n: tf.data.Dataset.range(n), cycle_length=3),
    "a shuffle": lambda: numbers(40).shuffle(10, seed=3),
    "a repeated shuffle": lambda: numbers(20).shuffle(10, seed=3).repeat(3),
    "repeated shuffled batches": lambda: numbers(20).shuffle(10, seed=3).batch(3).repeat(3),
}


def plain(rows):
    return [[(a.dtype, a.shape, a.tolist() if a.dtype == object else a.tobytes()) for a in row] for row in rows]


def iterated(dataset: tf.data.Dataset) -> list[list[np.ndarray]]:
    flat = [[component.numpy() for component in tf.nest.flatten(element)] for element in dataset]
    return [[np.asarray(a, object if isinstance(a, bytes) else None) for a in row] for row in flat]


def read(dataset: tf.data.Dataset) -> list[list[np.ndarray]]:
    if not have_one_shape(dataset):
        return [list(row) for row in read_rows(dataset)]
    return [[np.asarray(a, column.dtype) for a, column in zip(row, columns, strict=True)]
            for columns in [read_stacked(dataset)] for row in zip(*columns, strict=True)]  # fmt: skip


@pytest.mark.parametrize("case", DATASETS)
def test_the_elements_are_those_of_an_iteration(case):
    expected = plain(iterated(DATASETS[case]()))
    assert plain(read(DATASETS[case]())) == expected


@pytest.mark.parametrize("case", ["a shuffle", "a repeated shuffle", "repeated shuffled batches"])
def test_data_that_is_read_again_is_shuffled_as_by_iterations(case):
    one, other = DATASETS[case](), DATASETS[case]()
    expected = [plain(iterated(one)) for _ in range(3)]
    assert [plain(read(other)) for _ in range(3)] == expected


@pytest.mark.parametrize("shape", [(), None], ids=["stacked", "row by row"])
def test_every_element_is_made_once_and_in_its_order(shape):
    made, mapped = [], []

    def make():
        for number in range(50):
            made.append(number)
            yield number

    dataset = generated(make, shape=shape, dtype=tf.int64)
    dataset = dataset.map(lambda n: tf.numpy_function(lambda x: (mapped.append(int(x)), x)[1], [n], tf.int64))
    read(dataset.map(lambda n: tf.ensure_shape(n, shape)) if shape is not None else dataset)
    assert made == mapped == list(range(50))


@pytest.mark.parametrize("shape", [(), None], ids=["stacked", "row by row"])
def test_nothing_is_read_after_an_element_that_fails(shape):
    made = []

    def make():
        for number in range(40):
            made.append(number)
            if number == 5:
                raise ValueError("broken examples")
            yield number

    with pytest.raises(tf.errors.InvalidArgumentError, match="broken examples"):
        read(generated(make, shape=shape, dtype=tf.int64))
    assert made == list(range(6))


def test_rows_are_read_as_they_are_asked_for():
    made = []

    def make():
        while True:
            made.append(None)
            yield 0

    rows = read_rows(generated(make, shape=None, dtype=tf.int64))
    assert next(rows)[0] == 0
    assert len(made) <= 16
