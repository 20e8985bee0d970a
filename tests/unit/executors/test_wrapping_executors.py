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
from tffsim.computations.purity import is_pure
from tffsim.computations.tensorflow_computation import tf_computation
from tffsim.executors.caching_executor import CachingExecutor
from tffsim.executors.data_executor import DataBackend, DataExecutor
from tffsim.executors.reference_resolving_executor import ReferenceResolvingExecutor
from tffsim.executors.sizing_executor import SizingExecutor, sizes
from tffsim.executors.thread_delegating_executor import ThreadDelegatingExecutor
from tffsim.executors.transforming_executor import TransformingExecutor

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
