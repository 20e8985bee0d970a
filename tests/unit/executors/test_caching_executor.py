"""Executors that stand above any other one: threads, caching, sizing, data, transformations."""

import asyncio
import threading

import federated_language as fl
import numpy as np
import pytest
import tensorflow as tf
from federated_language.framework import Call, ConcreteComputation, Data, Lambda, Literal, Struct
from google.protobuf import any_pb2

from tests.unit.executors.plain_leaf import PlainLeaf, PlainValue
from tests.unit.executors.running import binary, evaluate
from tffsim.computations.tensorflow_computation import tf_computation
from tffsim.executors.caching_executor import CachingExecutor
from tffsim.executors.data_executor import DataBackend, DataExecutor
from tffsim.executors.reference_resolving_executor import ReferenceResolvingExecutor
from tffsim.executors.sequence_executor import SequenceExecutor
from tffsim.executors.sizing_executor import SizingExecutor, sizes
from tffsim.executors.thread_delegating_executor import ThreadDelegatingExecutor
from tffsim.executors.transforming_executor import TransformingExecutor
from tffsim.external_runtime.tensorflow.functions.purity import is_pure

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


def test_a_thread_delegating_executor_runs_its_target_on_one_other_thread():
    leaf = RecordingLeaf()
    executor = ReferenceResolvingExecutor(ThreadDelegatingExecutor(leaf))
    assert asyncio.run(evaluate(executor, _PLUS, (1.0, 2.0))) == 3
    assert asyncio.run(evaluate(executor, _PLUS, (1.0, 2.0))) == 3
    assert len(leaf.threads) == 1 and threading.get_ident() not in leaf.threads


def test_closing_a_thread_delegating_executor_closes_its_target():
    leaf = PlainLeaf()
    executor = ThreadDelegatingExecutor(leaf)
    executor.close()
    assert leaf.is_closed
    with pytest.raises(RuntimeError, match="is closed"):
        asyncio.run(executor.create_value(1.0, _FLOAT))


@pytest.mark.parametrize("kind", [CachingExecutor, ReferenceResolvingExecutor, SequenceExecutor])
def test_an_executor_that_was_closed_says_so_whatever_is_asked_of_it(kind):
    executor = kind(PlainLeaf())

    async def main():
        plus = await executor.create_value(_PLUS.to_building_block().result.function.to_proto())
        number = await executor.create_value(1.0, _FLOAT)
        pair = await executor.create_struct([number, number])
        executor.close()
        for work in (
            executor.create_value(1.0, _FLOAT),
            executor.create_call(plus, pair),
            executor.create_struct([number]),
            executor.create_selection(pair, 0),
        ):
            with pytest.raises(RuntimeError, match=f"This {kind.__name__} is closed"):
                await work

    asyncio.run(main())


@pytest.mark.parametrize("kind", [CachingExecutor, ReferenceResolvingExecutor, SequenceExecutor])
def test_a_function_is_called_with_an_argument_of_its_type_only(kind):
    executor = kind(PlainLeaf())

    async def main():
        plus = await executor.create_value(_PLUS.to_building_block().result.function.to_proto())
        number = await executor.create_value(1.0, _FLOAT)
        with pytest.raises(TypeError, match=r"needs an argument of type <float32,float32>\. Call it with one"):
            await executor.create_call(plus)
        with pytest.raises(TypeError, match="needs an argument of type <float32,float32>, found type float32"):
            await executor.create_call(plus, number)
        with pytest.raises(TypeError, match="Only functions can be called, found a value of type float32"):
            await executor.create_call(number)

    asyncio.run(main())


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


def test_data_is_fetched_where_it_is_needed():
    class Backend(DataBackend):
        async def materialize(self, data, type_spec):
            return float(data.content.value)

    data = Data(any_pb2.Any(value=b"41.5"), _FLOAT)
    computation = ConcreteComputation.from_building_block(
        Lambda(None, None, Call(_PLUS.to_building_block(), Struct([data, data])))
    )
    executor = ReferenceResolvingExecutor(DataExecutor(PlainLeaf(), Backend()))
    assert asyncio.run(evaluate(executor, computation)) == 83


def test_computations_are_transformed_before_they_run():
    def to_nine(block):
        return Literal(np.float32(9), _FLOAT) if isinstance(block, Literal) else block

    executor = ReferenceResolvingExecutor(TransformingExecutor(to_nine, PlainLeaf()))
    one = ConcreteComputation.from_building_block(Lambda(None, None, Literal(np.float32(1), _FLOAT)))
    assert asyncio.run(evaluate(executor, one)) == 9


def test_a_transformation_must_return_a_building_block():
    executor = TransformingExecutor(lambda block: 3, PlainLeaf())
    with pytest.raises(TypeError, match="must return a building block, found a int"):
        asyncio.run(executor.create_value(Literal(np.float32(1), _FLOAT).to_proto()))


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


def test_only_stateless_graphs_without_data_are_known_to_be_pure():
    doubled = tf_computation(lambda x: tf.map_fn(lambda y: y * 2, x), fl.TensorType(np.float32, [3]))
    branching = tf_computation(lambda x: tf.cond(x > 0, lambda: x, lambda: -x), np.float32)
    random = tf_computation(lambda x: x + tf.random.uniform([]), np.float32)
    counting = tf_computation(lambda x: tf.Variable(x).assign_add(1.0), np.float32)
    python = tf_computation(lambda x: tf.py_function(lambda y: y, [x], tf.float32), np.float32)
    data = ConcreteComputation.from_building_block(Lambda("x", _FLOAT, Data(any_pb2.Any(), _FLOAT)))
    assert [is_pure(f.to_proto()) for f in (doubled, branching, _PLUS)] == [True, True, True]
    assert [is_pure(f.to_proto()) for f in (random, counting, python, data)] == [False] * 4
