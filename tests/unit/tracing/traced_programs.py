"""Traces of small programs, each run once, for tests of what is told about them."""

import contextlib
import functools
import warnings

import numpy as np
import tensorflow as tf

import tffsim as tff
from tffsim.tracing.document.snapshot import Snapshot

FLOAT = tff.TensorType(np.float32)
AT_CLIENTS = tff.FederatedType(FLOAT, tff.CLIENTS)
AT_SERVER = tff.FederatedType(FLOAT, tff.SERVER)


@tff.tf_computation(np.float32)
def half(x):
    return x / 2


@tff.tf_computation(np.float32)
def log_of(x):
    tf.debugging.assert_none_equal(x, 7.0, message="a client sent seven")
    return tf.math.log(x)


@tff.tf_computation(np.float32, np.float32)
def shift(x, y):
    return y - x, y


@tff.federated_computation(AT_SERVER, AT_CLIENTS)
def next_round(bias, temperatures):
    everywhere = tff.federated_broadcast(tff.federated_map(half, bias))
    shifted, kept = tff.federated_map(shift, (everywhere, temperatures))
    return {"mean": tff.federated_mean(shifted), "most": tff.federated_max(kept)}


@tff.federated_computation(AT_CLIENTS)
def sum_of_logs(values):
    return tff.federated_sum(tff.federated_map(log_of, values))


@tff.federated_computation(AT_CLIENTS)
def mean_of_halves(values):
    return tff.federated_mean(tff.federated_map(half, values))


@tff.federated_computation(tff.FederatedType(np.int32, tff.CLIENTS))
def secure_sum(values):
    return tff.federated_secure_sum_bitwidth(values, 8)


@tff.federated_computation(AT_SERVER, AT_CLIENTS)
def send_back(x, _):
    return tff.federated_sum(tff.federated_broadcast(x))


@tff.federated_computation(AT_CLIENTS)
def logs_of_halves(values):
    return sum_of_logs(tff.federated_map(half, values))


@tff.tf_computation(tff.TensorType(np.float32, [10]), np.int32)
def pick(table, key):
    return table[key]


@tff.federated_computation(
    tff.FederatedType(tff.TensorType(np.int32, [3]), tff.CLIENTS),
    tff.FederatedType(tff.TensorType(np.float32, [10]), tff.SERVER),
)
def select(keys, table):
    return tff.federated_select(keys, tff.federated_value(10, tff.SERVER), table, pick)


@tff.federated_computation(
    tff.FederatedType(tff.TensorType(np.int32, [3]), tff.CLIENTS),
    tff.FederatedType(tff.TensorType(np.float32, [10]), tff.SERVER),
)
def secure_select(keys, table):
    return tff.federated_secure_select(keys, tff.federated_value(10, tff.SERVER), table, pick)


@functools.cache
def rounds() -> Snapshot:
    """Three rounds of three clients, in which the mean grows."""
    with tff.trace() as trace:
        for bias in (4.0, 2.0, 0.0):
            next_round(bias, [1.0, 2.0, 3.0])
    return trace.snapshot


def traced(computation, *arguments) -> Snapshot:
    """The trace of one call, which may fail."""
    with tff.trace() as trace, warnings.catch_warnings(), contextlib.suppress(tff.ExecutionError):
        warnings.simplefilter("ignore")
        computation(*arguments)
    return trace.snapshot
