"""Objects of TensorFlow from outside: each known mistake gets its message."""

import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tests.unit.computations.mistakes.outside_objects import MISTAKES


@pytest.mark.parametrize(("code", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_gets_its_message(code, message, gets_message):
    gets_message(code, message)


def test_a_name_that_has_no_value_yet_is_no_mistake():
    @tff.tf_computation(np.float32)
    def divided(x):
        return tf.ensure_shape(tf.py_function(lambda number: number / divisor, [x], tf.float32), [])

    divisor = 2.0
    assert divided(3.0) == 1.5
