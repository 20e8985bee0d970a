"""Federated averaging on a small neural network, written as a user of tffsim writes it.

The algorithm is McMahan et al., "Communication-Efficient Learning of Deep Networks from
Decentralized Data", 2017. In each round the server sends its weights to the clients,
each client improves them on its own examples, and the server averages what comes back.
"""

import collections
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

import tffsim as tff
from tffsim.simulation.examples import Examples

NUM_PIXELS, NUM_HIDDEN, NUM_CLASSES = 64, 32, 10


class Weights(NamedTuple):
    """The weights of a network with one hidden layer: arrays, tensors, or their types."""

    hidden: tf.Tensor
    hidden_bias: tf.Tensor
    output: tf.Tensor
    output_bias: tf.Tensor


WEIGHTS = Weights(
    hidden=tff.TensorType(np.float32, [NUM_PIXELS, NUM_HIDDEN]),
    hidden_bias=tff.TensorType(np.float32, [NUM_HIDDEN]),
    output=tff.TensorType(np.float32, [NUM_HIDDEN, NUM_CLASSES]),
    output_bias=tff.TensorType(np.float32, [NUM_CLASSES]),
)
EXAMPLE = collections.OrderedDict(
    label=tff.TensorType(np.int32),
    pixels=tff.TensorType(np.float32, [NUM_PIXELS]),
)


def logits(weights: Weights, pixels: tf.Tensor) -> tf.Tensor:
    """Scores images: [batch, 64] to [batch, 10]."""
    hidden = tf.nn.relu(pixels @ weights.hidden + weights.hidden_bias)
    return hidden @ weights.output + weights.output_bias


def fed_avg(
    learning_rate: float = 0.2, batch_size: int = 10, epochs: int = 2
) -> Callable[[Weights, Sequence[tf.data.Dataset]], Weights]:
    """Returns a round of federated averaging.

    Args:
        learning_rate: The step size of the clients' stochastic gradient descent.
        batch_size: How many examples make a step.
        epochs: How often a client goes through its examples in a round.

    Returns:
        A computation: the server's weights, the clients' datasets -> the new weights.
    """

    @tff.tf_computation(WEIGHTS, tff.SequenceType(EXAMPLE))
    def train_on_client(weights: Weights, examples: tf.data.Dataset) -> tuple[Weights, tf.Tensor]:
        def step(weights: Weights, batch: dict[str, tf.Tensor]) -> Weights:
            with tf.GradientTape() as tape:
                tape.watch(weights)
                loss = tf.reduce_mean(
                    tf.nn.sparse_softmax_cross_entropy_with_logits(batch["label"], logits(weights, batch["pixels"]))
                )
            gradients = tape.gradient(loss, weights)
            return Weights(*(w - learning_rate * g for w, g in zip(weights, gradients, strict=True)))

        trained = examples.repeat(epochs).batch(batch_size).reduce(weights, step)
        num_examples = examples.reduce(np.float32(0), lambda count, _: count + 1)
        return trained, num_examples

    @tff.federated_computation(
        tff.FederatedType(WEIGHTS, tff.SERVER),
        tff.FederatedType(tff.SequenceType(EXAMPLE), tff.CLIENTS),
    )
    def next_round(server_weights: tff.Value, client_examples: tff.Value) -> tff.Value:
        weights_at_clients = tff.federated_broadcast(server_weights)
        trained, num_examples = tff.federated_map(train_on_client, (weights_at_clients, client_examples))
        return tff.federated_mean(trained, weight=num_examples)

    return next_round


def initial_weights(seed: int = 0) -> Weights:
    """Returns small random weights, scaled for rectified linear units (He et al., 2015)."""
    random = np.random.default_rng(seed)

    def matrix(num_inputs: int, num_outputs: int) -> np.ndarray:
        return random.normal(0.0, np.sqrt(2 / num_inputs), (num_inputs, num_outputs)).astype(np.float32)

    return Weights(
        hidden=matrix(NUM_PIXELS, NUM_HIDDEN),
        hidden_bias=np.zeros(NUM_HIDDEN, np.float32),
        output=matrix(NUM_HIDDEN, NUM_CLASSES),
        output_bias=np.zeros(NUM_CLASSES, np.float32),
    )


def accuracy(weights: Weights, examples: Examples) -> float:
    """Returns which part of some images the network recognises, from 0 to 1."""
    answers = np.argmax(logits(weights, examples["pixels"]), axis=1)
    return float(np.mean(answers == examples["label"]))
