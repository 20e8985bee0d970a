"""The local execution stack as its users meet it: threads, cohorts, orders, zero clients."""

import collections
import concurrent.futures
import functools
import gc
import threading
import time
import tracemalloc

import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff

INTS = tff.FederatedType(np.int32, tff.CLIENTS)
FLOATS = tff.FederatedType(np.float32, tff.CLIENTS)

STACKS = {
    "flat": tff.local_executor_factory,
    "tree": lambda: tff.local_executor_factory(max_fanout=2),
    "one thread": lambda: tff.local_executor_factory(max_concurrent_computation_calls=1),
    "8 threads": lambda: tff.local_executor_factory(max_concurrent_computation_calls=8),
    "client threads": lambda: tff.local_executor_factory(clients_per_thread=2),
    "debug": tff.debug_executor_factory,
}


@pytest.fixture(params=STACKS.values(), ids=STACKS)
def stack(request):
    factory = request.param()
    with tff.use(factory):
        yield factory
    factory.close()


def _threads():
    return [thread for thread in threading.enumerate() if thread.name == "tffsim-executor"]


def _becomes_true(condition, seconds=60.0):
    """Waits for what other threads are about to do."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        threading.Event().wait(0.01)
    return condition()


@tff.tf_computation(np.int32)
def positive(x):
    with tf.control_dependencies([tf.debugging.assert_positive(x)]):
        return tf.identity(x)


@tff.federated_computation(INTS)
def sum_of_positives(values):
    return tff.federated_sum(tff.federated_map(positive, values))


def test_of_two_invocations_on_one_stack_only_the_bad_one_fails(stack):
    barrier = threading.Barrier(2)

    def run(values):
        barrier.wait()
        outcomes = []
        for _ in range(20):
            try:
                outcomes.append(sum_of_positives(values))
            except tff.ExecutionError as error:
                outcomes.append(error.location.client)
        return outcomes

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        good, bad = pool.submit(run, [1, 2, 3]), pool.submit(run, [1, 2, -3])
        assert good.result() == [6] * 20
        assert bad.result() == [2] * 20


def test_variables_are_private_to_a_call_whatever_runs_beside_it():
    @tff.tf_computation(np.int64)
    def count_up(start):
        variable = tf.Variable(start)
        for _ in range(3):
            variable.assign_add(1)
        return variable.read_value()

    def run(thread):
        return [int(count_up(1000 * thread + n)) - (1000 * thread + n) for n in range(1000)]

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        differences = [d for results in pool.map(run, range(8)) for d in results]
    assert collections.Counter(differences) == {3: 8000}


def _rounds(count):
    mean = tff.federated_computation(lambda values: tff.federated_mean(values), FLOATS)
    for n in range(count):
        assert mean([1.0] * (1 + n % 40)) == 1
    gc.collect()


def _grown():
    """Returns by how many bytes of Python's the process grows in 200 rounds."""
    before, _ = tracemalloc.get_traced_memory()
    _rounds(200)
    after, _ = tracemalloc.get_traced_memory()
    return after - before


def test_changing_cohorts_leave_no_memory_behind():
    with tff.use(tff.local_executor_factory(max_fanout=10)):
        tracemalloc.start()
        try:
            _rounds(80)
            # Threads that earlier tests have left may take some once; what rounds leave behind, all rounds do.
            assert any(_grown() < 100_000 for _ in range(3))
        finally:
            tracemalloc.stop()


def test_changing_cohorts_leave_no_threads_behind():
    with tff.use(tff.local_executor_factory(clients_per_thread=4, max_fanout=10)):
        _rounds(40)
        before = len(_threads())
        _rounds(80)
        assert _becomes_true(lambda: len(_threads()) <= before)


@pytest.mark.parametrize("num_clients", [1, 2, 7, 40])
def test_a_float_sum_has_one_result_on_every_stack(stack, num_clients):
    values = np.random.default_rng(num_clients).normal(size=num_clients).astype(np.float32) * 1e3
    add = tff.federated_computation(
        lambda x: (tff.federated_sum(x), tff.federated_mean(x)), tff.FederatedType(np.float32, tff.CLIENTS)
    )
    in_order = np.float32(0)
    for number, value in enumerate(values):
        in_order = value if number == 0 else np.float32(in_order + value)
    assert add(list(values)) == (in_order, np.float32(in_order / np.float32(num_clients)))


def test_unsorted_field_names_survive_datasets_structs_and_clients(stack):
    row = tff.StructType([("z", np.int32), ("a", np.float32)])

    @tff.tf_computation(tff.SequenceType(collections.OrderedDict(z=np.int32, a=np.float32)))
    def totals(dataset):
        z, a = dataset.reduce((0, 0.0), lambda sums, r: (sums[0] + r["z"], sums[1] + r["a"]))
        return collections.OrderedDict(z=z, a=a)

    @tff.federated_computation(tff.FederatedType(tff.SequenceType(row), tff.CLIENTS))
    def everything(datasets):
        return tff.federated_sum(tff.federated_map(totals, datasets))

    rows = [{"a": 0.5, "z": 1}, {"z": 2, "a": 1.5}]
    dataset = tf.data.Dataset.from_tensor_slices({"a": np.float32([2.5]), "z": np.int32([3])})
    assert dict(everything([rows, dataset])) == {"z": 6, "a": 4.5}


def test_a_dict_argument_may_be_in_any_order(stack):
    step = tff.tf_computation(lambda state, x: state["lr"] * state["w"] - x)
    state_type = collections.OrderedDict(w=np.float32, lr=np.float32)

    @tff.federated_computation(tff.FederatedType(state_type, tff.SERVER), FLOATS)
    def run(state, values):
        return tff.federated_map(step, (tff.federated_broadcast(state), values))

    for state in ({"lr": 0.5, "w": 4.0}, {"w": 4.0, "lr": 0.5}):
        assert run(state, [1.0, 2.0]) == [1, 0]


def test_a_computation_can_be_called_from_any_thread():
    results = []
    thread = threading.Thread(target=lambda: results.append(sum_of_positives([1, 2])))
    thread.start()
    thread.join()
    assert results == [3]


def test_a_function_that_captures_outer_values_is_taken_along(stack):
    scale = tff.tf_computation(lambda x, y: x * y, np.int32, np.int32)

    @tff.federated_computation(INTS, tff.FederatedType(np.int32, tff.SERVER))
    def scaled(values, factor):
        everywhere = tff.federated_broadcast(factor)
        return tff.federated_sum(tff.federated_map(scale, (values, everywhere)))

    assert scaled([1, 2, 3], 10) == 60


def test_a_deep_computation_does_not_exhaust_the_stack(stack):
    increment = tff.tf_computation(lambda x: x + 1, np.int32)

    @tff.federated_computation(INTS)
    def deep(values):
        for _ in range(150):
            values = tff.federated_map(increment, values)
        return tff.federated_sum(values)

    assert deep([0, 1]) == 301


def test_endless_and_lazy_data_stays_lazy(stack):
    first = tff.tf_computation(
        lambda ds: ds.take(3).reduce(np.int64(0), lambda a, b: a + b), tff.SequenceType(np.int64)
    )
    endless = tf.data.Dataset.range(10).repeat()
    firsts = tff.federated_computation(
        lambda datasets: tff.federated_map(first, datasets), tff.FederatedType(tff.SequenceType(np.int64), tff.CLIENTS)
    )
    assert firsts([endless, endless.skip(5)]) == [3, 18]


def _folded(fold, x):
    return fold(x)


@pytest.mark.parametrize("num_clients", [2, 7, 40])
@pytest.mark.parametrize("length", [0, 1, 3])
def test_what_is_folded_has_one_shape(stack, length, num_clients):
    vectors = tff.FederatedType(tff.TensorType(np.float32, [None]), tff.CLIENTS)
    same = [np.full(2, client, np.float32) for client in range(num_clients)]
    for fold in (tff.federated_mean, tff.federated_max, tff.federated_min):
        computation = tff.federated_computation(functools.partial(_folded, fold), vectors)
        assert computation(same).shape == (2,)
        with pytest.raises(tff.ExecutionError, match=rf"shapes? \[{length}\]|shapes? \[2\]"):
            computation([*same[:-1], np.ones(length, np.float32)])
