"""One call of a computation: what is tried again, and what belongs to it."""

import asyncio
import itertools

import numpy as np
import pytest
import tensorflow as tf
from federated_language.framework import RetryableError

import tffsim as tff
from tests.unit.fake_time import run_in_fake_time
from tests.unit.tracing.traced_runs import FLOATS, double
from tffsim.execution_contexts.invocation import invoke
from tffsim.executors.eager_tf_executor import EagerTFExecutor


def test_an_argument_may_be_transformed_and_a_result_too():
    context = tff.SyncExecutionContext(
        tff.local_executor_factory(), transform_args=lambda x: x + 1, transform_result=lambda y: y * 100
    )
    assert context.invoke(double, 1.0) == 400


def test_a_compiled_computation_is_compiled_once_and_keeps_its_containers():
    compiled = []

    def compile_it(computation):
        compiled.append(computation)
        return computation

    pair = tff.tf_computation(lambda x: {"x": x}, np.int32)
    context = tff.SyncExecutionContext(tff.local_executor_factory(), compile_it)
    assert [context.invoke(pair, n) for n in (1, 2)] == [{"x": 1}, {"x": 2}]
    assert len(compiled) == 1


@tff.federated_computation(FLOATS)
def mean(values):
    return tff.federated_mean(values)


class _Flaky:
    """A leaf factory whose executors fail a number of times."""

    def __init__(self, failures):
        self.failures = failures
        self.calls = 0

    def __call__(self, device):
        flaky = self

        class FlakyExecutor(EagerTFExecutor):
            async def create_call(self, comp, arg=None):
                flaky.calls += 1
                if flaky.calls <= flaky.failures:
                    raise RetryableError("the line is busy")
                return await super().create_call(comp, arg)

        return FlakyExecutor()


@pytest.fixture(autouse=True)
def no_waiting_between_attempts(monkeypatch):
    monkeypatch.setattr("tffsim.execution_contexts.invocation.random.uniform", lambda low, high: 0)


def test_what_may_pass_is_tried_again():
    flaky = _Flaky(failures=2)
    context = tff.SyncExecutionContext(tff.local_executor_factory(leaf_executor_fn=flaky))
    assert context.invoke(double, 2.0) == 4
    assert flaky.calls == 3


def test_a_second_attempt_draws_the_same_random_numbers():
    @tff.tf_computation
    def draw():
        return tf.random.uniform([])

    def drawn(failures):
        flaky = _Flaky(failures)
        context = tff.SyncExecutionContext(tff.local_executor_factory(leaf_executor_fn=flaky))
        tf.random.set_seed(7)
        return [context.invoke(draw, None) for _ in range(2)]

    try:
        assert drawn(failures=2) == drawn(failures=0)
    finally:
        tf.random.set_seed(None)


def test_each_attempt_waits_about_twice_as_long_as_the_one_before(monkeypatch):
    monkeypatch.undo()
    times = []

    class Failing(EagerTFExecutor):
        async def create_call(self, comp, arg=None):
            times.append(asyncio.get_running_loop().time())
            raise RetryableError("the line is busy")

    factory = tff.local_executor_factory(leaf_executor_fn=lambda device: Failing())
    context = tff.SyncExecutionContext(factory, max_attempts=6)
    with pytest.raises(tff.ExecutionError, match="the line is busy"):
        run_in_fake_time(invoke(context._settings, double, 2.0))
    waits = [later - sooner for sooner, later in itertools.pairwise(times)]
    assert len(waits) == 5
    assert all(0.05 * 2**attempt <= wait <= 0.1 * 2**attempt + 1e-6 for attempt, wait in enumerate(waits, start=1))


def test_attempts_are_bounded():
    flaky = _Flaky(failures=100)
    context = tff.SyncExecutionContext(tff.local_executor_factory(leaf_executor_fn=flaky), max_attempts=2)
    with pytest.raises(tff.ExecutionError, match="the line is busy"):
        context.invoke(double, 2.0)
    assert flaky.calls == 2


def test_a_second_attempt_reuses_an_argument_that_was_awaited():
    flaky = _Flaky(failures=1)
    context = tff.AsyncExecutionContext(tff.local_executor_factory(leaf_executor_fn=flaky))

    async def main():
        async def argument():
            return 4.0

        return await context.invoke(double, argument())

    assert asyncio.run(main()) == 8
    assert flaky.calls == 2


def test_a_computation_may_call_another_one_while_it_runs():
    @tff.tf_computation(np.float32)
    def outer(x):
        return tf.numpy_function(lambda v: np.float32(double(float(v)) + mean([1.0, 3.0])), [x], tf.float32)

    assert outer(1.0) == 4
