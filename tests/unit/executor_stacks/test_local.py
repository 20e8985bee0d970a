"""Stacks that run many clients in few threads: their shape and their options."""

import federated_language as fl
import pytest

from tests.unit.executors.plain_leaf import PlainLeaf
from tffsim.executor_stacks.local import local_executor_factory
from tffsim.federation.federated_composing_strategy import FederatedComposingStrategy


def _plain(device):
    return PlainLeaf()


def _cardinalities(n):
    return {fl.CLIENTS: n}


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
        ({"default_num_clients": -1}, "must be at least 0"),
        ({"clients_per_thread": 0}, "`clients_per_thread` must be at least 1"),
        ({"max_concurrent_computation_calls": 0}, "`max_concurrent_computation_calls` must be at least 1"),
    ],
)
def test_bad_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        local_executor_factory(**options)


@pytest.mark.parametrize("number", ["2", 2.5, True])
@pytest.mark.parametrize(
    "option", ["default_num_clients", "max_fanout", "clients_per_thread", "max_concurrent_computation_calls"]
)
def test_numbers_that_are_no_ints_are_refused(option, number):
    with pytest.raises(TypeError, match=f"`{option}` must be an int"):
        local_executor_factory(**{option: number})


def test_client_devices_are_given_in_turn():
    devices = []
    factory = local_executor_factory(
        leaf_executor_fn=lambda device: devices.append(device) or PlainLeaf(), client_tf_devices=["a", "b"]
    )
    clients = _parts_of_clients(factory, 5)
    assert devices.count("a") == devices.count("b") == 1
    assert [(part.role, part.num_clients) for part in clients] == [("clients 0, 2, 4", 3), ("clients 1, 3", 2)]
