"""Keras and TensorFlow remember things between calls: a capture leaves no trace in them.

What a function makes while it is captured belongs to its graph: a seed generator of
Keras, the counters behind names such as `dense_1`, a random generator of TensorFlow. Used
afterwards, outside of the graph, it would be an error, or change the names and numbers of
a program that only called a computation.
"""

import contextlib
import copy
from collections.abc import Iterator

import tensorflow as tf
from keras.src.backend.common import global_state
from tensorflow.python.ops import stateful_random_ops

_NAME_COUNTERS = "object_name_uids"


@contextlib.contextmanager
def unchanged_by(graph: tf.Graph) -> Iterator[None]:
    """Puts back what Keras remembers in this thread, and TensorFlow's global generator if `graph` made it."""
    before = dict(_remembered())
    if _NAME_COUNTERS in before:
        _remembered()[_NAME_COUNTERS] = copy.copy(before[_NAME_COUNTERS])
    try:
        yield
    finally:
        _remembered().clear()
        _remembered().update(before)
        generator = stateful_random_ops.global_generator
        if generator is not None and getattr(generator.state, "graph", None) is graph:
            stateful_random_ops.global_generator = None


def _remembered() -> dict[str, object]:
    # Not kept: `clear_session` replaces the tracker. Its contents belong to one thread.
    return vars(global_state.GLOBAL_STATE_TRACKER)
