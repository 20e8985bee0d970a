"""Gradients of Python functions belong to the client that asks for them."""

import concurrent.futures
import threading

import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tffsim.external_runtime.tensorflow.eager_execution import CancellationManager
from tffsim.external_runtime.tensorflow.functions.tensorflow_function import TensorFlowFunction

CLIENTS = tff.FederatedType(np.float32, tff.CLIENTS)


class Meeting:
    """Lets two calls meet between a Python function and its gradient, if they run at the same time."""

    def __init__(self):
        self._barrier = threading.Barrier(2)

    def wait(self, x):
        try:
            self._barrier.wait(0.2)
        except threading.BrokenBarrierError:
            self._barrier.reset()
        return x


def slope_of(function, between):
    """Returns a computation of the slope of `function` where Python runs before the gradient is taken."""

    def slope(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.ensure_shape(tf.py_function(function, [x], tf.float32), [])
            z = y * tf.ensure_shape(tf.numpy_function(between, [tf.stop_gradient(y)], tf.float32), [])
        return tape.gradient(z, x)

    return tff.tf_computation(slope, np.float32)


@pytest.mark.parametrize("factory", [tff.local_executor_factory, lambda: tff.local_executor_factory(max_fanout=2)])
def test_each_client_has_its_own_gradient(factory):
    slope = slope_of(lambda x: x * x, Meeting().wait)
    slopes = tff.federated_computation(lambda x: tff.federated_map(slope, x), CLIENTS)
    with tff.use(factory()):
        for _ in range(3):
            assert slopes([1.0, 2.0, 3.0, 4.0]) == [2 * x**3 for x in (1, 2, 3, 4)]


def test_computations_that_share_a_python_function_wait_for_each_other():
    meeting = Meeting()
    square = tf.autograph.experimental.do_not_convert(lambda x: x * x)
    slope = slope_of(square, meeting.wait)
    negative = tff.tf_computation(lambda x: -slope(x), np.float32)
    both = tff.federated_computation(lambda x: (tff.federated_map(slope, x), tff.federated_map(negative, x)), CLIENTS)
    for _ in range(3):
        assert list(both([2.0, 3.0])) == [[16, 54], [-16, -54]]


def test_a_python_function_may_call_the_computation_that_it_is_in():
    def cube_by_steps(x):
        return x * x * (x if x < 2 else slope(x - 1) * 0 + x)

    slope = slope_of(cube_by_steps, lambda y: np.float32(1.0))
    assert slope(1.0) == 3.0
    assert slope(3.0) == 27.0


def test_a_call_that_waits_for_another_one_ends_when_it_is_cancelled():
    begun, go_on = threading.Event(), threading.Event()

    def between(y):
        begun.set()
        go_on.wait(60)
        return y

    computation = slope_of(lambda x: x * x, between)
    function = TensorFlowFunction(computation.to_proto())
    cancellation = CancellationManager()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        first = pool.submit(function, tf.constant(2.0))
        assert begun.wait(60)
        second = pool.submit(function, tf.constant(3.0), cancellation)
        cancellation.start_cancel()
        with pytest.raises(tf.errors.CancelledError):
            second.result(60)
        go_on.set()
        assert first.result(60).numpy() == 16
