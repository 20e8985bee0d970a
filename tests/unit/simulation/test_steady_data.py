"""Which datasets read alike each time."""

import pytest
import tensorflow as tf

from tffsim.simulation.steady_data import is_steady

SLICES = tf.data.Dataset.range(6)
STEADY = {
    "slices": SLICES,
    "batches": SLICES.batch(2).prefetch(1).repeat(3).take(4),
    "a map": SLICES.map(lambda n: 2 * n).filter(lambda n: n > 2),
    "interleaved": SLICES.interleave(lambda n: tf.data.Dataset.range(n)),
}
UNSTEADY = {
    "shuffled": SLICES.shuffle(6),
    "shuffled with a seed": SLICES.shuffle(6, seed=1).batch(2),
    "random numbers": SLICES.map(lambda n: tf.random.uniform([])),
    "random numbers of a function": SLICES.map(tf.function(lambda n: tf.random.uniform([]))).batch(2),
    "a part that is shuffled": SLICES.concatenate(SLICES.shuffle(6)),
    "shuffled inside": SLICES.interleave(lambda n: tf.data.Dataset.range(n).shuffle(2)),
    "a generator": tf.data.Dataset.from_generator(lambda: range(6), output_signature=tf.TensorSpec([], tf.int64)),
    "out of a graph": tf.function(lambda: SLICES.batch(2))(),
}


@pytest.mark.parametrize("dataset", STEADY.values(), ids=STEADY)
def test_what_reads_alike_is_steady(dataset):
    assert is_steady(dataset)


@pytest.mark.parametrize("dataset", UNSTEADY.values(), ids=UNSTEADY)
def test_what_may_read_otherwise_is_not(dataset):
    assert not is_steady(dataset)
