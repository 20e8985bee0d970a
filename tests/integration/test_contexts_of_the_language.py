"""Our executor factories in the execution contexts of `federated_language`."""

import asyncio
import threading

import federated_language as fl
import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff

_BOUND_SECONDS = 60

FACTORIES = {
    "local": tff.local_executor_factory,
    "tree": lambda: tff.local_executor_factory(max_fanout=2),
    "threads": lambda: tff.local_executor_factory(clients_per_thread=1),
    "debug": tff.debug_executor_factory,
    "sizing": tff.sizing_executor_factory,
}
INTS = tff.FederatedType(np.int32, tff.CLIENTS)
double = tff.tf_computation(lambda x: 2 * x, np.int32)
numbers = tff.tf_computation(lambda: {"pair": (1, [2.0, 3.0]), "text": "abc"})
everywhere = tff.federated_computation(lambda v: tff.federated_map(double, v), INTS)
mean = tff.federated_computation(lambda v: tff.federated_mean(v), tff.FederatedType(np.float32, tff.CLIENTS))


def classes(value):
    if isinstance(value, dict):
        return {name: classes(element) for name, element in value.items()}
    return [classes(element) for element in value] if isinstance(value, (list, tuple)) else type(value)


@pytest.mark.parametrize("factory", FACTORIES)
@pytest.mark.parametrize(
    ("computation", "argument"),
    [(everywhere, [1, 2, 3]), (mean, [1.0, 2.5]), (numbers, None)],
    ids=["everywhere", "mean", "numbers"],
)
def test_results_are_those_of_our_own_contexts(factory, computation, argument):
    ours = tff.SyncExecutionContext(FACTORIES[factory]()).invoke(computation, argument)
    theirs = fl.framework.SyncExecutionContext(executor_fn=FACTORIES[factory]()).invoke(computation, argument)
    awaited = asyncio.run(
        fl.framework.AsyncExecutionContext(executor_fn=FACTORIES[factory]()).invoke(computation, argument)
    )
    for result in (theirs, awaited):
        assert classes(result) == classes(ours)
        np.testing.assert_equal(result, ours)


def test_programs_of_the_language_run_on_our_stacks():
    context = fl.program.NativeFederatedContext(fl.framework.AsyncExecutionContext(tff.local_executor_factory()))

    async def run():
        with fl.framework.get_context_stack().install(context):
            return await fl.program.materialize_value(mean([1.0, 2.0]))

    result = asyncio.run(run())
    assert result == 1.5 and type(result) is np.float32


def test_a_computation_in_their_context_may_be_called_inside_of_another():
    context = fl.framework.SyncExecutionContext(tff.local_executor_factory(max_concurrent_computation_calls=1))

    @tff.tf_computation(np.int32)
    def outer(x):
        return tf.ensure_shape(tf.py_function(lambda v: context.invoke(double, int(v)), [x], tf.int32), [])

    assert context.invoke(outer, 4) == 8


@pytest.mark.parametrize("factory", [name for name in FACTORIES if name != "sizing"])
def test_short_calls_do_not_keep_the_loop_from_the_calls_inside_of_them(factory):
    """A call that is known to be short runs where it is made, but their one loop runs what it calls."""
    context = fl.framework.SyncExecutionContext(FACTORIES[factory]())
    outer = _calling(context, double)
    outermost = _calling(context, outer)
    results, done = [], threading.Event()

    def run():
        results.extend(context.invoke(outermost, number) for number in range(40))
        done.set()

    threading.Thread(target=run, daemon=True).start()
    assert done.wait(_BOUND_SECONDS), f"It hangs after {len(results)} calls."
    assert results == [2 * number for number in range(40)]


@pytest.mark.parametrize("factory", [name for name in FACTORIES if name != "sizing"])
def test_their_context_inside_of_ours_calls_itself(factory):
    theirs = fl.framework.SyncExecutionContext(FACTORIES[factory]())
    outermost = _calling(theirs, _calling(theirs, double))
    results, done = [], threading.Event()

    def run():
        ours = tff.SyncExecutionContext(FACTORIES[factory]())
        results.extend(ours.invoke(outermost, number) for number in range(40))
        done.set()

    threading.Thread(target=run, daemon=True).start()
    assert done.wait(_BOUND_SECONDS), f"It hangs after {len(results)} calls."
    assert results == [2 * number for number in range(40)]


def _calling(context, computation):
    """A computation whose Python code calls another one in a context."""

    @tff.tf_computation(np.int32)
    def outer(x):
        return tf.ensure_shape(tf.py_function(lambda v: context.invoke(computation, int(v)), [x], tf.int32), [])

    return outer


@pytest.mark.parametrize("factory", [name for name in FACTORIES if name != "sizing"])
def test_an_error_in_their_contexts_tells_the_client_the_function_and_the_line(factory):
    @tff.tf_computation(np.int32)
    def below_seven(x):
        with tf.control_dependencies([tf.debugging.assert_less(x, 7, message="too big")]):
            return tf.identity(x)

    checked = tff.federated_computation(lambda v: tff.federated_sum(tff.federated_map(below_seven, v)), INTS)
    sync = fl.framework.SyncExecutionContext(executor_fn=FACTORIES[factory]())
    asynchronous = fl.framework.AsyncExecutionContext(executor_fn=FACTORIES[factory]())
    for invoke in (sync.invoke, lambda *arguments: asyncio.run(asynchronous.invoke(*arguments))):
        with pytest.raises(tf.errors.InvalidArgumentError, match="too big") as caught:
            invoke(checked, [1, 9, 3])
        (note,) = caught.value.__notes__
        assert "client 1 (of 3), in federated_map" in note
        assert "function: below_seven" in note
        assert "assert_less(x, 7" in note


def test_a_trace_that_cannot_record_a_call_in_their_contexts_says_so():
    context = fl.framework.SyncExecutionContext(executor_fn=tff.local_executor_factory())
    with tff.trace() as trace, pytest.warns(UserWarning, match="not record this call.*Use `SyncExecutionContext`"):
        assert context.invoke(mean, [1.0, 2.0]) == 1.5
    assert trace.snapshot.invocations == []


@pytest.mark.parametrize("factory", [FACTORIES["local"], FACTORIES["tree"], FACTORIES["debug"]])
def test_a_nan_in_their_contexts_is_told_in_a_warning_with_its_client(factory):
    mean = tff.federated_computation(lambda x: tff.federated_mean(x), tff.FederatedType(np.float32, tff.CLIENTS))
    context = tff.framework.SyncExecutionContext(executor_fn=factory())
    with pytest.warns(UserWarning, match=r"federated_mean: the result holds NaN.*client 1 \(of 3\)") as caught:
        assert np.isnan(context.invoke(mean, [1.0, np.nan, 2.0]))
    assert len(caught) == 1


def test_numbers_that_are_right_are_not_warned_of_in_their_contexts(recwarn):
    mean = tff.federated_computation(lambda x: tff.federated_mean(x), tff.FederatedType(np.float32, tff.CLIENTS))
    assert tff.framework.SyncExecutionContext(executor_fn=tff.local_executor_factory()).invoke(mean, [1.0, 3.0]) == 2.0
    assert not recwarn.list
