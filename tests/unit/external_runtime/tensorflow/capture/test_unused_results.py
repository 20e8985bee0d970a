"""Results that nobody uses."""

import gc

import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff


def test_an_assertion_whose_result_is_unused_runs_and_makes_no_noise(capfd):
    @tff.tf_computation(np.int32)
    def checked(x):
        tf.debugging.assert_less(x, 7, message="too large a number")
        tf.debugging.Assert(x > 0, ["too small a number"])
        return x

    def not_five(x):
        tf.debugging.assert_none_equal(x, 5, message="it is five")
        return x

    @tff.tf_computation(np.int32)
    def checked_inside(x):
        checked(x)
        return tf.cond(x > 2, lambda: not_five(x), lambda: x)

    gc.collect()
    assert checked(3) == 3 and checked_inside(1) == 1
    assert "never used" not in capfd.readouterr().err
    wrong = [(checked, 7, "large"), (checked, 0, "small"), (checked_inside, 8, "large"), (checked_inside, 5, "five")]
    for function, argument, message in wrong:
        with pytest.raises(tff.ExecutionError, match=message):
            function(argument)


def test_tensorflow_still_complains_elsewhere_about_results_that_nobody_uses(caplog):
    with tf.Graph().as_default():
        tf.debugging.assert_less(tf.constant(1), tf.compat.v1.placeholder(tf.int32, []))
        gc.collect()
    assert "never used" in caplog.text
