"""Clients in one call give bit for bit what clients one by one give."""

import collections

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

import tffsim as tff
from tffsim.executors import block_folds
from tffsim.executors.block_function import BlockFunction

_FLOATS = tff.FederatedType(np.float32, tff.CLIENTS)
_VECTORS = tff.FederatedType(tff.TensorType(np.float32, [3]), tff.CLIENTS)
_SETS = tff.FederatedType(tff.SequenceType(np.float32), tff.CLIENTS)

_scale = tff.tf_computation(lambda x: x * np.float32(1.1), np.float32)
_norm = tff.tf_computation(lambda v: tf.norm(v) / 3, tff.TensorType(np.float32, [3]))
_split = tff.tf_computation(lambda v: (v[0], v[1:]), tff.TensorType(np.float32, [3]))
_drift = tff.tf_computation(lambda total, x: total + x * np.float32(0.37), np.float32, np.float32)
_join = tff.tf_computation(lambda left, right: left + right * np.float32(0.99), np.float32, np.float32)
_half = tff.tf_computation(lambda x: x / 2, np.float32)


@tff.tf_computation(tff.SequenceType(np.float32), np.float32)
def _train(examples, start):
    return examples.reduce(start, lambda total, x: total * np.float32(0.9) + x), examples.reduce(
        0.0, lambda n, x: n + 1
    )


@tff.tf_computation(np.float32)
def _count_up(x):
    state = tf.Variable(x)
    for _ in range(3):
        state.assign_add(0.1)
    return state.read_value()


def _mean_of_scaled(x):
    return tff.federated_mean(tff.federated_map(_scale, x))


def _twice_mapped(x):
    return tff.federated_sum(tff.federated_map(_half, tff.federated_map(_count_up, x)))


def _least_and_greatest(x):
    scaled = tff.federated_map(_scale, x)
    return tff.federated_min(scaled), tff.federated_max(scaled)


def _own_aggregation(x):
    return tff.federated_aggregate(tff.federated_map(_scale, x), np.float32(0.5), _drift, _join, _half)


def _plain_lambda(x):
    pair = tff.federated_computation(lambda y: collections.OrderedDict(a=y, b=_scale(y)), np.float32)
    return tff.federated_sum(tff.federated_map(pair, x))


def _structs(v):
    parts = tff.federated_map(_split, v)
    return tff.federated_mean(parts, weight=tff.federated_map(_norm, v))


def _untouched(v):
    return tff.federated_sum(v)


def _fed_avg(data):
    start = tff.federated_broadcast(tff.federated_value(np.float32(0.3), tff.SERVER))
    trained, counts = tff.federated_map(_train, (data, start))
    return tff.federated_mean(trained, weight=counts), tff.federated_sum(counts)


_COMPUTATIONS = {
    function.__name__.strip("_"): (tff.federated_computation(function, type_spec), draw)
    for function, type_spec, draw in [
        (_mean_of_scaled, _FLOATS, "scalar"),
        (_twice_mapped, _FLOATS, "scalar"),
        (_least_and_greatest, _FLOATS, "scalar"),
        (_own_aggregation, _FLOATS, "scalar"),
        (_plain_lambda, _FLOATS, "scalar"),
        (_structs, _VECTORS, "vector"),
        (_untouched, _VECTORS, "vector"),
        (_fed_avg, _SETS, "set"),
    ]
}
_FACTORIES = {
    "flat": lambda: tff.local_executor_factory(max_fanout=1000),
    "tree": lambda: tff.local_executor_factory(max_fanout=40),
    "deep tree": lambda: tff.local_executor_factory(max_fanout=8),
}


def _members(draw, num_clients, seed):
    rng = np.random.default_rng(seed)
    if draw == "scalar":
        return list(rng.normal(0, 100, num_clients).astype(np.float32))
    if draw == "vector":
        return list(rng.normal(0, 100, [num_clients, 3]).astype(np.float32))
    sizes = rng.integers(0, 4, num_clients)
    return [tf.data.Dataset.from_tensor_slices(rng.normal(0, 9, size).astype(np.float32)) for size in sizes]


def _bits(value):
    return [(leaf.dtype, leaf.tobytes()) for leaf in map(np.asarray, tf.nest.flatten(value))]


@pytest.fixture
def built(monkeypatch):
    """Blocks are tried at once; counts the calls of what was built."""
    calls = []
    run = BlockFunction.__call__

    def counted(function, arguments, cancellation=None):
        calls.append(function)
        return run(function, arguments, cancellation)

    monkeypatch.setattr(block_folds, "_CLIENTS_BEFORE_BUILDING", 8)
    monkeypatch.setattr(BlockFunction, "__call__", counted)
    return calls


@pytest.mark.parametrize("factory", _FACTORIES.values(), ids=_FACTORIES)
@pytest.mark.parametrize("name", _COMPUTATIONS)
def test_blocks_give_the_bits_of_single_calls(built, name, factory):
    computation, draw = _COMPUTATIONS[name]
    blocks = tff.SyncExecutionContext(factory())
    single = tff.SyncExecutionContext(tff.debug_executor_factory())

    @settings(max_examples=8, deadline=None, derandomize=True, database=None)
    @given(st.integers(0, 100), st.integers(0, 2**32 - 1))
    def agrees(num_clients, seed):
        members = _members(draw, num_clients, seed)
        assert _bits(blocks.invoke(computation, members)) == _bits(single.invoke(computation, members))

    # What a call costs is known after some calls.
    blocks.invoke(computation, _members(draw, 70, 0))
    agrees()
    assert built or name in ("untouched", "least_and_greatest", "fed_avg")
