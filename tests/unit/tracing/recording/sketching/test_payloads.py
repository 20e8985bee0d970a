"""What can be known of a payload without a question to it."""

import collections

import numpy as np
import pytest
import tensorflow as tf

from tests.unit.tracing.recording.strange_values import Raising, StrangeArray, StrangeList, StrangeNumber, StrangeText
from tffsim.tracing.recording.payload_sizes import size_of
from tffsim.tracing.recording.sketching.payloads import array_of
from tffsim.tracing.recording.sketching.sketch_pad import sketch_of


@pytest.mark.parametrize(
    ("make", "text", "size"),
    [
        (lambda: Raising(), "Raising", 0),
        (lambda: [Raising(), Raising()], "<Raising, Raising>", 0),
        (lambda: StrangeList([1, 2]), "<1, 2>", 16),
        (lambda: {"a": StrangeText("abc")}, "<a='abc'>", 3),
        (lambda: StrangeText("abc"), "str 'abc'", 3),
        (lambda: StrangeNumber(7), "int64 7", 8),
        (lambda: [StrangeNumber(7)], "<7>", 8),
        (lambda: np.zeros(2, np.float32).view(StrangeArray), "float32[2] [0, 0]  min 0  mean 0  max 0", 8),
        (lambda: collections.namedtuple("Point", "x")(1.5), "<1.5>", 8),
        (lambda: {Raising: 1}, "<1>", 8),
        (lambda: tf.Variable([1.0, 2.0]), "float32[2]", 8),
        (lambda: [tf.data.Dataset.range(3), 1], "<int64*, 1>", 32),
        (lambda: iter([1]), "list_iterator", 0),
    ],
)  # fmt: skip
def test_values_are_described_without_a_question_to_them(make, text, size):
    value = make()
    assert str(sketch_of(value)) == text
    assert size_of(value) == size


@pytest.mark.parametrize("kind", ["array", "transposed", "tensor", "complex"])
def test_large_arrays_are_sampled_and_not_copied(kind):
    numbers = np.zeros((1000, 1000), np.float32)
    value = {
        "array": numbers, "transposed": numbers.T, "tensor": tf.zeros([1000, 1000]), "complex": numbers.astype("c8"),
    }[kind]  # fmt: skip
    array = array_of(value)
    assert array.base is not None or array is value
    assert not array.flags.owndata or array is value
    sketch = sketch_of(value)
    assert sketch.is_sampled and sketch.examined < 8300 and sketch.shape == (1000, 1000)
    assert size_of(value) == array.nbytes


def test_a_transposed_array_is_sampled_in_its_own_order():
    array = np.arange(12.0).reshape(3, 4).T
    assert str(sketch_of(array)) == "float64[4,3] [0, 4, 8, 1, 5, 9, …]  min 0  mean 5.5  max 11"
