import asyncio

import federated_language as fl
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.oracle import fold
from tests.unit.executors.plain_leaf import PlainLeaf
from tests.unit.executors.running import binary, evaluate
from tffsim.executor_stacks.local import local_executor_factory
from tffsim.executors.federating_executor import FederatingExecutor
from tffsim.executors.reference_resolving_executor import ReferenceResolvingExecutor
from tffsim.federation.federated_composing_strategy import FederatedComposingStrategy
from tffsim.federation.federated_resolving_strategy import FederatedResolvingStrategy
from tffsim.federation.fold_shape import BLOCK_SIZE, MergeTree, num_sums_kept, subtree_level

_FLOATS = fl.FederatedType(np.float32, fl.CLIENTS)
_PLUS = binary("generic_plus", np.float32)
_bounded = settings(max_examples=40, deadline=None, derandomize=True, database=None)


@fl.federated_computation(np.float32)
def _identity(x):
    return x


@fl.federated_computation(_FLOATS)
def _sums(x):
    return fl.federated_sum(x), fl.federated_aggregate(x, np.float32(0), _PLUS, _PLUS, _identity)


def _values(num_clients):
    return list(np.random.default_rng(num_clients).normal(0, 1e4, num_clients).astype(np.float32))


def _joined(merge, blocks):
    async def join():
        tree = MergeTree(merge)
        for block in blocks:
            await tree.add(block)
        return await tree.total()

    return asyncio.run(join())


async def _nested(left, right):
    return (left, right)


def test_blocks_are_joined_with_their_neighbours_first():
    assert _joined(_nested, "a") == "a"
    assert _joined(_nested, "abcd") == (("a", "b"), ("c", "d"))
    assert _joined(_nested, "abcdefg") == ((("a", "b"), ("c", "d")), (("e", "f"), "g"))


@given(st.integers(1, 70), st.data())
@_bounded
def test_a_subtree_that_is_joined_elsewhere_gives_the_same_tree(num_blocks, data):
    whole = _joined(_nested, [str(block) for block in range(num_blocks)])

    async def join():
        tree, block = MergeTree(_nested), 0
        while block < num_blocks:
            possible = [
                size
                for size in range(1, num_blocks - block + 1)
                if subtree_level(32 * block, 32 * size, block + size == num_blocks) is not None
            ]
            size = data.draw(st.sampled_from(possible))
            part = MergeTree(_nested)
            for number in range(block, block + size):
                await part.add(str(number))
            await tree.add(await part.total(), subtree_level(32 * block, 32 * size, block + size == num_blocks))
            block += size
        return await tree.total()

    assert asyncio.run(join()) == whole


@given(st.integers(0, 300), st.integers(2, 120))
@_bounded
def test_every_fan_out_gives_the_bits_of_the_oracle(num_clients, max_fanout):
    factory = local_executor_factory(leaf_executor_fn=lambda device: PlainLeaf(), max_fanout=max_fanout)
    values = _values(num_clients)
    with factory.lease({fl.CLIENTS: num_clients}) as executor:
        total, aggregate = asyncio.run(evaluate(executor, _sums, values))
    expected = fold(np.add, values) if values else np.float32(0)
    assert total.tobytes() == aggregate.tobytes() == expected.tobytes()


@given(st.lists(st.integers(0, 80), min_size=1, max_size=6))
@_bounded
def test_children_of_any_sizes_give_the_bits_of_the_oracle(sizes):
    def participant():
        return ReferenceResolvingExecutor(PlainLeaf())

    def federation(strategy):
        return ReferenceResolvingExecutor(FederatingExecutor(strategy, participant()))

    flat = [FederatedResolvingStrategy(participant(), [participant() for _ in range(size)]) for size in sizes]
    children = [(federation(strategy), size) for strategy, size in zip(flat, sizes, strict=True)]
    executor, values = federation(FederatedComposingStrategy(participant(), children)), _values(sum(sizes))
    total, aggregate = asyncio.run(evaluate(executor, _sums, values))
    expected = fold(np.add, values) if values else np.float32(0)
    assert total.tobytes() == aggregate.tobytes() == expected.tobytes()


@pytest.mark.parametrize("max_fanout", [1000, 100, 5])
@pytest.mark.parametrize(("num_clients", "num_merges"), [(32, 0), (33, 1), (64, 1), (130, 4)])
def test_blocks_are_joined_with_the_merge_of_the_aggregation(num_clients, num_merges, max_fanout):
    @fl.federated_computation(_FLOATS)
    def two_for_each_merge(x):
        ignore = fl.federated_computation(lambda pair: pair[0], fl.StructType([np.float32, np.float32]))
        twice = fl.federated_computation(lambda pair: _PLUS(*pair), fl.StructType([np.float32, np.float32]))
        return fl.federated_aggregate(x, np.float32(1), ignore, twice, _identity)

    factory = local_executor_factory(leaf_executor_fn=lambda device: PlainLeaf(), max_fanout=max_fanout)
    with factory.lease({fl.CLIENTS: num_clients}) as executor:
        assert asyncio.run(evaluate(executor, two_for_each_merge, [0.0] * num_clients)) == num_merges + 1


def test_the_rounding_error_of_a_long_sum_is_small():
    values = [np.float32(0.1)] * 10_000
    with local_executor_factory(leaf_executor_fn=lambda device: PlainLeaf()).lease({fl.CLIENTS: 10_000}) as executor:
        total, _ = asyncio.run(evaluate(executor, _sums, values))
    assert abs(float(total) - 10_000 * float(np.float32(0.1))) < 1e-3


def test_as_many_sums_are_kept_as_a_sequential_fold_has_not_merged():
    merged = []

    async def merge(left, right):
        merged.append((left, right))
        return left

    async def main():
        tree = MergeTree(merge)
        for block in range(70):
            for client in (0, 1, BLOCK_SIZE - 1):
                assert num_sums_kept(BLOCK_SIZE * block + client) == block - len(merged)
            await tree.add(block)

    asyncio.run(main())
