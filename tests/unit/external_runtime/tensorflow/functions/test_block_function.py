"""Blocks of calls at the leaf: what they are made of, and when they are refused."""

import asyncio

import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tffsim.concurrency.call_block import BlockRefusedError, CallBlock
from tffsim.concurrency.call_duration import CallDuration
from tffsim.executors.eager_tf_executor import EagerTFExecutor
from tffsim.executors.reference_resolving_executor import ReferenceResolvingExecutor
from tffsim.external_runtime.tensorflow.functions.block_function import BlockFunction
from tffsim.language import building_blocks

_SET = tff.SequenceType(np.float32)


@tff.tf_computation(_SET)
def _weighed(examples):
    """Depends on the order."""
    return examples.reduce(np.float32(0), lambda total, x: total / 2 + x)


@tff.tf_computation(_SET)
def _drawn(examples):
    return examples.reduce(np.float32(0), lambda total, x: total + tf.random.uniform([]))


def _block(num_calls=2, client=_weighed):
    proto, function_type = building_blocks.to_proto(client), client.type_signature

    async def body(executor, arguments):
        function = await executor.create_value(proto, function_type)
        results = [
            await executor.create_call(function, await executor.create_value(argument, _SET)) for argument in arguments
        ]
        return await executor.create_struct(results)

    return CallBlock(body, [_SET] * num_calls, tff.StructType([np.float32] * num_calls), num_calls)


def _run(block, arguments, executor=None):
    return asyncio.run((executor or EagerTFExecutor()).run_block(block, arguments, lambda leaf: leaf))


@pytest.mark.parametrize("below", [lambda leaf: leaf, ReferenceResolvingExecutor], ids=["leaf", "above it"])
def test_a_closed_executor_runs_no_block(below):
    executor = below(EagerTFExecutor())
    executor.close()
    with pytest.raises(RuntimeError, match=f"This {type(executor).__name__} is closed"):
        _run(_block(), [_data()] * 2, executor)


def _data():
    return tf.data.Dataset.range(12).map(lambda x: tf.cast(x, tf.float32))


@pytest.fixture
def short_calls(monkeypatch):
    """On a busy machine calls may seem long."""
    monkeypatch.setattr(CallDuration, "busy_seconds", 1e-6)


def test_data_is_read_as_it_is(short_calls, monkeypatch):
    built = []
    monkeypatch.setattr(BlockFunction, "__init__", _noting(built, BlockFunction.__init__))
    _run(_block(), [_data()] * 2)
    operations = {node.op for node in built[0]._function.graph.as_graph_def().node}
    # TensorFlow would optimise each of them, at the price of several clients.
    assert "OptionsDataset" not in operations


def test_the_order_of_repeated_shuffles_is_that_of_single_calls(short_calls):
    def shuffled():
        return _data().shuffle(12, seed=5).repeat(3)

    one, other = _run(_block(), [shuffled(), shuffled()])
    executor = EagerTFExecutor()

    async def single():
        function = await executor.create_value(building_blocks.to_proto(_weighed))
        return await (await executor.create_call(function, await executor.create_value(shuffled(), _SET))).compute()

    expected = asyncio.run(single())
    assert float(one) == float(other) == float(expected)


def test_clients_whose_data_says_its_length_are_called_before_the_block(short_calls, monkeypatch):
    built = []
    monkeypatch.setattr(BlockFunction, "__init__", _noting(built, BlockFunction.__init__))
    data = [tf.data.Dataset.from_tensor_slices(np.arange(n, dtype=np.float32)) for n in (3, 0)]
    assert [float(result) for result in _run(_block(), data)] == [2.5, 0.0]
    # All that the block's own function is given is what they returned.
    assert [tensor.dtype for tensor in built[0]._function.inputs] == [tf.float32] * 2


@pytest.mark.parametrize("make", [_data, lambda: tf.data.Dataset.from_tensor_slices(np.ones(12, np.float32))])
def test_clients_that_draw_numbers_share_a_block_but_not_the_numbers(short_calls, make):
    one, other = _run(_block(client=_drawn), [make(), make()])
    assert 0 < float(one) != float(other) > 0


def test_clients_that_draw_numbers_have_no_block_while_there_is_a_global_seed(short_calls):
    tf.random.set_seed(1)
    try:
        with pytest.raises(BlockRefusedError, match="random"):
            _run(_block(client=_drawn), [_data(), _data()])
    finally:
        tf.random.set_seed(None)


def _noting(made, function):
    def noted(self, *arguments):
        function(self, *arguments)
        made.append(self)

    return noted
