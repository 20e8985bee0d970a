import concurrent.futures
import gc
import os
import threading

import federated_language as fl
import numpy as np
import psutil
import pytest
import tensorflow as tf

from tests.unit.external_runtime.tensorflow.tensorflow_protos import unary
from tffsim.computations.tensorflow_computation import tf_computation
from tffsim.external_runtime.tensorflow.eager_execution import CancellationManager, kernels_of
from tffsim.external_runtime.tensorflow.functions import function_calls, kernel_cache
from tffsim.external_runtime.tensorflow.functions.tensorflow_function import TensorFlowFunction
from tffsim.external_runtime.tensorflow.graph_passes import graph_traits
from tffsim.failures.failure_location import location_of
from tffsim.language import provenance

FLOAT = fl.TensorType(np.float32)
BOUND_SECONDS = 60


def python(action, x):
    result = tf.py_function(lambda value: action() or value, [x], tf.float32)
    result.set_shape([])
    return result


def imported(function):
    """Keeps the Python functions that the graph calls alive, as the decorator does."""
    return TensorFlowFunction(tf_computation(function, FLOAT).to_proto())


def seeded(x):
    return x + tf.random.uniform([], 0.0, 1e-30, seed=5)


def with_branch(number):
    """A reduction within a branch holds a thread; each number makes another function."""

    def function(x):
        total = lambda: tf.data.Dataset.range(3).reduce(x, lambda a, _: a + number)  # noqa: E731
        return tf.cond(x > 0.0, total, lambda: x)

    return unary(function, FLOAT, FLOAT)


@pytest.mark.parametrize("change", [lambda x: x, seeded])
def test_a_function_runs_in_the_thread_of_its_caller(change):
    threads = []
    function = imported(lambda x: change(python(lambda: threads.append(threading.get_ident()), x)))
    function(tf.constant(1.0))
    assert threads == [threading.get_ident()]


@pytest.mark.parametrize("change", [lambda x: x, seeded])
def test_more_blocked_calls_than_processors_do_not_hold_up_another(change):
    num_blocked = 2 * (os.cpu_count() or 1) + 3
    inside, go_on = threading.Barrier(num_blocked + 1), threading.Event()

    def block():
        inside.wait(BOUND_SECONDS)
        assert go_on.wait(BOUND_SECONDS)

    blocking = imported(lambda x: change(python(block, x)))
    others = [imported(f) for f in (lambda x: x + 1.0, lambda x: seeded(x) + 1.0)]
    with concurrent.futures.ThreadPoolExecutor(num_blocked) as pool:
        blocked = [pool.submit(blocking, tf.constant(1.0)) for _ in range(num_blocked)]
        try:
            inside.wait(BOUND_SECONDS)
            assert [float(other(tf.constant(1.0))) for other in others] == [2.0, 2.0]
            assert not any(call.done() for call in blocked)
        finally:
            go_on.set()
        assert [float(call.result(BOUND_SECONDS)) for call in blocked] == [1.0] * num_blocked


@pytest.mark.parametrize(
    "endless",
    [
        lambda x: tf.while_loop(lambda y: y >= 0.0, lambda y: y * 1.0, (x,))[0],
        lambda x: tf.data.Dataset.counter().reduce(x, lambda a, _: a),
        lambda x: tf.data.Dataset.range(1).repeat().map(lambda _: x, num_parallel_calls=2).reduce(x, lambda a, _: a),
        lambda x: (
            x
            + tf.raw_ops.QueueDequeueV2(
                handle=tf.raw_ops.FIFOQueueV2(component_types=[tf.float32], shapes=[[]]), component_types=[tf.float32]
            )[0]
        ),
    ],
    ids=["loop", "dataset", "parallel map", "queue"],
)
@pytest.mark.parametrize("is_cancelled_before", [True, False])
def test_a_call_ends_when_it_is_cancelled(endless, is_cancelled_before):
    started = threading.Event()
    function = imported(lambda x: endless(python(started.set, x)))
    cancellation = CancellationManager()
    if is_cancelled_before:
        cancellation.start_cancel()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        call = pool.submit(function, tf.constant(1.0), cancellation)
        assert is_cancelled_before or started.wait(BOUND_SECONDS)
        cancellation.start_cancel()
        with pytest.raises(tf.errors.OpError):
            call.result(BOUND_SECONDS)


def failing(x):
    return tf.debugging.check_numerics(x, "bad", name="check")


def source_of_failure(function, parameter=FLOAT, argument=None):
    proto = unary(function, parameter, FLOAT)
    provenance.record(
        proto, provenance.Provenance(provenance.Source("f", "f.py", 1), {"check": ("f.py", 2, "return x")})
    )
    with pytest.raises(tf.errors.InvalidArgumentError, match="bad") as failure:
        TensorFlowFunction(proto)(tf.constant(float("nan")) if argument is None else argument)
    assert location_of(failure.value).computation == "f"
    return location_of(failure.value).line


def test_a_failure_is_named_by_a_second_run_unless_that_could_be_noticed():
    assert source_of_failure(failing) == ("f.py", 2, "return x")
    assert source_of_failure(lambda x: failing(seeded(x))) == ("f.py", 2, "return x")
    runs, graphs = [], []

    def noticed(x):
        graphs.append(x.graph)  # A graph that is gone takes its Python functions along.
        return failing(python(lambda: runs.append(1), x))

    assert source_of_failure(noticed) is None
    assert runs == [1]


def test_a_failure_that_cannot_be_named_in_time_is_told_without_a_line(monkeypatch):
    is_over = threading.Event()
    monkeypatch.setattr(function_calls, "_SECONDS_TO_NAME_A_FAILURE", 0.0)
    monkeypatch.setattr(function_calls, "run_in_pool", lambda *arguments: is_over.wait(BOUND_SECONDS) and [])
    assert source_of_failure(failing) is None
    is_over.set()


def test_what_may_run_twice_is_what_leaves_no_trace():
    def may(function):
        return graph_traits.may_run_twice(
            tf.compat.v1.GraphDef.FromString(unary(function, FLOAT, FLOAT).tensorflow.graph_def.value)
        )

    assert may(
        lambda x: tf.cond(
            x > 0.0, lambda: tf.compat.v1.Variable(x, use_resource=True) + tf.random.normal([]), lambda: x
        )
    )
    assert may(lambda x: tf.data.Dataset.range(3).reduce(x, lambda a, _: a))
    assert not may(lambda x: python(list, x))
    assert not may(lambda x: tf.data.Dataset.range(3).reduce(x, lambda a, _: python(list, a)))

    def printing(x):
        with tf.control_dependencies([tf.print(x)]):
            return tf.identity(x)

    assert not may(printing)
    in_memory = tf.data.Dataset.range(3).map(lambda x: x + 1).batch(2)
    assert graph_traits.may_be_read_twice(in_memory)
    generated = tf.data.Dataset.from_generator(lambda: iter([1]), output_signature=tf.TensorSpec([], tf.int64))
    assert not graph_traits.may_be_read_twice(generated.batch(2))
    assert not graph_traits.may_be_read_twice(in_memory.map(lambda x: tf.py_function(lambda y: y, [x], tf.int64)))


def test_a_renewed_function_leaves_no_kernel_and_no_arity_behind():
    function = TensorFlowFunction(unary(seeded, FLOAT, FLOAT))
    for _ in range(3):
        function(tf.constant(1.0))
    assert not any(kernels_of("PartitionedCall", arity, 1) for arity in range(8))
    assert not function_calls._arities


def num_threads_of_process():
    return psutil.Process().num_threads()


@pytest.mark.parametrize(
    "make",
    [
        lambda number: unary(lambda x: tf.data.Dataset.range(3).reduce(x, lambda a, _: a + number), FLOAT, FLOAT),
        lambda number: unary(
            lambda x: x + tf.data.Dataset.from_tensors(x).map(lambda y: y + number).get_single_element(), FLOAT, FLOAT
        ),
        lambda number: unary(
            lambda x: seeded(tf.data.Dataset.range(3).reduce(x, lambda a, _: a + number)), FLOAT, FLOAT
        ),
        with_branch,
    ],
    ids=["reduction", "single element", "seeded", "in a branch"],
)
def test_functions_that_read_datasets_do_not_keep_a_thread_each(make):
    TensorFlowFunction(make(0.0))(tf.constant(1.0))
    before = num_threads_of_process()
    functions = [TensorFlowFunction(make(number + 0.5)) for number in range(40)]
    for function in functions:
        function(tf.constant(1.0))
    assert num_threads_of_process() <= before + 16
    assert len({float(function(tf.constant(1.0))) for function in functions}) == 40


def test_one_function_that_holds_many_threads_keeps_its_kernel():
    def many(x):
        return tf.cond(
            x > 0.0, lambda: sum(tf.data.Dataset.range(2).reduce(x, lambda a, _: a) for _ in range(12)), lambda: x
        )

    function = TensorFlowFunction(unary(many, FLOAT, FLOAT))
    function(tf.constant(1.0))
    generation = function_calls._kernels._generation
    for _ in range(5):
        function(tf.constant(1.0))
    assert function_calls._kernels._generation == generation


def test_kernels_of_forgotten_functions_are_freed_between_calls():
    cache = function_calls._kernels
    kept = TensorFlowFunction(unary(lambda x: x * 3.0, FLOAT, FLOAT))
    kept(tf.constant(1.0))
    generation = cache._generation
    for number in range(kernel_cache.MAX_FORGOTTEN + 5):
        TensorFlowFunction(unary(lambda x, n=number: x + 0.25 * n, FLOAT, FLOAT))(tf.constant(1.0))
    gc.collect()
    assert float(kept(tf.constant(1.0))) == 3.0
    assert cache._generation > generation
    assert float(kept(tf.constant(2.0))) == 6.0
