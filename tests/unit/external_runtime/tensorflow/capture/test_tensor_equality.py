"""Comparisons of tensors."""

import federated_language as fl
import numpy as np
import tensorflow as tf

import tffsim as tff


def test_tensors_are_compared_by_their_elements():
    @tff.tf_computation(fl.TensorType(np.int32, [3]))
    def compare(x):
        variable = tf.Variable(x)
        nested = tf.map_fn(lambda y: y == 2, x, fn_output_signature=tf.bool)
        return x == 2, x != 2, x == variable, variable != 2, nested, tf.constant(x is None)

    equal = np.array([False, True, False])
    results = compare([1, 2, 3])
    for result, expected in zip(results, [equal, ~equal, [True] * 3, ~equal, equal, False], strict=True):
        assert np.array_equal(result, expected)


def test_comparison_outside_computations_is_untouched():
    with tf.Graph().as_default():
        x = tf.constant(1)
        assert (x == x) is True and (x == 1) is False and (x != 1) is True
    assert (tf.constant(1) == 1).numpy() and not (tf.constant(1) != 1).numpy()
