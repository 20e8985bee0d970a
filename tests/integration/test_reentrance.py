"""Computations that are called from the Python code inside of computations."""

import _thread
import asyncio
import concurrent.futures
import os
import threading

import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff

_BOUND_SECONDS = 60
AT_CLIENTS = tff.FederatedType(np.int32, tff.CLIENTS)

square = tff.tf_computation(lambda x: x * x, np.int32)
total_of_squares = tff.federated_computation(lambda v: tff.federated_sum(tff.federated_map(square, v)), AT_CLIENTS)

STACKS = {
    "1 worker": lambda: tff.local_executor_factory(max_concurrent_computation_calls=1),
    "2 workers": lambda: tff.local_executor_factory(max_concurrent_computation_calls=2),
    "3 workers": lambda: tff.local_executor_factory(max_concurrent_computation_calls=3),
    "tree": lambda: tff.local_executor_factory(max_fanout=2, max_concurrent_computation_calls=2),
    "threads": lambda: tff.local_executor_factory(clients_per_thread=2, max_concurrent_computation_calls=1),
    "debug": tff.debug_executor_factory,
}


def in_python(function, x, kind=tf.py_function):
    return tf.ensure_shape(kind(function, [x], tf.int32), [])


def at_clients(body):
    """The sum over clients of a function that is given a tensor."""
    function = tff.tf_computation(body, np.int32)
    return tff.federated_computation(lambda v: tff.federated_sum(tff.federated_map(function, v)), AT_CLIENTS)


def bounded(function):
    """Calls a function in a thread, so that a deadlock fails the test and does not stop all tests."""
    future = concurrent.futures.Future()

    def call():
        try:
            future.set_result(function())
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=call, daemon=True).start()
    return future.result(_BOUND_SECONDS)


def count_in_loop(number):
    return np.int32(counted(int(number)))


counted = tff.tf_computation(lambda n: tf.while_loop(lambda i: i < n, lambda i: i + 1, [0])[0], np.int32)


def called_in_loop(x):
    def body(i, total):
        return i + 1, total + in_python(count_in_loop, x)

    return tf.while_loop(lambda i, _: i < 2, body, (0, 0))[1]


def called_in_map(x):
    mapped = tf.data.Dataset.from_tensors(x).repeat(2).map(lambda y: in_python(count_in_loop, y))
    return mapped.reduce(0, lambda total, y: total + y)


def called_in_generator(x):
    def numbers():
        for n in range(3):
            yield square(n)

    dataset = tf.data.Dataset.from_generator(numbers, output_signature=tf.TensorSpec([], tf.int32))
    return dataset.reduce(x, lambda a, b: a + b)


def called_in_branch(x):
    return tf.cond(x > 0, lambda: in_python(count_in_loop, x), lambda: x)


def called_in_case(x):
    return tf.switch_case(x - 1, [lambda: x, lambda: in_python(count_in_loop, x)])


def called_in_branch_of_branch(x):
    return tf.cond(x > 0, lambda: called_in_case(x), lambda: x)


def called_in_branch_of_loop(x):
    def body(i, total):
        return i + 1, total + tf.cond(i > 0, lambda: in_python(count_in_loop, x), lambda: x)

    return tf.while_loop(lambda i, _: i < 2, body, (0, 0))[1]


def called_in_reduction(x):
    def add(total, y):
        return total + tf.cond(y > 0, lambda: in_python(count_in_loop, x), lambda: x)

    return tf.data.Dataset.range(2).reduce(0, add)


def called_in_function_of_branch(x):
    called = tf.function(lambda y: in_python(count_in_loop, y), autograph=False)
    return tf.cond(x > 0, lambda: called(x), lambda: x)


WAYS = {
    "py_function": lambda x: in_python(lambda v: square(int(v)), x),
    "numpy_function": lambda x: in_python(lambda v: square(int(v)), x, tf.numpy_function),
    "several at once": lambda x: tf.add_n([in_python(lambda v: square(int(v)), x) for _ in range(3)]),
    "a federated computation": lambda x: in_python(lambda v: total_of_squares([int(v)] * 3), x),
    "a generator": called_in_generator,
    "a loop": called_in_loop,
    "a map": called_in_map,
    "a branch": called_in_branch,
    "a case": called_in_case,
    "a branch of a branch": called_in_branch_of_branch,
    "a branch of a loop": called_in_branch_of_loop,
    "a reduction": called_in_reduction,
    "a function of a branch": called_in_function_of_branch,
}
EXPECTED = {
    "py_function": 30, "numpy_function": 30, "several at once": 90, "a federated computation": 90, "a generator": 30,
    "a loop": 20, "a map": 20, "a branch": 10, "a case": 10, "a branch of a branch": 10, "a branch of a loop": 20,
    "a reduction": 20, "a function of a branch": 10,
}  # fmt: skip


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("way", WAYS)
def test_a_computation_may_be_called_inside_of_another(stack, way):
    outer = at_clients(WAYS[way])
    with tff.use(STACKS[stack]()):
        assert bounded(lambda: outer([1, 2, 3, 4])) == EXPECTED[way]
        assert bounded(lambda: square(5)) == 25


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("depth", [2, 4])
def test_calls_may_be_nested_deeply(stack, depth):
    def nested(level):
        inner = nested(level - 1) if level > 1 else total_of_squares
        return at_clients(lambda x: in_python(lambda v: inner([int(v), int(v)]), x))

    outer = nested(depth)
    with tff.use(STACKS[stack]()):
        assert bounded(lambda: outer([1, 2])) == 2 ** (depth + 1) // 2 * 5


@pytest.mark.parametrize("stack", STACKS)
def test_a_computation_may_be_awaited_inside_of_another(stack):
    context = tff.AsyncExecutionContext(STACKS[stack]())

    async def squares(number):
        return sum(await asyncio.gather(*(context.invoke(square, number) for _ in range(3))))

    outer = at_clients(lambda x: in_python(lambda v: asyncio.run(squares(int(v))), x))
    assert bounded(lambda: asyncio.run(context.invoke(outer, [1, 2, 3]))) == 42
    with tff.use(context.executor_factory):
        assert bounded(lambda: outer([1, 2, 3])) == 42


@pytest.mark.parametrize("stack", STACKS)
def test_a_computation_may_be_called_in_a_thread_that_another_one_waits_for(stack):
    def in_thread(number):
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            return pool.submit(square, number).result()

    outer = at_clients(lambda x: in_python(lambda v: in_thread(int(v)), x))
    with tff.use(STACKS[stack]()):
        assert bounded(lambda: outer([1, 2, 3])) == 14


def test_a_computation_may_be_called_inside_of_one_on_another_stack():
    inner_context = tff.SyncExecutionContext(tff.debug_executor_factory())
    outer = at_clients(lambda x: in_python(lambda v: inner_context.invoke(total_of_squares, [int(v)] * 2), x))
    with tff.use(STACKS["1 worker"]()):
        assert bounded(lambda: outer([1, 2, 3])) == 28


def test_many_threads_may_call_computations_that_call_computations():
    outer = at_clients(WAYS["py_function"])
    with tff.use(STACKS["2 workers"]()), concurrent.futures.ThreadPoolExecutor(6) as pool:
        futures = [pool.submit(outer, [1, 2, 3]) for _ in range(12)]
        assert [future.result(_BOUND_SECONDS) for future in futures] == [14] * 12


@pytest.mark.parametrize("place", ["a branch", "a branch of a branch", "a branch of a loop", "a reduction"])
def test_many_python_functions_that_wait_in_branches_leave_loops_and_branches_to_others(place):
    """More than TensorFlow's pool has threads."""
    many = 2 * os.cpu_count() + 2
    all_wait, let_go = threading.Barrier(many + 1), threading.Event()

    def wait(x):
        def wait_and_return(v):
            all_wait.wait(_BOUND_SECONDS)
            assert let_go.wait(_BOUND_SECONDS)
            return v

        return in_python(wait_and_return, x)

    def once(x):
        """The barrier is for one call of each client."""
        return tf.cond(x > 1, lambda: wait(x), lambda: x)

    places = {
        "a branch": once,
        "a branch of a branch": lambda x: tf.cond(x > 0, lambda: once(x), lambda: x),
        "a branch of a loop": lambda x: tf.while_loop(lambda i: i < 1, lambda i: i + once(x), [0])[0],
        "a reduction": lambda x: tf.data.Dataset.range(1).reduce(0, lambda total, _: total + once(x)),
    }
    held = tff.tf_computation(places[place], np.int32)
    with (
        tff.use(tff.local_executor_factory(max_concurrent_computation_calls=many + 1)),
        concurrent.futures.ThreadPoolExecutor(many) as pool,
    ):
        futures = [pool.submit(held, 2) for _ in range(many)]
        try:
            all_wait.wait(_BOUND_SECONDS)
            branch = tff.tf_computation(lambda x: tf.cond(x > 0, lambda: x + 1, lambda: x), np.int32)
            assert bounded(lambda: [counted(3), branch(3), held(1)]) == [3, 4, 1]
        finally:
            let_go.set()
        assert [future.result(_BOUND_SECONDS) for future in futures] == [2] * many


def test_an_error_inside_is_an_error_of_the_outer_call_and_leaves_the_stack_usable():
    @tff.tf_computation(np.int32)
    def positive(x):
        with tf.control_dependencies([tf.debugging.Assert(x > 0, ["not positive"])]):
            return tf.identity(x)

    outer = at_clients(lambda x: in_python(lambda v: positive(int(v)), x))
    with tff.use(STACKS["2 workers"]()):
        with pytest.raises(tff.ExecutionError, match="not positive"):
            bounded(lambda: outer([1, -1, 2]))
        assert bounded(lambda: outer([1, 2])) == 3


@pytest.mark.parametrize("stack", ["1 worker", "2 workers", "tree", "debug"])
@pytest.mark.parametrize("way", ["py_function", "a generator"])
def test_an_interrupt_cancels_the_calls_inside_and_the_next_call_works(stack, way):
    started, ended = threading.Event(), threading.Event()

    @tff.tf_computation
    def forever():
        announced = tf.py_function(lambda: started.set() or 0, [], tf.int32)
        announced.set_shape([])
        return tf.while_loop(lambda i: i >= 0, lambda i: i * 1, [announced])[0]

    def call_inside():
        try:
            return forever()
        finally:
            ended.set()

    def generate(x):
        dataset = tf.data.Dataset.from_generator(
            lambda: iter([call_inside()]), output_signature=tf.TensorSpec([], tf.int32)
        )
        return dataset.reduce(x, lambda a, b: a + b)

    outer = at_clients(generate if way == "a generator" else lambda x: in_python(lambda v: call_inside(), x))

    def interrupt():
        if started.wait(_BOUND_SECONDS):
            _thread.interrupt_main()

    with tff.use(STACKS[stack]()):
        threading.Thread(target=interrupt, daemon=True).start()
        with pytest.raises(KeyboardInterrupt):
            outer([1, 2, 3])
        assert ended.wait(_BOUND_SECONDS)
        assert bounded(lambda: total_of_squares([1, 2])) == 5
