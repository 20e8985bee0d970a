import asyncio
import warnings

import federated_language as fl
import numpy as np
import pytest
import tensorflow as tf
from federated_language.framework import RetryableError

import tffsim as tff
from tffsim.executors.eager_tf_executor import EagerTFExecutor

FLOATS = tff.FederatedType(np.float32, tff.CLIENTS)


@tff.tf_computation(np.float32)
def double(x):
    return 2 * x


@tff.federated_computation(FLOATS)
def mean(values):
    return tff.federated_mean(values)


@tff.federated_computation
def count_clients():
    return tff.federated_sum(tff.federated_value(1, tff.CLIENTS))


def test_a_computation_runs_without_any_set_up():
    assert mean([1.0, 2.0, 6.0]) == 3


def test_the_first_axis_of_an_array_is_the_clients():
    assert mean(np.array([1, 2, 6], np.float32)) == 3


def test_results_are_numpy_values_in_the_containers_of_the_computation():
    @tff.federated_computation(FLOATS)
    def results(values):
        total = tff.federated_sum(values)
        return {"doubled": tff.federated_map(double, values), "total": total}

    found = results([1.0, 2.0])
    assert found == {"doubled": [2, 4], "total": 3}
    assert isinstance(found["total"], np.float32)


def test_struct_arguments_are_paired_by_name():
    swap = tff.tf_computation(lambda z, a: z - a, fl.StructType([("z", np.int32), ("a", np.int32)]))
    for argument in ({"a": 1, "z": 5}, {"z": 5, "a": 1}):
        assert swap(argument) == 4


def test_work_at_clients_that_nobody_counts_gives_one_warning_with_the_remedy():
    everyone = tff.federated_computation(lambda: tff.federated_sum(tff.federated_value(1, tff.CLIENTS)))
    with tff.use(tff.local_executor_factory()):
        with pytest.warns(UserWarning, match="default_num_clients"):
            assert everyone() == 0
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert everyone() == 0


def test_the_default_number_of_clients_is_used_where_the_argument_tells_none():
    with tff.use(tff.local_executor_factory(default_num_clients=5)), warnings.catch_warnings():
        warnings.simplefilter("error")
        assert count_clients() == 5
        assert mean([1.0]) == 1


def test_an_empty_list_is_a_cohort_of_no_clients():
    assert np.isnan(mean([]))


def test_a_context_is_used_until_the_end_of_the_block():
    before = tff.get_context()
    with tff.use(tff.debug_executor_factory()) as context:
        assert tff.get_context() is context
        assert double(1.0) == 2
    assert tff.get_context() is before


@pytest.mark.parametrize("wrong", [None, 3, tff.local_executor_factory])
def test_only_contexts_and_factories_can_be_used(wrong):
    with pytest.raises(TypeError, match="execution context or an executor factory"):
        tff.use(wrong)


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


def test_the_number_of_clients_can_be_inferred_by_the_user():
    context = tff.SyncExecutionContext(
        tff.local_executor_factory(), cardinality_inference_fn=lambda argument, type_spec: {tff.CLIENTS: 3}
    )
    broadcast = tff.federated_computation(
        lambda x: tff.federated_sum(tff.federated_broadcast(x)), tff.FederatedType(np.int32, tff.SERVER)
    )
    assert context.invoke(broadcast, 5) == 15


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


def test_a_context_needs_a_factory():
    with pytest.raises(TypeError, match="needs an executor factory"):
        tff.SyncExecutionContext(lambda: None)
    with pytest.raises(ValueError, match="max_attempts"):
        tff.SyncExecutionContext(tff.local_executor_factory(), max_attempts=0)


def test_computations_run_side_by_side_in_an_async_context():
    async def main():
        with tff.use(tff.AsyncExecutionContext(tff.local_executor_factory())):
            return await asyncio.gather(*(double(float(n)) for n in range(20)))

    assert asyncio.run(main()) == [2 * n for n in range(20)]


@pytest.mark.parametrize("factory", [tff.local_executor_factory, tff.debug_executor_factory])
def test_a_plain_call_works_while_an_event_loop_runs(factory):
    async def main():
        with tff.use(factory()):
            return mean([1.0, 3.0])

    assert asyncio.run(main()) == 2


def test_contexts_serve_the_programs_of_the_language():
    context = fl.program.NativeFederatedContext(tff.AsyncExecutionContext(tff.local_executor_factory()))

    async def main():
        with fl.framework.get_context_stack().install(context):
            return await fl.program.materialize_value(double(3.0))

    assert asyncio.run(main()) == 6


def test_computations_of_the_language_alone_run_in_the_default_context():
    plain = fl.federated_computation(lambda x: fl.federated_sum(x), FLOATS)
    assert plain([1.0, 2.0]) == 3


def test_a_computation_may_call_another_one_while_it_runs():
    @tff.tf_computation(np.float32)
    def outer(x):
        return tf.numpy_function(lambda v: np.float32(double(float(v)) + mean([1.0, 3.0])), [x], tf.float32)

    assert outer(1.0) == 4


def test_a_dataset_result_can_be_read_after_the_invocation_and_twice():
    count_to = tff.tf_computation(lambda n: tf.data.Dataset.range(n), np.int64)
    dataset = count_to(3)
    assert [list(dataset.as_numpy_iterator()) for _ in range(2)] == [[0, 1, 2]] * 2
