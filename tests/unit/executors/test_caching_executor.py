"""Calls and values that are remembered."""

import asyncio
import threading

import federated_language as fl
import numpy as np
import pytest

from tests.unit.executors.plain_leaf import PlainLeaf, PlainValue
from tests.unit.executors.running import binary
from tffsim.executors.caching_executor import CachingExecutor
from tffsim.executors.reference_resolving_executor import ReferenceResolvingExecutor

_FLOAT = fl.TensorType(np.float32)
_PLUS = binary("generic_plus", np.float32)


class RecordingLeaf(PlainLeaf):
    def __init__(self):
        super().__init__()
        self.calls = 0
        self.threads = set()

    async def create_call(self, comp, arg=None):
        self.calls += 1
        self.threads.add(threading.get_ident())
        return await super().create_call(comp, arg)


def _call_twice(executor, argument=(1.0, 2.0)):
    async def main():
        values = []
        for _ in range(2):
            function = await executor.create_value(_PLUS.to_building_block().result.function.to_proto())
            left, right = [await executor.create_value(x, _FLOAT) for x in argument]
            call = await executor.create_call(function, await executor.create_struct([left, right]))
            values.append(await call.compute())
        return values

    return asyncio.run(main())


def test_a_pure_call_with_equal_arguments_runs_once():
    leaf = RecordingLeaf()
    assert _call_twice(CachingExecutor(leaf, lambda proto: True)) == [3, 3]
    assert leaf.calls == 1


_VECTOR = fl.TensorType(np.int32, [None])
_DIFFERENT = [
    (np.array([1, 2]), np.array([1, 3]), _VECTOR),
    (np.array([1, 2]), np.array([2, 1]), _VECTOR),
    (np.arange(10_000), np.append(np.arange(9_999), 0), _VECTOR),
    (np.zeros([2, 3]), np.zeros([3, 2]), fl.TensorType(np.float64, [None, None])),
    (np.array([0.0]), np.array([-0.0]), fl.TensorType(np.float64, [1])),
    (np.array([1], np.int32), np.array([1], np.float32), fl.TensorType(np.float32, [1])),
    (np.array([b"ab"]), np.array([b"ac"]), fl.TensorType(np.str_, [1])),
    (0.0, -0.0, fl.TensorType(np.float64)),
    (True, 1, fl.TensorType(np.int32)),
    (1, 2, fl.TensorType(np.int32)),
    (1j, 2j, fl.TensorType(np.complex64)),
    (b"a", b"b", fl.TensorType(np.str_)),
    (np.float32(1), np.float64(1), fl.TensorType(np.float64)),
    ("1", b"1", fl.TensorType(np.str_)),
]


@pytest.mark.parametrize(("first", "second", "type_signature"), _DIFFERENT)
def test_payloads_that_differ_are_not_taken_for_each_other(first, second, type_signature):
    async def embedded(executor):
        return [await executor.create_value(value, type_signature) for value in (first, second, first)]

    handles = asyncio.run(embedded(CachingExecutor(PlainLeaf(), lambda proto: True)))
    assert handles[0] is handles[2] and handles[0] is not handles[1]
    for handle, alone in zip(handles, asyncio.run(embedded(PlainLeaf())), strict=True):
        np.testing.assert_array_equal(asyncio.run(handle.compute()), asyncio.run(alone.compute()))


def test_equal_arrays_are_embedded_once_also_if_they_are_copies():
    executor = CachingExecutor(PlainLeaf(), lambda proto: True)
    array = np.arange(6)

    async def main():
        copies = (array, array.copy(), np.repeat(array, 2)[::2])
        return [await executor.create_value(copy, fl.TensorType(np.int64, [6])) for copy in copies]

    assert len({id(handle) for handle in asyncio.run(main())}) == 1


def test_an_array_that_changed_since_is_embedded_again():
    executor = CachingExecutor(PlainLeaf(), lambda proto: True)
    array = np.zeros(3)

    async def embed():
        return await executor.create_value(array, fl.TensorType(np.float64, [3]))

    before = asyncio.run(embed())
    array[1] = 1.0
    assert asyncio.run(embed()) is not before


def test_calls_with_other_arrays_return_other_results():
    add = binary("generic_plus", np.int32)
    executor = ReferenceResolvingExecutor(CachingExecutor(PlainLeaf(), lambda proto: True))

    async def sums():
        function = await executor.create_value(add)
        results = []
        for left in (1, 2, 1):
            pair = fl.StructType([np.int32, np.int32])
            argument = await executor.create_value((np.array(left, np.int32), np.array(10, np.int32)), pair)
            results.append(int(await (await executor.create_call(function, argument)).compute()))
        return results

    assert asyncio.run(sums()) == [11, 12, 11]


def test_an_impure_call_runs_each_time():
    leaf = RecordingLeaf()
    assert _call_twice(CachingExecutor(leaf, lambda proto: False)) == [3, 3]
    assert leaf.calls == 2


def test_a_full_cache_forgets_the_oldest_and_stays_right():
    leaf = RecordingLeaf()
    assert _call_twice(CachingExecutor(leaf, lambda proto: True, max_size=1)) == [3, 3]
    assert leaf.calls == 2


def test_a_failure_is_not_remembered():
    class OnceBrokenLeaf(RecordingLeaf):
        async def create_call(self, comp, arg=None):
            result = await super().create_call(comp, arg)
            if self.calls == 1:
                raise RuntimeError("passing fault")
            return result

    executor = CachingExecutor(OnceBrokenLeaf(), lambda proto: True)
    with pytest.raises(RuntimeError, match="passing fault"):
        _call_twice(executor)
    assert _call_twice(executor) == [3, 3]


def test_a_value_that_could_not_be_computed_is_made_again():
    class UnreachableValue(PlainValue):
        async def compute(self):
            raise RuntimeError("passing fault")

    class OnceUnreachable(RecordingLeaf):
        async def create_call(self, comp, arg=None):
            value = await super().create_call(comp, arg)
            return UnreachableValue(None, value.type_signature) if self.calls == 1 else value

    executor = CachingExecutor(OnceUnreachable(), lambda proto: True)
    with pytest.raises(RuntimeError, match="passing fault"):
        _call_twice(executor)
    assert _call_twice(executor) == [3, 3]
