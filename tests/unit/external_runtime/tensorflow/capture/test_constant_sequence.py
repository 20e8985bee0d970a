"""Sequences that are written into a computation."""

import collections

import federated_language as fl
import numpy as np
import pytest
import tensorflow as tf

from tffsim.external_runtime.tensorflow.capture.constant_sequence import constant_sequence
from tffsim.external_runtime.tensorflow.functions.tensorflow_function import TensorFlowFunction

PAIR = fl.StructType([("y", np.int32), ("x", fl.TensorType(np.float32, [None]))])


def elements(value, type_spec):
    dataset = TensorFlowFunction(constant_sequence(value, fl.SequenceType(type_spec)))()
    return list(dataset.as_numpy_iterator())


def test_elements_keep_their_order_and_may_be_of_different_lengths():
    found = elements([{"x": [1.0], "y": 1}, {"y": 2, "x": [2.0, 3.0]}], PAIR)
    assert [(int(e["y"]), e["x"].tolist()) for e in found] == [(1, [1.0]), (2, [2.0, 3.0])]


def test_a_data_set_is_read_to_its_end():
    assert elements(tf.data.Dataset.range(5).skip(2), fl.TensorType(np.int64)) == [2, 3, 4]


def test_fields_are_paired_by_name_whatever_their_order():
    (element,) = elements([collections.OrderedDict(x=[0.5], y=7)], PAIR)
    assert element["y"] == 7 and element["x"].tolist() == [0.5]


@pytest.mark.parametrize(
    "type_spec", [fl.TensorType(np.str_), fl.TensorType(np.int32, [None, 2]), fl.TensorType(np.int8, None), PAIR]
)
def test_an_empty_sequence_has_the_type_of_its_elements(type_spec):
    dataset = TensorFlowFunction(constant_sequence([], fl.SequenceType(type_spec)))()
    assert list(dataset) == []
    assert fl.SequenceType(type_spec).element == type_spec


def test_an_endless_sequence_is_refused_with_what_to_do():
    with pytest.raises(ValueError, match=r"endless sequence.*`dataset\.take\(n\)`"):
        constant_sequence(tf.data.Dataset.range(3).repeat(), fl.SequenceType(np.int64))
