"""Children that fold at the same time give the numbers of a single fold."""

import asyncio

import federated_language as fl
import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tffsim.executor_stacks.client_ranges import client_ranges, ranges_at_home
from tffsim.executor_stacks.participant_stacks import eager_leaf, participant_stack
from tffsim.executor_stacks.resource_managing_executor_factory import ResourceManagingExecutorFactory
from tffsim.executor_stacks.worker import WorkerStacks
from tffsim.executors.federating_executor import FederatingExecutor
from tffsim.executors.reference_resolving_executor import ReferenceResolvingExecutor
from tffsim.federation import parallel_fold
from tffsim.federation.federated_composing_strategy import FederatedComposingStrategy

FLOATS = fl.FederatedType(np.float32, fl.CLIENTS)
PAIR = fl.StructType([np.float32, np.float32])


@tff.tf_computation(PAIR)
def accumulate(total_and_x):
    return total_and_x[0] * np.float32(0.9) + total_and_x[1]


@tff.federated_computation(FLOATS)
def statistics(x):
    return (
        fl.federated_sum(x), fl.federated_max(x),
        fl.federated_aggregate(x, np.float32(0.5), accumulate, accumulate, tff.tf_computation(lambda t: t, np.float32)),
    )  # fmt: skip


def context_with(num_workers, ranges=client_ranges):
    stacks = WorkerStacks()

    def make(cardinalities):
        cohort = cardinalities[fl.CLIENTS]
        parts = ranges(cohort, num_workers)
        children = [(stacks.make(part.count, part.first, cohort), part.count) for part in parts]
        server = participant_stack(eager_leaf(None, worker_pool=None))
        hosts = {child: part.worker for (child, _), part in zip(children, parts, strict=True)}
        strategy = FederatedComposingStrategy(server, children, max_concurrent_clients=4, is_parallel=True, hosts=hosts)
        return ReferenceResolvingExecutor(FederatingExecutor(strategy, server))

    return tff.SyncExecutionContext(ResourceManagingExecutorFactory(make))


@pytest.mark.parametrize("num_workers", [1, 2, 3, 5])
@pytest.mark.parametrize("num_clients", [1, 4, 32, 40, 97, 300])
def test_any_number_of_children_gives_the_same_bits(num_clients, num_workers):
    x = list(np.random.default_rng(num_clients).normal(0, 1e4, num_clients).astype(np.float32))
    local = tff.SyncExecutionContext(tff.local_executor_factory()).invoke(statistics, x)
    assert np.array(context_with(num_workers).invoke(statistics, x)).tobytes() == np.array(local).tobytes()


@pytest.mark.parametrize("num_bytes", [3, 4, 8, 100])
def test_where_little_may_be_ahead_clients_that_take_turns_give_the_same_bits(monkeypatch, num_bytes):
    monkeypatch.setattr(parallel_fold, "_MAX_BYTES_AHEAD", num_bytes)
    x = list(np.random.default_rng(1).normal(0, 1e4, 70).astype(np.float32))
    local = tff.SyncExecutionContext(tff.local_executor_factory()).invoke(statistics, x)
    taking_turns = context_with(3, lambda cohort, workers: ranges_at_home([k % workers for k in range(cohort)]))
    assert np.array(taking_turns.invoke(statistics, x)).tobytes() == np.array(local).tobytes()


def test_the_error_of_the_first_client_is_told_and_nothing_is_left_running():
    @tff.tf_computation(np.float32)
    def positive(x):
        with tf.control_dependencies([tf.debugging.assert_positive(x)]):
            return tf.identity(x)

    total = tff.federated_computation(lambda x: fl.federated_sum(fl.federated_map(positive, x)), FLOATS)
    values = [1.0] * 90
    values[10] = values[70] = -1.0
    with pytest.raises(tff.ExecutionError, match=r"client 10 \(of 90\)"):
        context_with(3).invoke(total, values)


def test_members_ahead_are_asked_of_the_handle_that_can():
    class Passing(fl.framework.ExecutorValue):
        def __init__(self, below):
            self.reference_ = below

        @property
        def type_signature(self):
            return None

        @property
        def reference(self):
            return self.reference_

        async def compute(self):
            raise AssertionError

    class Able(Passing):
        was_asked = False

        async def compute_ahead(self):
            self.was_asked = True

    able = Able(None)
    asyncio.run(parallel_fold._compute_ahead(Passing(Passing(able))))
    asyncio.run(parallel_fold._compute_ahead(Passing("something else")))
    assert able.was_asked
