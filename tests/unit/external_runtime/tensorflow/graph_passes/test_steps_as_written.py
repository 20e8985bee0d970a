"""What a step computes does not tell whether its reduction became a loop."""

import federated_language as fl
import numpy as np
import pytest
import tensorflow as tf

from tffsim.computations.tensorflow_computation import tf_computation
from tffsim.external_runtime.tensorflow.functions.tensorflow_function import TensorFlowFunction

ROW = 64
ROWS = fl.SequenceType(fl.TensorType(np.float32, [ROW]))


def rows(count: int = 2) -> tf.data.Dataset:
    numbers = np.random.RandomState(0).standard_normal((count, ROW)).astype(np.float32)
    return tf.data.Dataset.from_tensor_slices(numbers)


def squared(state, row):
    # TensorFlow's optimiser makes `Square` of it.
    return state + row**2


def reduced(data):
    return data.reduce(tf.zeros([ROW]), squared)


@tf.function
def walked(data):
    state = tf.zeros([ROW])
    for row in data:
        state = squared(state, row)
    return state


@tf.function
def left_early(data):
    state = tf.zeros([ROW])
    for row in data:
        state = squared(state, row)
        if state[0] > 1e9:
            break
    return state


def one_in_the_other(data):
    return data.reduce(tf.zeros([ROW]), lambda state, row: data.take(1).reduce(state, lambda s, _: squared(s, row)))


def in_a_function_in_a_branch(data):
    step = tf.function(lambda state, row: squared(state, row) + 0.0 * tf.reduce_sum(row))
    return data.reduce(
        tf.zeros([ROW]), lambda state, row: tf.cond(row[0] < 1e9, lambda: step(state, row), lambda: state)
    )


def noise() -> tf.Tensor:
    """A reduction that makes it stays one."""
    return 0.0 * tf.random.uniform([], seed=3)


def stays(data):
    return data.reduce(tf.zeros([ROW]), lambda state, row: squared(state, row) + noise())


def stays_for_a_branch(data):
    step = tf.function(lambda state, row: squared(state, row) + noise())
    return data.reduce(
        tf.zeros([ROW]), lambda state, row: tf.cond(row[0] < 1e9, lambda: step(state, row), lambda: state)
    )


def draws(data):
    return data.reduce(tf.zeros([ROW]), lambda state, row: squared(state, row) + 0.0 * tf.random.uniform([]))


def bits(function, **options) -> bytes:
    return np.asarray(TensorFlowFunction(tf_computation(function, ROWS).to_proto(), **options)(rows())).tobytes()


def in_eager_tensorflow() -> bytes:
    state = tf.zeros([ROW])
    for row in rows():
        state = squared(state, row)
    return state.numpy().tobytes()


def test_the_optimiser_would_change_a_bit():
    (row,) = rows(1)
    assert np.any(row**2 != tf.square(row))


@pytest.mark.parametrize("as_written", [False, True])
@pytest.mark.parametrize(
    "function",
    [reduced, walked, left_early, one_in_the_other, in_a_function_in_a_branch, stays, stays_for_a_branch],
)
def test_a_step_computes_what_eager_tensorflow_computes(function, as_written):
    assert bits(function, as_written=as_written) == in_eager_tensorflow()


def test_so_does_a_step_that_draws_numbers_from_seeds_of_the_call():
    function = TensorFlowFunction(tf_computation(draws, ROWS).to_proto())
    assert np.asarray(function(rows(), seeds=(1, 2))).tobytes() == in_eager_tensorflow()


@pytest.mark.parametrize("added", [lambda: 0.0, noise], ids=["loop", "stays"])
def test_a_step_with_a_convolution_is_optimised_in_a_loop_and_in_a_reduction(added):
    def convolved(data):
        def step(state, row):
            image = tf.reshape(row, [1, 8, 8, 1])
            found = tf.nn.relu(tf.nn.conv2d(image, tf.ones([2, 2, 1, 1]), 1, "SAME") + 0.5)
            return squared(state, row) + tf.reshape(found, [-1]) + added()

        return data.reduce(tf.zeros([ROW]), step)

    assert bits(convolved) == bits(convolved, as_written=True)


def test_what_another_data_set_calls_is_not_a_step():
    def mapped(data):
        return data.map(lambda row: row**2 + 0.0 * tf.reduce_sum(row)).reduce(tf.zeros([ROW]), lambda s, row: s + row)

    assert bits(mapped) == bits(mapped, as_written=True) != in_eager_tensorflow()
