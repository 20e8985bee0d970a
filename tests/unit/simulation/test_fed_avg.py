import numpy as np
import pytest
import tensorflow as tf

from tffsim.simulation.fed_avg import Weights, accuracy, fed_avg, initial_weights, logits


def dataset_of(labels, seed=0):
    pixels = np.random.default_rng(seed).random([len(labels), 64], np.float32)
    return tf.data.Dataset.from_tensor_slices({"label": np.array(labels, np.int32), "pixels": pixels})


def one_step(weights, dataset, learning_rate):
    """A step of gradient descent on all examples at once, by hand."""
    variables = [tf.Variable(w) for w in weights]
    (batch,) = dataset.batch(100)
    with tf.GradientTape() as tape:
        loss = tf.keras.losses.sparse_categorical_crossentropy(
            batch["label"], logits(Weights(*variables), batch["pixels"]), from_logits=True
        )
        loss = tf.reduce_mean(loss)
    return [w - learning_rate * g for w, g in zip(weights, tape.gradient(loss, variables), strict=True)]


def assert_close(actual, expected):
    for one, other in zip(actual, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)


def test_one_client_and_one_batch_is_a_step_of_gradient_descent():
    dataset, weights = dataset_of([1, 2, 3]), initial_weights()
    trained = fed_avg(0.5, batch_size=3, epochs=1)(weights, [dataset])
    assert isinstance(trained, Weights)
    assert_close(trained, one_step(weights, dataset, 0.5))


def test_clients_count_by_their_numbers_of_examples():
    small, large, weights = dataset_of([1], seed=1), dataset_of([2, 3, 4], seed=2), initial_weights()
    trained = fed_avg(0.5, batch_size=3, epochs=1)(weights, [small, large])
    steps = zip(one_step(weights, small, 0.5), one_step(weights, large, 0.5), strict=True)
    assert_close(trained, [(one + 3 * three) / 4 for one, three in steps])


def test_a_client_without_examples_changes_nothing():
    dataset, weights, next_round = dataset_of([1, 2, 3]), initial_weights(), fed_avg()
    assert_close(next_round(weights, [dataset, dataset.take(0)]), next_round(weights, [dataset]))


@pytest.mark.parametrize(("bias", "expected"), [(2, 0.5), (7, 0.0)])
def test_accuracy_is_the_part_that_is_right(bias, expected):
    always = Weights(*(np.zeros_like(w) for w in initial_weights()))
    always.output_bias[bias] = 1.0
    examples = {"label": np.array([2, 3]), "pixels": np.zeros([2, 64], np.float32)}
    assert accuracy(always, examples) == expected
