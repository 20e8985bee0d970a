"""Data sets of slices are what TensorFlow's own would be, and stand for no functions."""

import collections

import federated_language as fl
import numpy as np
import pytest
import tensorflow as tf

from tffsim.external_runtime.tensorflow.functions.dataset_lengths import known_length
from tffsim.external_runtime.tensorflow.functions.slices import dataset_of_slices
from tffsim.external_runtime.tensorflow.graph_passes.graph_traits import may_be_read_twice
from tffsim.external_runtime.tensorflow.values.dataset_values import to_dataset

BATCHES = fl.SequenceType(
    collections.OrderedDict(x=fl.TensorType(np.float32, [None, 3]), y=fl.TensorType(np.str_, [None]))
)


def part(num_batches, batch_size):
    numbers = np.arange(num_batches * batch_size * 3, dtype=np.float32).reshape(num_batches, batch_size, 3)
    return [numbers, np.full((num_batches, batch_size), b"label", object)]


def test_elements_are_the_slices_of_the_first_part_and_then_of_the_second():
    first, second = part(2, 4), part(1, 2)
    dataset = dataset_of_slices([first, second], BATCHES)
    expected = [(x, y) for arrays in (first, second) for x, y in zip(*arrays, strict=True)]
    for _ in range(2):  # It may be read again.
        for element, (x, y) in zip(dataset, expected, strict=True):
            assert list(element) == ["x", "y"]
            np.testing.assert_array_equal(element["x"], x)
            np.testing.assert_array_equal(element["y"], y)


def test_it_is_of_its_type_without_a_look_at_it():
    dataset = dataset_of_slices([part(2, 4)], BATCHES)
    assert to_dataset(dataset, BATCHES) is dataset
    assert dataset.element_spec["x"] == tf.TensorSpec([None, 3], tf.float32)


@pytest.mark.parametrize(("parts", "length"), [([part(5, 2)], 5), ([part(5, 2), part(1, 1)], 6)])
def test_its_length_is_known_and_reading_it_twice_is_no_harm(parts, length):
    dataset = dataset_of_slices(parts, BATCHES)
    assert known_length(dataset) == length and may_be_read_twice(dataset)


def test_data_sets_of_one_type_do_not_share_their_data():
    numbers = fl.SequenceType(np.int64)
    datasets = [dataset_of_slices([[np.arange(n)]], numbers) for n in (2, 3)]
    assert [[int(n) for n in dataset] for dataset in datasets] == [[0, 1], [0, 1, 2]]
