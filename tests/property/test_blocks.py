"""Clients in one call give bit for bit what clients one by one give."""

import collections
import functools
import sys

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

import tffsim as tff
from tffsim.concurrency.call_duration import LONG_SECONDS, CallDuration
from tffsim.external_runtime.tensorflow.functions.block_function import BlockFunction
from tffsim.external_runtime.tensorflow.functions.tensorflow_function import TensorFlowFunction
from tffsim.federation import block_folds

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


def _trained(data):
    start = tff.federated_broadcast(tff.federated_value(np.float32(0.3), tff.SERVER))
    return tff.federated_map(_train, (data, start))


def _many_readers(data):
    trained, counts = _trained(data)
    mean = tff.federated_mean(trained, weight=counts)
    return mean, tff.federated_sum(counts), tff.federated_max(counts), tff.federated_min(trained)


def _reader_at_the_clients(data):
    trained, counts = _trained(data)
    return tff.federated_sum(counts), trained


def _reader_before(data):
    trained, counts = _trained(data)
    return counts, tff.federated_mean(trained, weight=counts)


def _nested_zips(data):
    trained, counts = _trained(data)
    scaled = tff.federated_map(_scale, trained)
    pairs = tff.federated_zip(collections.OrderedDict(a=scaled, b=tff.federated_zip((counts, scaled))))
    return tff.federated_sum(pairs), tff.federated_max(scaled), tff.federated_mean(counts)


def _own_aggregation_of_results(data):
    trained, counts = _trained(data)
    own = tff.federated_aggregate(trained, np.float32(0.5), _drift, _join, _half)
    return own, tff.federated_sum(trained), tff.federated_sum(counts)


def _result_of_a_result(data):
    """What is done with the results depends on another aggregation of them."""
    trained, counts = _trained(data)
    total = tff.federated_broadcast(tff.federated_sum(trained))
    return tff.federated_sum(tff.federated_map(_ratio, (trained, total))), tff.federated_max(counts)


def _select_by_result(data):
    trained, counts = _trained(data)
    keys = tff.federated_map(_keys, counts)
    slices = tff.federated_select(
        keys, tff.federated_value(np.int32(4), tff.SERVER), tff.federated_value(np.float32(7), tff.SERVER), _slice
    )
    return tff.federated_sum(tff.federated_map(_added_up, slices)), tff.federated_mean(trained, weight=counts)


_ratio = tff.tf_computation(lambda x, total: x / (total + 1000), np.float32, np.float32)
_keys = tff.tf_computation(lambda n: tf.cast(tf.stack([n, n / 2]), tf.int32), np.float32)
_slice = tff.tf_computation(lambda x, key: x * tf.cast(key, tf.float32), np.float32, np.int32)
_added_up = tff.tf_computation(lambda xs: xs.reduce(np.float32(0), lambda n, x: n + x), tff.SequenceType(np.float32))

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
        (_many_readers, _SETS, "set"),
        (_reader_at_the_clients, _SETS, "set"),
        (_reader_before, _SETS, "set"),
        (_nested_zips, _SETS, "set"),
        (_own_aggregation_of_results, _SETS, "set"),
        (_result_of_a_result, _SETS, "set"),
        (_select_by_result, _SETS, "set"),
    ]
}
_FACTORIES = {
    "flat": lambda: tff.local_executor_factory(max_fanout=1000),
    "tree": lambda: tff.local_executor_factory(max_fanout=40),
    "deep tree": lambda: tff.local_executor_factory(max_fanout=8),
}


@functools.cache
def _members(draw, num_clients, seed):
    """Returns a value for each client: once for all computations and stacks, as TensorFlow takes milliseconds a set."""
    rng = np.random.default_rng(seed)
    if draw == "scalar":
        return list(rng.normal(0, 100, num_clients).astype(np.float32))
    if draw == "vector":
        return list(rng.normal(0, 100, [num_clients, 3]).astype(np.float32))
    sizes = rng.integers(0, 4, num_clients)
    return [tf.data.Dataset.from_tensor_slices(rng.normal(0, 9, size).astype(np.float32)) for size in sizes]


def _bits(value):
    return [(leaf.dtype, leaf.tobytes()) for leaf in map(np.asarray, tf.nest.flatten(value))]


@pytest.fixture(params=["short", "long"])
def built(monkeypatch, request):
    """Blocks are tried at once; counts the calls of what was built. Clients are short, or so long that each is one."""
    calls = []
    run = BlockFunction.__call__

    def counted(function, *arguments):
        calls.append(function)
        return run(function, *arguments)

    monkeypatch.setattr(block_folds, "_CLIENTS_BEFORE_BUILDING", 8)
    monkeypatch.setattr(block_folds, "_CLIENTS_THAT_PAY", 0)
    monkeypatch.setattr(block_folds, "_CLIENTS_BEFORE_LARGE_CHUNKS", 96)
    # On a busy machine calls may seem long.
    monkeypatch.setattr(CallDuration, "busy_seconds", {"short": 1e-6, "long": 3 * LONG_SECONDS}[request.param])
    monkeypatch.setattr(BlockFunction, "__call__", counted)
    return calls


@pytest.fixture
def num_runs(monkeypatch):
    """Counts how often functions run, by their names; those that run by themselves also as ("alone", name)."""
    runs, written = collections.Counter(), []
    single, write = TensorFlowFunction.__call__, TensorFlowFunction.write_call
    build, block = BlockFunction.__init__, BlockFunction.__call__

    def counted(function, *arguments):
        runs.update([function.name, ("alone", function.name)])
        return single(function, *arguments)

    def noted(function, argument):
        # What is written into another graph only shows which calls can be made apart.
        if tf.compat.v1.get_default_graph().building_function:
            written.append(function.name)
        return write(function, argument)

    def built(function, *arguments):
        written.clear()
        build(function, *arguments)
        runs_of_block[function] = list(written)

    def counted_block(function, *arguments):
        runs.update(runs_of_block[function])
        return block(function, *arguments)

    runs_of_block = {}
    monkeypatch.setattr(TensorFlowFunction, "__call__", counted)
    monkeypatch.setattr(TensorFlowFunction, "write_call", noted)
    monkeypatch.setattr(BlockFunction, "__init__", built)
    monkeypatch.setattr(BlockFunction, "__call__", counted_block)
    return runs


# How long clients are, and how they are spread, are decided apart from each other: not each pair of them is run.
_FACTORIES_AND_CLIENTS = [("flat", "short"), ("tree", "short"), ("flat", "long"), ("deep tree", "long")]


@pytest.mark.parametrize(("factory", "built"), _FACTORIES_AND_CLIENTS[:3], indirect=["built"])
@pytest.mark.parametrize(
    "name",
    [
        "fed_avg",
        "many_readers",
        "reader_at_the_clients",
        "reader_before",
        "nested_zips",
        "own_aggregation_of_results",
        "result_of_a_result",
        "select_by_result",
    ],
)
def test_a_client_runs_once_for_all_aggregations(num_runs, built, name, factory):
    computation, draw = _COMPUTATIONS[name]
    context = tff.SyncExecutionContext(_FACTORIES[factory]())
    members = _members(draw, 100, seed=1)
    for _ in range(3):
        num_runs.clear()
        context.invoke(computation, members)
        assert num_runs["_train"] == 100
        assert num_runs["_scale"] in (0, 100)


def test_a_fold_of_results_that_others_have_made_calls_no_client(num_runs, built):
    computation, draw = _COMPUTATIONS["many_readers"]
    _blocks_of(computation, _members(draw, 96, seed=1), tff.local_executor_factory(max_fanout=1000))
    assert len(built) > 2 * 96 / 8  # Those of the first aggregation, and those of the others.


@pytest.mark.parametrize(("factory", "built"), _FACTORIES_AND_CLIENTS, indirect=["built"])
@pytest.mark.parametrize("name", _COMPUTATIONS)
def test_blocks_give_the_bits_of_single_calls(built, name, factory):
    computation, draw = _COMPUTATIONS[name]
    blocks = tff.SyncExecutionContext(_FACTORIES[factory]())

    @settings(max_examples=4, deadline=None, derandomize=True, database=None)
    @given(st.integers(0, 100), st.integers(0, 2**32 - 1))
    def agrees(num_clients, seed):
        members = _members(draw, num_clients, seed)
        assert _bits(blocks.invoke(computation, members)) == _bits_of_single_calls(name, num_clients, seed)

    agrees()
    # Others begin with the clients of these, and which of two aggregations comes first may depend on the moment.
    assert built or name in ("untouched", "reader_before", "select_by_result")


@functools.cache
def _bits_of_single_calls(name, num_clients, seed):
    """Those of the debug stack, which makes no blocks: once for all stacks, which get the same examples."""
    computation, draw = _COMPUTATIONS[name]
    single = tff.SyncExecutionContext(tff.debug_executor_factory())
    return _bits(single.invoke(computation, _members(draw, num_clients, seed)))


def _blocks_of(computation, members, factory=None):
    context = tff.SyncExecutionContext(factory or tff.local_executor_factory())
    for _ in range(2):
        result = context.invoke(computation, members)
    return result


def test_an_error_in_a_block_names_the_client(built):
    @tff.tf_computation(np.float32)
    def checked(x):
        with tf.control_dependencies([tf.debugging.assert_less(x, 90.0)]):
            return tf.identity(x)

    total = tff.federated_computation(lambda x: tff.federated_sum(tff.federated_map(checked, x)), _FLOATS)
    members = [np.float32(k) for k in range(80)]
    assert _blocks_of(total, members) == sum(range(80))
    assert built
    with pytest.raises(tff.ExecutionError, match=r"client 77 \(of 80\)"):
        _blocks_of(total, [*members[:77], np.float32(99), *members[78:]])


def test_a_nan_in_a_block_is_that_of_its_client(built):
    total = tff.federated_computation(_mean_of_scaled, _FLOATS)
    members = [np.float32(k) for k in range(80)]
    _blocks_of(total, members)
    context = tff.SyncExecutionContext(tff.local_executor_factory())
    with pytest.warns(UserWarning, match=r"client 53 \(of 80\)"):
        context.invoke(total, [*members[:53], np.float32(np.nan), *members[54:]])
    assert built


@pytest.mark.parametrize(
    "draw",
    [
        lambda x: x + tf.random.uniform([]),
        lambda x: x + tf.random.uniform([], seed=3),
        lambda x: tf.ensure_shape(tf.py_function(lambda v: v, [x], tf.float32), []),
        lambda x: (tf.print(x, output_stream=sys.stdout), x)[1],
    ],
    ids=["fresh numbers", "seeded numbers", "Python", "print"],
)
def test_what_has_effects_or_draws_numbers_runs_one_by_one(num_runs, built, draw):
    def work(x):
        return draw(x)

    client = tff.tf_computation(work, np.float32)
    total = tff.federated_computation(lambda x: tff.federated_sum(tff.federated_map(client, x)), _FLOATS)
    _blocks_of(total, [np.float32(0)] * 70)
    assert num_runs["work"] == num_runs["alone", "work"] == 2 * 70
    assert built  # What such clients return is folded in one call all the same.


@pytest.mark.parametrize("factory", _FACTORIES.values(), ids=_FACTORIES)
def test_folds_of_what_runs_one_by_one_give_the_bits_of_single_calls(built, factory):
    draw = tff.tf_computation(lambda x: x * tf.random.uniform([], seed=3), np.float32)

    def two_means(x):
        drawn = tff.federated_map(draw, x)
        return tff.federated_mean(tff.federated_map(_half, drawn), weight=x), tff.federated_max(drawn)

    computation = tff.federated_computation(two_means, _FLOATS)
    blocks = tff.SyncExecutionContext(factory())
    single = tff.SyncExecutionContext(tff.debug_executor_factory())
    for num_clients in (70, 8, 100):
        members = _members("scalar", num_clients, seed=num_clients)
        assert _bits(blocks.invoke(computation, members)) == _bits(single.invoke(computation, members))
    assert built


def test_an_error_of_a_client_that_runs_by_itself_names_it(built):
    def checked(x):
        with tf.control_dependencies([tf.debugging.assert_less(x, 90.0)]):
            return x + tf.random.uniform([], seed=3)

    client = tff.tf_computation(checked, np.float32)
    total = tff.federated_computation(lambda x: tff.federated_sum(tff.federated_map(client, x)), _FLOATS)
    members = [np.float32(k) for k in range(80)]
    _blocks_of(total, members)
    with pytest.raises(tff.ExecutionError, match=r"client 77 \(of 80\)"):
        _blocks_of(total, [*members[:77], np.float32(99), *members[78:]])


def test_data_that_can_be_read_once_is_read_once(built):
    total = tff.federated_computation(lambda x: tff.federated_sum(tff.federated_map(_count, x)), _SETS)
    context = tff.SyncExecutionContext(tff.local_executor_factory())
    for _ in range(2):
        assert context.invoke(total, [iter([1.0, 2.0]) for _ in range(20)]) == 40
    assert not built


def test_a_traced_round_shows_each_client(built):
    mean = tff.federated_computation(_mean_of_scaled, _FLOATS)
    members = [np.float32(k) for k in range(70)]
    untraced = _blocks_of(mean, members)
    assert built
    before = len(built)
    with tff.trace() as trace, tff.use(tff.local_executor_factory()):
        assert mean(members) == untraced
    assert len(built) == before
    assert len(trace.clients()["client"]) == 70


@tff.tf_computation(tff.SequenceType(np.float32))
def _count(examples):
    return examples.reduce(np.float32(0), lambda n, _: n + 1)
