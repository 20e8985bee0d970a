"""A tree of federations gives what one flat federation gives."""

import asyncio

import federated_language as fl
import numpy as np
import pytest

from tests.unit.executors.plain_leaf import PlainLeaf
from tests.unit.executors.running import STACKS, binary, evaluate, run
from tffsim.executor_stacks.local import local_executor_factory

_FLOATS = fl.FederatedType(np.float32, fl.CLIENTS)
_INTS = fl.FederatedType(np.int32, fl.CLIENTS)


@fl.federated_computation(_FLOATS)
def _sum(x):
    return fl.federated_sum(x)


@pytest.mark.parametrize("max_fanout", [2, 3, 4])
@pytest.mark.parametrize("num_clients", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 17])
def test_every_client_of_a_tree_counts_once(num_clients, max_fanout):
    add = binary("generic_plus", np.int32)
    unchanged = fl.federated_computation(lambda total: total, np.int32)

    @fl.federated_computation(_INTS)
    def aggregations(x):
        return (
            fl.federated_sum(x),
            fl.federated_min(x),
            fl.federated_max(x),
            fl.federated_secure_sum(x, 2**20),
            fl.federated_secure_sum_bitwidth(x, 20),
            fl.federated_aggregate(x, 0, add, add, unchanged),
        )

    factory = local_executor_factory(leaf_executor_fn=lambda device: PlainLeaf(), max_fanout=max_fanout)
    with factory.lease({fl.CLIENTS: num_clients}) as executor:
        for order in (1, -1):
            # A power of two for each client: a sum tells who is in it, an extreme who is last or first.
            x = [2**k for k in range(num_clients)][::order]
            total = 2**num_clients - 1
            result = asyncio.run(evaluate(executor, aggregations, x))
            assert result == (total, 1, 2 ** (num_clients - 1), total, total, total)


@pytest.mark.parametrize("num_clients", [1, 2, 3, 7, 50])
def test_float_sums_do_not_depend_on_the_stack(num_clients):
    numbers = np.random.default_rng(0).normal(size=num_clients).astype(np.float32) * 1e3
    sums = {run(_sum, list(numbers), num_clients, stack).tobytes() for stack in STACKS}
    assert len(sums) == 1
