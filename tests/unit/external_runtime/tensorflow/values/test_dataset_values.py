"""Lists, generators and data sets as data sets of the right type."""

import collections
import gc
import typing

import federated_language as fl
import numpy as np
import pytest
import tensorflow as tf

from tffsim.external_runtime.tensorflow.values.tensorflow_values import to_tensorflow
from tffsim.failures.failure_location import location_of

FLOAT = fl.TensorType(np.float32)


def numbers(dataset):
    return list(dataset.as_numpy_iterator())


def make_numbers():
    yield from (1, 2, 3)


@pytest.mark.parametrize(
    "value", [[1, 2, 3], (1, 2, 3), np.arange(1, 4), tf.constant([1, 2, 3]), range(1, 4), make_numbers]
)
def test_lists_arrays_iterables_and_functions_become_datasets_that_can_be_read_again(value):
    dataset = to_tensorflow(value, fl.SequenceType(np.float32))
    assert numbers(dataset) == [1.0, 2.0, 3.0]
    assert numbers(dataset) == [1.0, 2.0, 3.0]


def test_a_list_may_mix_numbers_arrays_and_tensors():
    mixed = [1, 2.5, np.float64(3), tf.constant(4.0), tf.constant(5)]
    assert list(to_tensorflow(mixed, fl.SequenceType(FLOAT)).as_numpy_iterator()) == [1, 2.5, 3, 4, 5]


def test_an_endless_generator_is_read_lazily():
    def count():
        number = 0
        while True:
            yield number
            number += 1

    assert numbers(to_tensorflow(count(), fl.SequenceType(np.int64)).take(2)) == [0, 1]


def test_reading_a_generator_twice_is_an_error_and_not_an_empty_dataset():
    dataset = to_tensorflow(make_numbers(), fl.SequenceType(np.int64))
    assert numbers(dataset) == [1, 2, 3]
    with pytest.raises(tf.errors.OpError, match="only once"):
        numbers(dataset)


def test_an_empty_list_becomes_an_empty_dataset_of_the_right_components():
    element = fl.StructType([("x", fl.TensorType(np.float32, [None, 2])), ("name", np.str_)])
    dataset = to_tensorflow([], fl.SequenceType(element))
    assert numbers(dataset) == []
    assert dataset.element_spec["x"].dtype == tf.float32
    assert dataset.element_spec["name"].dtype == tf.string


def test_batches_of_different_sizes_stay_in_order():
    batches = [np.full([size, 2], size, np.float32) for size in (3, 3, 1, 2, 3)]
    dataset = to_tensorflow(batches, fl.SequenceType(fl.TensorType(np.float32, [None, 2])))
    assert [batch.shape[0] for batch in numbers(dataset)] == [3, 3, 1, 2, 3]


def test_batches_of_many_sizes_stay_in_order_and_keep_their_components_together():
    element = fl.StructType([("text", fl.TensorType(np.str_, [None])), ("any", fl.TensorType(np.int32, None))])
    batches = [{"text": ["a"] * (index % 3), "any": np.full([index % 2] * (index % 3), index)} for index in range(50)]
    for index, batch in enumerate(numbers(to_tensorflow(batches, fl.SequenceType(element)))):
        assert batch["text"].shape == (index % 3,)
        assert batch["any"].shape == (index % 2,) * (index % 3)
        assert (batch["any"] == index).all()


class Pair(typing.NamedTuple):
    b: object
    a: object


UNSORTED = fl.StructType([("y", np.int32), ("x", np.float32)])


def unsorted_dataset(container):
    slices = {"y": np.array([1, 2], np.int32), "x": np.array([0.5, 1.5], np.float32)}
    if container is Pair:
        return tf.data.Dataset.from_tensor_slices(Pair(b=slices["y"], a=slices["x"]))
    return tf.data.Dataset.from_tensor_slices(container(slices))


@pytest.mark.parametrize(
    "value",
    [
        [{"x": 0.5, "y": 1}, {"y": 2, "x": 1.5}],
        lambda: iter([(1, 0.5), {"x": 1.5, "y": 2}]),
        unsorted_dataset(dict),
        unsorted_dataset(collections.OrderedDict),
    ],
)
def test_unsorted_names_keep_their_values_in_a_dataset(value):
    elements = numbers(to_tensorflow(value, fl.SequenceType(UNSORTED)))
    assert [(element["y"], element["x"]) for element in elements] == [(1, 0.5), (2, 1.5)]


def test_a_dataset_of_named_tuples_is_rearranged_to_the_order_of_the_type():
    element = fl.StructType([("b", np.int32), ("a", np.float32)])
    dataset = to_tensorflow(unsorted_dataset(Pair), fl.SequenceType(element))
    assert [(element["b"], element["a"]) for element in numbers(dataset)] == [(1, 0.5), (2, 1.5)]


def test_a_dataset_of_the_right_element_type_is_returned_itself():
    dataset = tf.data.Dataset.from_tensor_slices(np.zeros([4, 3], np.float32)).batch(2, drop_remainder=True)
    assert to_tensorflow(dataset, fl.SequenceType(fl.TensorType(np.float32, [None, 3]))) is dataset


def test_a_dataset_of_tuples_takes_the_names_of_the_type():
    dataset = tf.data.Dataset.from_tensor_slices((np.array([1, 2], np.int32), np.array([0.5, 1.5], np.float32)))
    elements = numbers(to_tensorflow(dataset, fl.SequenceType(UNSORTED)))
    assert [(element["y"], element["x"]) for element in elements] == [(1, 0.5), (2, 1.5)]


def test_a_dataset_of_a_python_generator_may_be_given_names():
    signature = (tf.TensorSpec([], tf.float32), tf.TensorSpec([], tf.int32))
    source = tf.data.Dataset.from_generator(lambda: iter([(0.5, 1), (1.5, 2)]), output_signature=signature)
    sorted_names = fl.StructType([("x", np.float32), ("y", np.int32)])
    renamed = to_tensorflow(source, fl.SequenceType(sorted_names))
    del source
    gc.collect()
    assert [(element["x"], element["y"]) for element in numbers(renamed)] == [(0.5, 1), (1.5, 2)]


def test_a_dataset_of_other_elements_is_refused_with_both_types():
    dataset = tf.data.Dataset.from_tensor_slices({"x": np.zeros(3, np.float64)})
    with pytest.raises(TypeError, match="float32, found float64") as failure:
        to_tensorflow(dataset, fl.SequenceType(fl.StructType([("x", np.float32)])))
    assert location_of(failure.value).argument_path == ("x",)
    with pytest.raises(TypeError, match="float32"):
        to_tensorflow(dataset.batch(2), fl.SequenceType(fl.StructType([("x", np.float32)])))


def test_a_bad_element_of_a_list_is_located():
    with pytest.raises(TypeError) as failure:
        to_tensorflow([{"x": 1.0}, {"x": "one"}], fl.SequenceType(fl.StructType([("x", np.float32)])))
    assert location_of(failure.value).argument_path == (1, "x")


@pytest.mark.parametrize("value", ["abc", {"a": 1}, 5, None, np.float32(1), np.array(1)])
def test_what_is_no_sequence_is_refused(value):
    with pytest.raises(TypeError, match="sequence"):
        to_tensorflow(value, fl.SequenceType(np.int64))
