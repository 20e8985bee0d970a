import asyncio
import threading

import federated_language as fl
import numpy as np
import pytest

from tests.unit.executors.plain_leaf import PlainLeaf
from tests.unit.executors.running import evaluate
from tffsim.executor_stacks.debug import debug_executor_factory
from tffsim.executor_stacks.drawing import draw
from tffsim.executor_stacks.local import local_executor_factory
from tffsim.executor_stacks.resource_managing_executor_factory import ResourceManagingExecutorFactory
from tffsim.executor_stacks.sizing import sizing_executor_factory
from tffsim.federation.federated_composing_strategy import FederatedComposingStrategy


def _plain(device):
    return PlainLeaf()


def _cardinalities(n):
    return {fl.CLIENTS: n}


def _factory(**options):
    made = []

    def make(cardinalities):
        made.append(PlainLeaf())
        return made[-1]

    return ResourceManagingExecutorFactory(make, **options), made


def test_a_stack_is_built_once_per_cardinality():
    factory, made = _factory()
    with factory.lease(_cardinalities(2)) as first, factory.lease(_cardinalities(2)) as second:
        assert first is second
    with factory.lease(_cardinalities(3)):
        pass
    assert len(made) == 2


def test_a_stack_that_is_pushed_out_is_closed_after_its_last_lease():
    factory, made = _factory(max_stacks=1)
    with factory.lease(_cardinalities(1)), factory.lease(_cardinalities(2)):
        assert not made[0].is_closed
    assert made[0].is_closed and not made[1].is_closed


def test_cleaning_up_leaves_running_leases_alone():
    factory, made = _factory()
    with factory.lease(_cardinalities(1)):
        factory.clean_up_executor(_cardinalities(1))
        assert not made[0].is_closed
        with factory.lease(_cardinalities(1)) as fresh:
            assert fresh is made[1]
    assert made[0].is_closed


def test_many_cohort_sizes_keep_a_bounded_number_of_stacks():
    factory, made = _factory(max_stacks=4)
    for n in range(200):
        with factory.lease(_cardinalities(n)):
            pass
    assert sum(not executor.is_closed for executor in made) == 4


def test_leases_from_many_threads_share_one_stack():
    factory, made = _factory()
    barrier = threading.Barrier(8)

    def use():
        barrier.wait()
        for _ in range(100):
            with factory.lease(_cardinalities(1)) as executor:
                assert not executor.is_closed

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1


def _strategy(factory, num_clients=None):
    with factory.lease({} if num_clients is None else _cardinalities(num_clients)) as top:
        return top.target.strategy


def _parts_of_clients(factory, num_clients):
    return [part for part in _strategy(factory, num_clients).parts() if part.placement == "clients"]


def _leaf_count(strategy):
    if isinstance(strategy, FederatedComposingStrategy):
        return max(len(strategy.children), *(_leaf_count(c.target.strategy) for c, _ in strategy.children))
    return strategy.num_clients


@pytest.mark.parametrize(("num_clients", "max_fanout"), [(5, 2), (27, 3), (100, 7), (8, 8), (9, 8), (1, 2), (0, 2)])
def test_no_executor_of_a_tree_has_more_children_than_max_fanout(num_clients, max_fanout):
    factory = local_executor_factory(max_fanout=max_fanout, leaf_executor_fn=_plain)
    strategy = _strategy(factory, num_clients)
    assert strategy.num_clients == num_clients
    assert _leaf_count(strategy) <= max_fanout


def test_the_tree_is_also_built_for_the_default_number_of_clients():
    factory = local_executor_factory(9, 3, leaf_executor_fn=_plain)
    assert isinstance(_strategy(factory), FederatedComposingStrategy)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_fanout": 1}, "`max_fanout` must be at least 2"),
        ({"default_num_clients": -1}, "must not be negative"),
        ({"clients_per_thread": 0}, "`clients_per_thread` must be at least 1"),
        ({"max_concurrent_computation_calls": 0}, "`max_concurrent_computation_calls` must be at least 1"),
    ],
)
def test_bad_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        local_executor_factory(**options)


def test_client_devices_are_given_in_turn():
    devices = []
    factory = local_executor_factory(
        leaf_executor_fn=lambda device: devices.append(device) or PlainLeaf(), client_tf_devices=["a", "b"]
    )
    clients = _parts_of_clients(factory, 5)
    assert devices.count("a") == devices.count("b") == 1
    assert [(part.role, part.num_clients) for part in clients] == [("clients 0, 2, 4", 3), ("clients 1, 3", 2)]


def test_the_drawing_shows_what_is_there():
    drawing = draw(local_executor_factory(leaf_executor_fn=_plain), 20)
    assert drawing.splitlines() == [
        "ReferenceResolvingExecutor ▶ FederatingExecutor",
        "├─ unplaced: ReferenceResolvingExecutor ▶ SequenceExecutor ▶ PlainLeaf",
        "├─ server: ReferenceResolvingExecutor ▶ SequenceExecutor ▶ PlainLeaf",
        "└─ clients 0-19: ReferenceResolvingExecutor ▶ SequenceExecutor ▶ PlainLeaf",
    ]


def test_a_wide_tree_is_abridged():
    drawing = draw(local_executor_factory(max_fanout=50, leaf_executor_fn=_plain), 2000)
    assert "more like these" in drawing and len(drawing.splitlines()) < 60


def test_the_debug_stack_has_an_executor_of_its_own_for_each_client():
    factory = debug_executor_factory(leaf_executor_fn=_plain)
    clients = _parts_of_clients(factory, 3)
    assert [part.role for part in clients] == ["client 0", "client 1", "client 2"]
    assert factory.runs_in_caller


def test_sizing_counts_each_client_over_all_calls():
    factory = sizing_executor_factory(leaf_executor_fn=_plain)
    total = fl.federated_computation(fl.federated_sum, fl.FederatedType(np.float32, fl.CLIENTS))
    for _ in range(2):
        with factory.lease(_cardinalities(3)) as executor:
            asyncio.run(evaluate(executor, total, [1.0, 2.0, 3.0]))
    info = factory.get_size_info()
    assert [len(traffic.sent) for traffic in info.clients[3]] == [2, 2, 2]
    assert (info.broadcast_bytes, info.aggregate_bytes) == (24, 24)
