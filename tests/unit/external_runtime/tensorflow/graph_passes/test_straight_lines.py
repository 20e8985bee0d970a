"""Straight lines over random data give the same, bit for bit, as the reductions that were written."""

import collections
import dataclasses
import itertools

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.property.random_clients import Client, Data, clients
from tffsim.concurrency.call_duration import CallDuration
from tffsim.external_runtime.tensorflow.functions import straight_calls
from tffsim.external_runtime.tensorflow.functions.straight_calls import StraightCalls
from tffsim.external_runtime.tensorflow.functions.tensorflow_function import TensorFlowFunction
from tffsim.external_runtime.tensorflow.graph_passes.straight_lines import reductions_to_straight_lines

_STRAIGHT = ["reduced", "walked", "twice", "with keras", "with variables"]
_bounded = settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@pytest.fixture
def lines(monkeypatch):
    """Straight lines are made at the first call; what they return is noted."""
    made = []
    of = StraightCalls.of

    def noted(calls, *arguments):
        made.append(of(calls, *arguments))
        return made[-1]

    monkeypatch.setattr(straight_calls, "_CALLS_PER_NODE", 0)
    monkeypatch.setattr(CallDuration, "busy_seconds", 1e-6)
    monkeypatch.setattr(StraightCalls, "of", noted)
    return made


@pytest.mark.parametrize("loop", _STRAIGHT)
def test_a_straight_line_does_what_was_written(lines, loop):
    @given(clients(loop))
    @_bounded
    def agree(client: Client) -> None:
        data = dataclasses.replace(client.data, shape="fixed", in_memory=True, fails_at=None)
        proto = dataclasses.replace(client, data=data).computation().to_proto()
        written, straight = TensorFlowFunction(proto, as_written=True), TensorFlowFunction(proto)
        ones, others = data.make(), data.make()
        # Shuffled data comes in another order the second time.
        assert [_bits(written(ones)) for _ in range(2)] == [_bits(straight(others)) for _ in range(2)]

    agree()
    assert any(lines)


@pytest.mark.parametrize("loop", _STRAIGHT)
def test_lengths_may_change_from_call_to_call(lines, loop):
    @given(clients(loop), st.lists(st.tuples(st.integers(0, 5), st.integers(1, 3)), min_size=3, max_size=5))
    @_bounded
    def agree(client: Client, sizes: list[tuple[int, int]]) -> None:
        data = dataclasses.replace(client.data, shape="unknown length", in_memory=True, fails_at=None, steps=())
        proto = Client(loop, (), None, data).computation().to_proto()
        written, straight = TensorFlowFunction(proto, as_written=True), TensorFlowFunction(proto)
        for dataset in (_batches(*sizes[0]).repeat().take(3), *(_batches(*size) for size in sizes)):
            assert _bits(written(dataset)) == _bits(straight(dataset))

    agree()
    assert any(lines)


@pytest.mark.parametrize("loop", ["reduced", "walked"])
def test_data_that_does_not_know_its_length_is_read_by_a_loop(lines, loop):
    @given(clients(loop))
    @_bounded
    def agree(client: Client) -> None:
        data = dataclasses.replace(client.data, in_memory=False)
        proto = dataclasses.replace(client, data=data).computation().to_proto()
        assert _outcome(proto, data, as_written=True) == _outcome(proto, data, as_written=False)

    agree()
    assert not any(lines)


@pytest.mark.parametrize("off_by", [-2, -1, 1, 3])
@pytest.mark.parametrize("loop", _STRAIGHT)
def test_data_with_another_length_than_it_says_is_read_to_its_end(lines, loop, off_by):
    proto = Client(loop, (), None, Data(0, "unknown length", None, True, ())).computation().to_proto()
    straight = TensorFlowFunction(proto)
    expected = _bits(TensorFlowFunction(proto, as_written=True)(_batches(5, 2)))
    wrong = _batches(5, 2)
    wrong.tffsim_length = 3 + off_by
    assert _bits(straight(wrong)) == expected
    assert lines[-1] is not None
    # What did not keep its word is not asked again.
    assert _bits(straight(wrong)) == expected
    assert lines[-1] is None


def _batches(num_examples: int, size: int) -> tf.data.Dataset:
    """Returns batches of floats, the last one shorter, with their numbers and names."""
    num_batches = -(-num_examples // size)
    x = tf.data.Dataset.from_tensor_slices(np.linspace(0.1, 0.9, num_examples, dtype=np.float32)).batch(size)
    names = tf.data.Dataset.from_tensor_slices(np.array([f"batch {k}" for k in range(num_batches)], np.str_))
    numbers = tf.data.Dataset.range(num_batches)
    return tf.data.Dataset.zip(collections.OrderedDict(x=x, n=numbers, about=((names,),)))


def _outcome(proto, data, as_written):
    try:
        return _bits(TensorFlowFunction(proto, as_written=as_written)(data.make()))
    except tf.errors.OpError as error:
        return type(error)


def _bits(value: object) -> object:
    if isinstance(value, tuple):
        return [_bits(part) for part in value]
    array = np.asarray(value)
    return array.dtype.str, array.shape, array.tolist() if array.dtype == object else array.tobytes()


def test_elements_are_read_one_after_the_other_in_the_graph():
    """Where TensorFlow inlines a step without effects, whoever waits for the step waits for nothing."""
    proto = Client("walked", (), None, Data(0, "fixed", None, True, ())).computation().to_proto()
    graph_def = tf.compat.v1.GraphDef.FromString(proto.tensorflow.graph_def.value)
    reductions_to_straight_lines(graph_def, [4])
    lists = [graph_def.node, *(function.node_def for function in graph_def.library.function)]
    (nodes,) = ([node for node in found if node.op == "IteratorGetNextSync"] for found in lists if _reads(found))
    assert len(nodes) == 4
    for before, after in itertools.pairwise(nodes):
        assert f"^{before.name}" in after.input


def _reads(nodes):
    return any(node.op == "IteratorGetNextSync" for node in nodes)
