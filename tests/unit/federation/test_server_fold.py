"""Folding at the server: the same bits, however many members others have folded before."""

import asyncio
import weakref

import federated_language as fl
import numpy as np
import pytest

from tests.unit.executors.plain_leaf import PlainLeaf
from tests.unit.executors.running import binary
from tffsim.federation.federating_strategy import Function
from tffsim.federation.fold_shape import BLOCK_SIZE
from tffsim.federation.server_fold import ServerFold

FLOAT = fl.TensorType(np.float32)
NUMBERS = np.random.default_rng(0).normal(size=3 * BLOCK_SIZE + 5).astype(np.float32) * 1e3


def plus():
    block = binary("generic_plus", np.float32).to_building_block().result.function
    return Function(block.to_proto(), block.type_signature)


async def fold_of(leaf, num_clients, has_zero):
    zero = await leaf.create_value(0.0, FLOAT) if has_zero else None
    return ServerFold(leaf, FLOAT, plus(), plus(), zero, num_clients)


async def folded(numbers, chunks=(), has_zero=False):
    """Folds numbers one by one; chunks of these sizes, each within a block, are folded elsewhere."""
    fold = await fold_of(PlainLeaf(), len(numbers), has_zero)
    waiting, sizes = list(numbers), list(chunks)
    while waiting:
        if sizes:
            size = sizes.pop(0)
            total = await fold.take_total(size)
            for _ in range(size):
                number = waiting.pop(0)
                total = number if total is None else np.float32(total + number)
            await fold.replace(total, size)
        else:
            await fold.add(waiting.pop(0))
    assert fold.num_folded == len(numbers)
    return await (await fold.result()).compute()


@pytest.mark.parametrize("num_clients", [1, 2, BLOCK_SIZE, BLOCK_SIZE + 1, len(NUMBERS)])
@pytest.mark.parametrize("has_zero", [False, True])
def test_all_members_are_in_the_result(num_clients, has_zero):
    numbers = np.arange(num_clients, dtype=np.float32)
    assert asyncio.run(folded(numbers, has_zero=has_zero)) == numbers.sum()


@pytest.mark.parametrize("has_zero", [False, True])
@pytest.mark.parametrize("chunks", [(BLOCK_SIZE,) * 3, (8, BLOCK_SIZE - 8, 1), (1, 2, 3)])
def test_chunks_that_others_fold_change_no_bit(chunks, has_zero):
    one_by_one = asyncio.run(folded(NUMBERS, has_zero=has_zero))
    assert asyncio.run(folded(NUMBERS, chunks, has_zero)).tobytes() == one_by_one.tobytes()


def test_what_was_handed_out_can_be_given_back():
    async def main():
        fold = await fold_of(PlainLeaf(), 4, has_zero=False)
        await fold.add(np.float32(1))
        await fold.add(np.float32(2))
        total = await fold.take_total(2)
        await fold.give_back(total)
        for number in (3, 4):
            await fold.add(np.float32(number))
        return total, await (await fold.result()).compute()

    assert asyncio.run(main()) == (3, 10)


def test_where_a_block_starts_at_its_first_member_nothing_is_handed_out():
    async def main():
        fold = await fold_of(PlainLeaf(), 4, has_zero=False)
        return await fold.take_total(2), fold.num_folded

    assert asyncio.run(main()) == (None, 0)


def test_a_subtree_counts_as_all_its_clients():
    async def main():
        fold = await fold_of(PlainLeaf(), 2 * BLOCK_SIZE, has_zero=False)
        await fold.add_subtree(np.float32(100), BLOCK_SIZE, 0)
        await fold.add_subtree(np.float32(23), BLOCK_SIZE, 0)
        return fold.num_folded, await (await fold.result()).compute()

    assert asyncio.run(main()) == (2 * BLOCK_SIZE, 123)


def test_the_function_is_embedded_once():
    async def main():
        leaf = PlainLeaf()
        fold = await fold_of(leaf, 5, has_zero=False)
        await fold.prepare()
        assert leaf.embedded == 1
        for _ in range(5):
            await fold.add(np.float32(1))
        return leaf.embedded

    assert asyncio.run(main()) == 1 + 5


class CountingLeaf(PlainLeaf):
    """Counts the values that are alive when two whole blocks, or more, are joined."""

    def __init__(self):
        super().__init__()
        self.alive = weakref.WeakSet()
        self.most = 0

    async def create_call(self, comp, arg=None):
        total = await super().create_call(comp, arg)
        self.alive.add(total)
        if await total.compute() >= 2 * BLOCK_SIZE:
            self.most = max(self.most, len(self.alive))
        return total


def test_blocks_that_were_joined_are_not_kept_while_others_are_joined():
    async def main():
        leaf = CountingLeaf()
        fold = await fold_of(leaf, 8 * BLOCK_SIZE, has_zero=False)
        for _ in range(8 * BLOCK_SIZE):
            await fold.add(np.float32(1))
        return leaf.most

    # Those of 4, 2 and 1 blocks, that of the last block, and what the first two of these give.
    assert asyncio.run(main()) == 5
