"""A stack that counts bytes."""

import asyncio

import federated_language as fl
import numpy as np

from tests.unit.executors.plain_leaf import PlainLeaf
from tests.unit.executors.running import evaluate
from tffsim.executor_stacks.sizing import sizing_executor_factory


def _plain(device):
    return PlainLeaf()


def _cardinalities(n):
    return {fl.CLIENTS: n}


def test_sizing_counts_each_client_over_all_calls():
    factory = sizing_executor_factory(leaf_executor_fn=_plain)
    total = fl.federated_computation(fl.federated_sum, fl.FederatedType(np.float32, fl.CLIENTS))
    for _ in range(2):
        with factory.lease(_cardinalities(3)) as executor:
            asyncio.run(evaluate(executor, total, [1.0, 2.0, 3.0]))
    info = factory.get_size_info()
    assert [len(traffic.sent) for traffic in info.clients[3]] == [2, 2, 2]
    assert (info.broadcast_bytes, info.aggregate_bytes) == (24, 24)
