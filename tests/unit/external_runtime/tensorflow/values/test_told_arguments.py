"""What a function was given is told in a few words, and no data set is read for it."""

import federated_language as fl
import numpy as np
import pytest
import tensorflow as tf

from tffsim.external_runtime.tensorflow.values.told_arguments import told_argument

FLOAT = fl.TensorType(np.float32)
_ONE, _TWO = ["x"], ["x", "y"]


def vector(size):
    return fl.TensorType(np.float32, [size])


@pytest.mark.parametrize("parameters", [_ONE, _TWO, []])
def test_a_parameter_has_the_name_that_the_user_gave_it(parameters):
    told = told_argument(tf.constant(7.0), FLOAT, parameters)
    assert told == ("x = 7.0" if parameters == _ONE else "7.0")


def test_members_have_the_names_of_the_type_below_that_of_the_parameter():
    type_spec = fl.StructType([("a", FLOAT), (None, vector(2))])
    value = (tf.constant(1.5), tf.constant([1.0, float("nan")]))
    assert told_argument(value, type_spec) == "a = 1.5, [1] = [1.0, nan]"
    assert told_argument(value, type_spec, _ONE) == "x.a = 1.5, x[1] = [1.0, nan]"
    assert told_argument(value, type_spec, _TWO) == "a = 1.5, y = [1.0, nan]"
    assert told_argument((tf.constant(7.0),), fl.StructType([FLOAT]), _ONE) == "x = 7.0"
    assert told_argument(value, fl.StructType([FLOAT, vector(2)]), _TWO) == "x = 1.5, y = [1.0, nan]"
    many = fl.StructType([FLOAT] * 9)
    assert told_argument((tf.constant(0.0),) * 9, many).endswith("[3] = 0.0, ...")


def test_many_numbers_are_told_by_the_smallest_the_largest_and_how_many_are_none():
    numbers = tf.constant([float("nan"), float("inf"), *range(8)])
    assert told_argument(numbers, vector(10)) == "float32[10] from 0.0 to 7.0, 1 NaN"
    assert told_argument(tf.constant([float("nan")] * 9), vector(9)) == "float32[9], 9 NaN"
    assert told_argument(tf.constant([], tf.float32), vector(0)) == "[]"


def test_texts_are_cut_and_data_sets_are_not_read():
    assert told_argument(tf.constant("a" * 99), fl.TensorType(np.str_)) == "b'" + "a" * 58 + " ..."

    def fails():
        raise AssertionError("It was read.")
        yield 0

    data = tf.data.Dataset.from_generator(fails, output_signature=tf.TensorSpec([], tf.float32))
    assert told_argument(data, fl.SequenceType(FLOAT), _ONE) == "x = a data set of float32"
