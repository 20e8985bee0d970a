"""A computation whose clients take long enough that something can happen to their worker."""

import federated_language as fl
import numpy as np
import tensorflow as tf

import tffsim as tff

FLOATS = fl.FederatedType(np.float32, fl.CLIENTS)


@tff.tf_computation(np.float32)
def long(x):
    """Computes for a quarter of a second, longer on a slow machine, and returns x."""
    end = tf.timestamp() + 0.25
    state = tf.while_loop(
        lambda i, m: (i < 150) | (tf.timestamp() < end),
        lambda i, m: (i + 1, tf.linalg.matmul(m, m) * 0 + x),
        (0, tf.fill([256, 256], x)),
    )
    return state[1][0, 0]


@tff.federated_computation(FLOATS)
def slow_sum(x):
    return fl.federated_sum(fl.federated_map(long, x))
