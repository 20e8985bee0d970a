"""Silence about results that nobody uses, such as that of `tf.debugging.assert_less`.

In a plain `tf.Graph` an operation whose result is unused never runs, so TensorFlow logs
an error with a traceback for the ones that are useful only when they run. A computation
is captured with automatic control dependencies: there they run, as in a `tf.function`,
and there is nothing to complain about.
"""

import functools
from collections.abc import Callable

import tensorflow as tf
from tensorflow.python.util import tf_should_use

from tffsim.external_runtime.tensorflow.capture.tensor_equality import captured_graph


def _unless_captured(wrap: Callable[..., object]) -> Callable[..., object]:
    @functools.wraps(wrap)
    def wrap_unless_captured(result: object, *args: object, **kwargs: object) -> object:
        if captured_graph(tf.compat.v1.get_default_graph()) is not None:
            return result
        return wrap(result, *args, **kwargs)

    return wrap_unless_captured


# A private name; its callers look it up in the module at each call.
tf_should_use._add_should_use_warning = _unless_captured(tf_should_use._add_should_use_warning)
