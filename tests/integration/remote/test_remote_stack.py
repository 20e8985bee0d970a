"""A stack whose clients are at two workers does what the local stack does."""

import asyncio
import gc
import re
import warnings
import weakref

import federated_language as fl
import grpc
import numpy as np
import pytest
import tensorflow as tf
from federated_language.common_libs import structure

import tffsim as tff
from tests.integration.remote.conftest import bits
from tffsim.failures.argument_error import ArgumentError
from tffsim.remote.program import Node
from tffsim.simulation import digits, fed_avg
from tffsim.simulation.client_data import ClientData

pytestmark = pytest.mark.on_ray
FLOATS = fl.FederatedType(np.float32, fl.CLIENTS)
LARGE = fl.TensorType(np.float32, [200_000])


@tff.tf_computation(np.float32)
def double(x):
    return x * 2


@tff.tf_computation(np.int32)
def checked(x):
    tf.debugging.assert_less(x, 40, message="too much")
    return x / 2


@tff.tf_computation(np.float32)
def as_integer(x):
    return tf.cast(tf.abs(x), tf.int32)


@tff.tf_computation(LARGE)
def add_one(x):
    return x + 1


@tff.federated_computation(FLOATS, FLOATS)
def statistics(x, w):
    doubled = fl.federated_map(double, x)
    return (
        fl.federated_sum(doubled), fl.federated_mean(doubled), fl.federated_mean(doubled, w), fl.federated_max(x),
        doubled, fl.federated_secure_sum_bitwidth(fl.federated_map(as_integer, x), 30),
    )  # fmt: skip


@pytest.mark.parametrize("num_clients", [0, 1, 2, 3, 31, 33, 64, 97, 260, 700])
def test_results_are_those_of_the_local_stack_bit_for_bit(remote, local, num_clients):
    rng = np.random.default_rng(num_clients)
    x = list(rng.normal(0, 1e4, num_clients).astype(np.float32))
    w = list(rng.uniform(0, 1, num_clients).astype(np.float32))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert bits(remote.invoke(statistics, (x, w))) == bits(local.invoke(statistics, (x, w)))


def test_more_workers_than_clients_with_structs(remote):
    @tff.tf_computation(np.float32)
    def pair(x):
        return {"b": x, "a": (x + 1, tf.constant("text"))}

    @tff.federated_computation(FLOATS)
    def pairs(x):
        return fl.federated_map(pair, x)

    assert remote.invoke(pairs, [5.0]) == [{"b": 5.0, "a": (6.0, b"text")}]


def test_large_values_go_out_and_come_back(remote, local):
    add = tff.tf_computation(lambda x, y: x + y, (LARGE, LARGE))

    @tff.federated_computation(fl.FederatedType(LARGE, fl.SERVER), fl.FederatedType(LARGE, fl.CLIENTS))
    def shifted(weights, values):
        there = fl.federated_broadcast(weights)
        sums = fl.federated_map(add, (there, values))
        return fl.federated_mean(sums), sums

    rng = np.random.default_rng(1)
    weights = rng.normal(size=200_000).astype(np.float32)
    values = [rng.normal(size=200_000).astype(np.float32) for _ in range(5)]
    assert bits(remote.invoke(shifted, (weights, values))) == bits(local.invoke(shifted, (weights, values)))


def test_weights_that_a_client_changes_in_a_variable_stay_as_they_are_for_others(remote, local):
    """Several workers may read the same memory."""

    @tff.tf_computation(LARGE, np.float32)
    def trained(weights, x):
        variable = tf.Variable(weights)
        with tf.control_dependencies([variable.assign_add(tf.fill([200_000], x))]):
            return variable.read_value()

    @tff.federated_computation(fl.FederatedType(LARGE, fl.SERVER), FLOATS)
    def next_weights(weights, x):
        return fl.federated_mean(fl.federated_map(trained, (fl.federated_broadcast(weights), x)))

    weights, steps = np.linspace(0, 1, 200_000, dtype=np.float32), [float(n) for n in range(40)]
    assert bits(remote.invoke(next_weights, (weights, steps))) == bits(local.invoke(next_weights, (weights, steps)))


def test_a_value_that_was_changed_in_place_is_sent_anew(remote):
    total = tff.federated_computation(lambda x: fl.federated_sum(x), fl.FederatedType(LARGE, fl.CLIENTS))
    values = [np.ones(200_000, np.float32) for _ in range(2)]
    assert remote.invoke(total, values)[0] == 2
    values[1][:] = 5
    assert remote.invoke(total, values)[0] == 6


def test_data_of_a_generator_reaches_its_worker(remote):
    @tff.tf_computation(fl.SequenceType(np.int64))
    def total(data):
        return data.reduce(np.int64(0), lambda a, b: a + b)

    @tff.federated_computation(fl.FederatedType(fl.SequenceType(np.int64), fl.CLIENTS))
    def totals(data):
        return fl.federated_map(total, data)

    def examples(n):
        return tf.data.Dataset.from_generator(lambda: iter(range(n)), output_signature=tf.TensorSpec([], tf.int64))

    assert remote.invoke(totals, [examples(n) for n in range(5)]) == [0, 0, 1, 3, 6]


def test_seeded_random_numbers_are_those_of_the_local_stack(remote, local):
    @tff.tf_computation(np.float32)
    def noisy(x):
        return x + tf.random.normal([])

    @tff.federated_computation(FLOATS)
    def noises(x):
        noised = fl.federated_map(noisy, x)
        return fl.federated_sum(noised), fl.federated_max(noised), noised

    def draw(context):
        tf.random.set_seed(7)
        try:
            return [context.invoke(noises, [1.0] * 70) for _ in range(2)]
        finally:
            tf.random.set_seed(None)

    first, second = draw(local)
    assert bits(first) != bits(second)
    assert bits(draw(remote)) == bits((first, second))


def test_an_error_names_the_client_of_the_whole_cohort_the_line_and_the_worker(remote, local, two_workers):
    halves = tff.federated_computation(
        lambda x: fl.federated_mean(fl.federated_map(checked, x)), fl.FederatedType(np.int32, fl.CLIENTS)
    )
    with pytest.raises(tff.ExecutionError) as caught:
        remote.invoke(halves, list(range(50)))
    with pytest.raises(tff.ExecutionError) as expected:
        local.invoke(halves, list(range(50)))
    lines = str(caught.value).splitlines()
    assert lines[:-1] == str(expected.value).splitlines()
    assert "client 40 (of 50)" in str(caught.value)
    assert "test_remote_stack.py" in str(caught.value)
    assert lines[-1].startswith("  worker:   " + two_workers.addresses[1])
    assert re.search(r", which holds \d+(\.\d)? MB$", lines[-1])
    assert "Traceback" in str(caught.value.__cause__.__cause__)


def test_a_wrong_argument_is_told_as_by_the_local_stack(remote, local):
    total = tff.federated_computation(lambda x: fl.federated_sum(x), fl.FederatedType(np.int32, fl.CLIENTS))
    values = [1] * 40 + ["no"]
    with pytest.raises(ArgumentError) as expected:
        local.invoke(total, values)
    with pytest.raises(ArgumentError) as caught:
        remote.invoke(total, values)
    assert str(caught.value) == str(expected.value)


@pytest.mark.parametrize("wrong", [0, 31, 39])
def test_clients_whose_values_have_different_shapes_are_refused(remote, local, wrong):
    @tff.federated_computation(fl.FederatedType(fl.TensorType(np.float32, [None]), fl.CLIENTS))
    def mean(x):
        return fl.federated_mean(x)

    values = [np.ones(1 if client == wrong else 2, np.float32) for client in range(40)]
    for context in (remote, local):
        with pytest.raises(tff.ExecutionError, match=r"shapes? \[[12]\].* \[[12]\]"):
            context.invoke(mean, values)


def test_a_nan_is_noticed_with_its_client(remote, local):
    @tff.tf_computation(np.float32)
    def inverse(x):
        return x / x

    values = [1.0] * 80
    values[37] = values[60] = 0.0
    texts = []
    for context in (local, remote):
        # Nobody is warned of a computation twice.
        mean = tff.federated_computation(lambda x: fl.federated_mean(fl.federated_map(inverse, x)), FLOATS)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            context.invoke(mean, values)
        texts.append([str(w.message) for w in caught])
    assert "client 37 (of 80)" in texts[1][0]
    assert texts[1] == texts[0]


def test_a_worker_refuses_operations_that_reach_files(remote):
    @tff.tf_computation(np.str_)
    def read(name):
        return tf.io.read_file(name)

    reads = tff.federated_computation(lambda x: fl.federated_map(read, x), fl.FederatedType(np.str_, fl.CLIENTS))
    with pytest.raises(tff.ExecutionError, match=r"does not run the operation ReadFile.*Files") as caught:
        remote.invoke(reads, ["/etc/passwd"])
    assert_located(caught.value, "read", "return tf.io.read_file(name)")


def test_python_in_a_graph_is_refused_before_it_is_sent(remote):
    @tff.tf_computation(np.float32)
    def python(x):
        return tf.ensure_shape(tf.py_function(lambda y: y, [x], tf.float32), [])

    calls = tff.federated_computation(lambda x: fl.federated_sum(fl.federated_map(python, x)), FLOATS)
    with pytest.raises(tff.ExecutionError, match=r"`python` calls Python functions.*another one") as caught:
        remote.invoke(calls, [1.0])
    assert_located(caught.value, "python", "return tf.ensure_shape(tf.py_function(lambda y: y, [x], tf.float32), [])")


def assert_located(error, function, text):
    lines = str(error).splitlines()
    assert "  where:    clients" in lines and f"  function: {function}" in lines
    assert any(line.startswith("  line:     test_remote_stack.py:") and line.endswith(text) for line in lines)


def test_nothing_is_kept_for_results_that_nobody_needs(remote):
    for _ in range(3):
        remote.invoke(statistics, ([1.0] * 40, [1.0] * 40))
    gc.collect()
    assert not [thing for thing in gc.get_objects() if isinstance(thing, Node) and thing.session is not None]


def test_federated_averaging_gives_the_weights_of_the_local_stack(remote, local):
    datasets = digits.load_digits(5, "dirichlet", seed=1)[0].datasets()
    next_round, results = fed_avg.fed_avg(), []
    for context in (local, remote):
        weights = fed_avg.initial_weights()
        for _ in range(2):
            weights = context.invoke(next_round, (weights, datasets))
        results.append(bits(weights))
    assert results[0] == results[1]


def test_what_a_struct_is_made_of_stays_a_struct(remote):
    @tff.federated_computation(FLOATS)
    def both(x):
        return fl.federated_zip({"x": x, "y": fl.federated_map(double, x)})

    assert remote.invoke(both, [1.0, 2.0]) == [{"x": 1.0, "y": 2.0}, {"x": 2.0, "y": 4.0}]
    assert not isinstance(remote.invoke(both, [1.0])[0], structure.Struct)


class CountedDigits(ClientData):
    """The digits of five clients, many times; counts how many datasets there are at once."""

    def __init__(self):
        self._digits = digits.load_digits(5, "dirichlet", seed=1)[0]
        self._alive = weakref.WeakSet()
        self.most = 0

    @property
    def client_ids(self):
        return self._digits.client_ids

    def examples(self, client_id):
        return self._digits.examples(client_id)

    def create_tf_dataset_for_client(self, client_id):
        dataset = self._digits.create_tf_dataset_for_client(client_id)
        self._alive.add(dataset)
        self.most = max(self.most, len(self._alive))
        return dataset


def test_a_large_result_is_the_callers_own(remote):
    large = fl.TensorType(np.float32, [400_000])

    @tff.federated_computation(fl.FederatedType(large, fl.CLIENTS), fl.FederatedType(large, fl.SERVER))
    def sums(x, y):
        total = fl.federated_sum(x)
        return total, total, fl.federated_broadcast(y), y

    ones = np.ones(400_000, np.float32)
    argument = [ones], ones
    first = remote.invoke(sums, argument)
    for result in first:
        assert (result == 1).all()
        result += 1
        assert (result == 2).all()
    # Neither what was given, nor what workers have, nor another result is changed by that.
    assert (ones == 1).all()
    for result in remote.invoke(sums, argument):
        assert (result == 1).all()
    for result, expected in zip(remote.invoke(sums, ([first[0]], first[1])), (2, 2, 2, 2), strict=True):
        assert (result == expected).all()
    with tff.trace(values="all"):
        traced = remote.invoke(sums, argument)
    traced[0][:] = 7
    assert (traced[1] == 1).all()


def test_what_a_function_of_the_server_keeps_does_not_change_with_the_result(remote):
    large, kept = fl.TensorType(np.float32, [400_000]), []

    @tff.tf_computation(large)
    def both(x):
        tf.numpy_function(kept.append, [x], [])
        return x, tf.data.Dataset.from_tensors(x)

    @tff.federated_computation(fl.FederatedType(large, fl.CLIENTS))
    def total_and_data(x):
        total = fl.federated_sum(x)
        return total, fl.federated_map(both, total)

    results = remote.invoke(total_and_data, [np.ones(400_000, np.float32)] * 2)
    total, (same, dataset) = results
    total += 5
    same += 5
    assert (next(iter(dataset)).numpy() == 2).all()
    assert (kept[0] == 2).all()


def test_client_data_is_made_when_its_turn_comes_and_not_kept(remote, local):
    data, weights, next_round = CountedDigits(), fed_avg.initial_weights(), fed_avg.fed_avg()
    ids = data.client_ids * 14
    ledgers, results = [], []
    for context in (remote, local):
        results.append(bits(context.invoke(next_round, (weights, data.datasets(ids)))))
        with tff.trace() as trace:
            context.invoke(next_round, (weights, data.datasets(ids)))
        if context is remote:
            assert data.most <= 8
        ledgers.append(trace.traffic_totals())
    assert results[0] == results[1]
    names = list(ledgers[1])  # Only the remote stack knows bytes on the wire.
    rows = [sorted(str([row[name] for name in names]) for row in map(t.row, range(len(t)))) for t in ledgers]
    assert rows[0] == rows[1]


@pytest.mark.parametrize("seed", [None, 3])
def test_shuffled_client_data_comes_in_the_order_of_the_local_stack(remote, local, seed):
    numbers = tff.SequenceType(tf.int64)

    @tff.tf_computation(numbers)
    def first(dataset):
        return dataset.take(1).reduce(tf.constant(0, tf.int64), lambda _, number: number)

    @tff.federated_computation(fl.FederatedType(numbers, fl.CLIENTS))
    def firsts(datasets):
        return fl.federated_map(first, datasets)

    def rounds(context):
        tf.random.set_seed(5)
        data = ClientData.from_clients_and_tf_fn("abcdef", lambda _: tf.data.Dataset.range(20).shuffle(20, seed=seed))
        datasets = data.datasets()
        return [[int(number) for number in context.invoke(firsts, datasets)] for _ in range(3)]

    try:
        assert rounds(remote) == rounds(local) == rounds(remote)
    finally:
        tf.random.set_seed(None)


def test_more_cohorts_side_by_side_than_stacks_are_kept(remote):
    context = tff.AsyncExecutionContext(remote.executor_factory)

    @tff.tf_computation(np.float32)
    def slow(x):
        def step(i, m):
            return i + 1, tf.linalg.matmul(m, m) * 0

        return x + tf.while_loop(lambda i, m: i < 100, step, (0, tf.zeros([256, 256])))[1][0, 0]

    total = tff.federated_computation(lambda x: fl.federated_sum(fl.federated_map(slow, x)), FLOATS)

    async def sums():
        async def later(k, count):
            await asyncio.sleep(0.05 * k)
            return await context.invoke(total, [float(n) for n in range(count)])

        return await asyncio.gather(*(later(k, count) for k, count in enumerate([*range(1, 14)] * 2)))

    assert asyncio.run(sums()) == [sum(range(count)) for count in range(1, 14)] * 2


@pytest.mark.on_ray(False)
def test_channels_can_be_given_and_stay_open(two_workers, local):
    channels = [grpc.insecure_channel(address) for address in two_workers.addresses]
    x, w = [float(n) for n in range(70)], [1.0 + n for n in range(70)]
    large = [np.full(200_000, n, np.float32) for n in range(3)]
    same = tff.federated_computation(lambda x: fl.federated_map(add_one, x), fl.FederatedType(LARGE, fl.CLIENTS))
    for _ in range(2):
        factory = tff.remote_executor_factory(channels, connect_timeout=60)
        context = tff.SyncExecutionContext(factory)
        assert bits(context.invoke(statistics, (x, w))) == bits(local.invoke(statistics, (x, w)))
        assert bits(context.invoke(same, large)) == bits(local.invoke(same, large))
        factory.close()
    for channel in channels:
        channel.close()
