"""The stack that is easy to debug: one executor for each client, in the thread of the caller."""

import federated_language as fl

from tests.unit.executors.plain_leaf import PlainLeaf
from tffsim.executor_stacks.debug import debug_executor_factory


def _plain(device):
    return PlainLeaf()


def _cardinalities(n):
    return {fl.CLIENTS: n}


def test_the_debug_stack_has_an_executor_of_its_own_for_each_client():
    factory = debug_executor_factory(leaf_executor_fn=_plain)
    with factory.lease(_cardinalities(3)) as top:
        parts = top.target.strategy.parts()
    assert [part.role for part in parts if part.placement == "clients"] == ["client 0", "client 1", "client 2"]
    assert factory.runs_in_caller
