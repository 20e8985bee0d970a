"""A computation whose clients take long enough that something can happen to their worker."""

import federated_language as fl
import numpy as np
import tensorflow as tf

import tffsim as tff

FLOATS = fl.FederatedType(np.float32, fl.CLIENTS)


@tff.tf_computation(np.float32)
def long(x):
    """Takes a tenth of a second, more or less, and returns x."""
    state = tf.while_loop(
        lambda i, m: i < 150, lambda i, m: (i + 1, tf.linalg.matmul(m, m) * 0 + x), (0, tf.fill([256, 256], x))
    )
    return state[1][0, 0]


@tff.federated_computation(FLOATS)
def slow_sum(x):
    return fl.federated_sum(fl.federated_map(long, x))
