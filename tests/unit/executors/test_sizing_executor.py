"""An executor that counts what goes in and out."""

import asyncio

import federated_language as fl
import numpy as np

from tests.unit.executors.plain_leaf import PlainLeaf
from tffsim.executors.sizing_executor import SizingExecutor, sizes


def test_sizing_counts_both_directions():
    executor = SizingExecutor(PlainLeaf())

    async def main():
        vector = fl.TensorType(np.float32, [3])
        await (await executor.create_value([1.0, 2.0, 3.0], vector)).compute()

    asyncio.run(main())
    assert executor.traffic.sent == [(3, np.float32)]
    assert (executor.traffic.sent_bytes, executor.traffic.received_bytes) == (12, 12)


def test_strings_are_sized_by_their_bytes():
    assert sizes(["ab", "ü"], fl.TensorType(np.str_, [2])) == [(4, np.str_)]
