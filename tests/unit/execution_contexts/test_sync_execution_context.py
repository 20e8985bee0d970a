"""The context whose calls return results."""

import asyncio
import concurrent.futures
import math
import warnings

import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tests.unit.fake_time import FakeClock
from tests.unit.tracing.traced_runs import FLOATS, double
from tffsim.execution_contexts import sync_execution_context


@tff.federated_computation(FLOATS)
def mean(values):
    return tff.federated_mean(values)


@tff.federated_computation
def count_clients():
    return tff.federated_sum(tff.federated_value(1, tff.CLIENTS))


def test_results_are_numpy_values_in_the_containers_of_the_computation():
    @tff.federated_computation(FLOATS)
    def results(values):
        total = tff.federated_sum(values)
        return {"doubled": tff.federated_map(double, values), "total": total}

    found = results([1.0, 2.0])
    assert found == {"doubled": [2, 4], "total": 3}
    assert isinstance(found["total"], np.float32)


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


def test_the_number_of_clients_can_be_inferred_by_the_user():
    context = tff.SyncExecutionContext(
        tff.local_executor_factory(), cardinality_inference_fn=lambda argument, type_spec: {tff.CLIENTS: 3}
    )
    broadcast = tff.federated_computation(
        lambda x: tff.federated_sum(tff.federated_broadcast(x)), tff.FederatedType(np.int32, tff.SERVER)
    )
    assert context.invoke(broadcast, 5) == 15


def test_a_context_needs_a_factory():
    with pytest.raises(TypeError, match="needs an executor factory"):
        tff.SyncExecutionContext(lambda: None)
    with pytest.raises(ValueError, match="max_attempts"):
        tff.SyncExecutionContext(tff.local_executor_factory(), max_attempts=0)


@pytest.mark.parametrize(("timeout", "error"), [("1", TypeError), (0, ValueError), (-1.0, ValueError)])
def test_a_time_limit_is_a_number_of_seconds(timeout, error):
    with pytest.raises(error, match="`timeout` must be"):
        tff.SyncExecutionContext(tff.local_executor_factory(), timeout=timeout)


@pytest.mark.parametrize("factory", [tff.local_executor_factory, tff.debug_executor_factory])
def test_a_plain_call_works_while_an_event_loop_runs(factory):
    async def main():
        with tff.use(factory()):
            return mean([1.0, 3.0])

    assert asyncio.run(main()) == 2


def test_a_dataset_result_can_be_read_after_the_invocation_and_twice():
    count_to = tff.tf_computation(lambda n: tf.data.Dataset.range(n), np.int64)
    dataset = count_to(3)
    assert [list(dataset.as_numpy_iterator()) for _ in range(2)] == [[0, 1, 2]] * 2


def test_a_context_can_trace_every_invocation():
    context = tff.SyncExecutionContext(tff.local_executor_factory(), trace=True)
    assert context.last_trace is None
    context.invoke(double, 1.0)
    first = context.last_trace
    context.invoke(double, 2.0)
    assert first is not context.last_trace
    assert context.last_trace.invocations.num_rows == 1


class _Running:
    """An invocation that ends at a time of a fake clock."""

    def __init__(self, clock, end):
        self._clock, self._end = clock, end
        self.looks = []
        self.future = concurrent.futures.Future()
        self.future.set_result("done")

    def wait(self, seconds):
        self.looks.append(seconds)
        self._clock.now = min(self._clock.now + seconds, max(self._end, self._clock.now))
        return self._clock.now >= self._end


@pytest.mark.parametrize(("end", "timeout"), [(0, 0), (2.5, 2.6), (2.5, None), (7200, None)])
def test_a_result_that_comes_in_time_is_waited_for_and_interrupts_are_heard_meanwhile(end, timeout):
    clock = FakeClock(0.0)
    running = _Running(clock, end)
    assert sync_execution_context._wait(running, timeout, clock) == "done"
    assert clock.now == end and max(running.looks) <= 0.1


@pytest.mark.parametrize("timeout", [0.0, 0.05, 2.53, 3600.0])
def test_no_result_is_waited_for_longer_than_the_timeout_or_shorter(timeout):
    clock = FakeClock(0.0)
    with pytest.raises(concurrent.futures.TimeoutError):
        sync_execution_context._wait(_Running(clock, math.inf), timeout, clock)
    assert clock.now == pytest.approx(timeout, rel=1e-9)
