"""How many examples each client had, as far as a trace tells."""

import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tests.unit.tracing.traced_runs import mean_of_doubles, traced
from tffsim.tracing.analysis.client_data import UNKNOWN, num_examples

STACKS = {
    "local": tff.local_executor_factory,
    "tree": lambda: tff.local_executor_factory(max_fanout=2),
    "debug": tff.debug_executor_factory,
}
PAIRS = tff.SequenceType([("x", tff.TensorType(np.float32, [2])), ("y", np.int32)])
BATCHES = tff.SequenceType(tff.TensorType(np.float32, [None]))


def counting(sequence):
    @tff.tf_computation(sequence)
    def count(examples):
        return examples.reduce(0, lambda total, _: total + 1)

    @tff.federated_computation(tff.FederatedType(sequence, tff.CLIENTS))
    def total(examples):
        return tff.federated_sum(tff.federated_map(count, examples))

    return total


def examples_of(function, *arguments, **options):
    snapshot = traced(function, *arguments, **options)[1].snapshot
    return num_examples(snapshot, snapshot.invocations[-1]).tolist()


@pytest.mark.parametrize("stack", STACKS)
def test_lists_are_counted(stack):
    pair = {"x": np.zeros(2, np.float32), "y": 1}
    assert examples_of(counting(PAIRS), [[pair] * 3, [pair]], factory=STACKS[stack]()) == [3, 1]


def test_a_dataset_that_knows_its_length_is_counted():
    data = [tf.data.Dataset.range(count).map(lambda n: tf.cast(n, tf.float32)) for count in (4, 2)]
    assert examples_of(counting(tff.SequenceType(np.float32)), data) == [4, 2]


def test_of_a_dataset_that_does_not_know_its_length_nothing_is_said():
    data = tf.data.Dataset.range(9).map(lambda n: tf.cast(n, tf.float32)).filter(lambda x: x > 3)
    assert examples_of(counting(tff.SequenceType(np.float32)), [data]) == [UNKNOWN]


def test_batches_are_no_examples():
    assert examples_of(counting(BATCHES), [[np.zeros(3, np.float32)], [np.zeros(2, np.float32)]]) == [UNKNOWN] * 2


def test_numbers_are_no_examples():
    assert examples_of(mean_of_doubles, [1.0, 2.0]) == [UNKNOWN] * 2
