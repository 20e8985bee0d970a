"""The function of TensorFlow that stands for one of NumPy."""

import numpy
import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff

CALLS = {
    "`tf.where`, not `np.where`.": lambda x: np.where(x > 0, x, 0.0),
    "`tf.maximum`, not `np.maximum`.": lambda x: x + np.maximum(x, 0.0),
    "`tf.reduce_sum`, not `np.sum`.": lambda x: np.sum(x),
    "`tf.math.reduce_std`, not `np.std`.": lambda x: np.std(x),
    "`tf.concat`, not `np.concatenate`.": lambda x: np.concatenate([x, x]),
    "`tf.linalg.norm`, not `np.linalg.norm`.": lambda x: np.linalg.norm(x),
    "`tf.math.is_nan`, not `numpy.isnan`.": lambda x: numpy.isnan(x),
    "`tf.cast(x, tf.float32)`, not `np.float32`.": lambda x: np.float32(x),
    "none of them is like `np.median`.": lambda x: np.median(x),
    "`tf.exp`, not `np.exp`.": lambda x: tf.function(lambda y: np.exp(y))(x),
}


@pytest.mark.parametrize(("advice", "function"), CALLS.items(), ids=CALLS)
def test_the_advice_names_the_function_for_that_which_was_called(advice, function):
    with pytest.raises(tff.DefinitionError) as caught:
        tff.tf_computation(function, tff.TensorType(np.float32, [None]))
    assert advice in str(caught.value)
