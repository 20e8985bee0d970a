"""Traces to test with: small computations that really run."""

import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tests.unit.executors.plain_leaf import PlainLeaf
from tffsim.executor_stacks.local import local_executor_factory

FLOATS = tff.FederatedType(np.float32, tff.CLIENTS)


@tff.tf_computation(np.float32)
def double(x):
    return 2 * x


@tff.federated_computation(FLOATS)
def mean_of_doubles(values):
    return tff.federated_mean(tff.federated_map(double, values))


@tff.federated_computation(FLOATS, tff.FederatedType(np.float32, tff.SERVER))
def sum_of_products(values, factor):
    multiply = tff.tf_computation(lambda x, y: x * y, np.float32, np.float32)
    everywhere = tff.federated_broadcast(factor)
    return tff.federated_sum(tff.federated_map(multiply, (values, everywhere)))


@tff.tf_computation(np.float32)
def refuse_seven(x):
    with tf.control_dependencies([tf.debugging.assert_none_equal(x, 7.0, message="a client sent seven")]):
        return tf.math.log(x)


@tff.federated_computation(FLOATS)
def sum_of_logarithms(values):
    return tff.federated_sum(tff.federated_map(refuse_seven, values))


def failed_at_client(client, num_clients, factory=None):
    """Returns the trace of a call that failed at a client."""
    values = [7.0 if number == client else 1.0 for number in range(num_clients)]
    with (
        tff.use(factory or local_executor_factory()),
        pytest.raises(tff.ExecutionError),
        tff.trace() as trace,
    ):
        sum_of_logarithms(values)
    return trace


def traced(function, *arguments, factory=None, **options):
    """Runs a computation on a stack of its own and returns its result and its trace."""
    with tff.use(factory or local_executor_factory()):
        return tff.trace(function, **options)(*arguments)


def rows(table, **conditions):
    """Returns the rows of a table that have these values in these columns, as they are shown."""
    mask = np.ones(table.num_rows, bool)
    for name, value in conditions.items():
        mask &= table.shown(name) == value
    return table.where(mask)


__all__ = ["FLOATS", "PlainLeaf", "double", "mean_of_doubles", "rows", "sum_of_products", "traced"]
