"""Federated averaging on a small neural network, written as a user of tffsim writes it.

The algorithm is McMahan et al., "Communication-Efficient Learning of Deep Networks from
Decentralized Data", 2017. In each round the server sends its weights to the clients,
each client improves them on its own examples, and the server averages what comes back.
"""

import collections
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import tensorflow as tf

import tffsim as tff

NUM_PIXELS, NUM_HIDDEN, NUM_CLASSES = 64, 32, 10


class Weights(NamedTuple):
    """The weights of a network with one hidden layer: their types, or arrays, or tensors."""

    hidden: tff.TensorType | tf.Tensor | npt.NDArray[np.float32]
    hidden_bias: tff.TensorType | tf.Tensor | npt.NDArray[np.float32]
    output: tff.TensorType | tf.Tensor | npt.NDArray[np.float32]
    output_bias: tff.TensorType | tf.Tensor | npt.NDArray[np.float32]


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


def fed_avg(learning_rate: float = 0.1, batch_size: int = 20, epochs: int = 2) -> tff.framework.ConcreteComputation:
    """Returns a round of federated averaging.

    Args:
        learning_rate: The step size of the clients' stochastic gradient descent.
        batch_size: How many examples make a step.
        epochs: How often a client goes through its examples in a round.

    Returns:
        A computation of the type (Weights@SERVER, {Example*}@CLIENTS -> Weights@SERVER).
    """

    @tff.tf_computation(WEIGHTS, tff.SequenceType(EXAMPLE))
    def train_on_client(weights, examples):
        def step(weights, batch):
            with tf.GradientTape() as tape:
                tape.watch(weights)
                losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
                    batch["label"], logits(weights, batch["pixels"])
                )
                loss = tf.reduce_mean(losses)
            gradients = tape.gradient(loss, weights)
            return tf.nest.map_structure(lambda w, g: w - learning_rate * g, weights, gradients)

        trained = examples.repeat(epochs).batch(batch_size).reduce(weights, step)
        num_examples = examples.reduce(np.float32(0), lambda count, _: count + 1)
        return trained, num_examples

    @tff.federated_computation(
        tff.FederatedType(WEIGHTS, tff.SERVER),
        tff.FederatedType(tff.SequenceType(EXAMPLE), tff.CLIENTS),
    )
    def next_round(server_weights, client_examples):
        weights_at_clients = tff.federated_broadcast(server_weights)
        trained, num_examples = tff.federated_map(train_on_client, (weights_at_clients, client_examples))
        return tff.federated_mean(trained, weight=num_examples)

    return next_round


def initial_weights(seed: int = 0) -> Weights:
    """Returns random weights, scaled as He et al. propose for rectified linear units, 2015."""
    random = np.random.default_rng(seed)
    return Weights(
        *(
            random.normal(0.0, np.sqrt(2 / layer.shape[0]), layer.shape).astype(np.float32)
            if len(layer.shape) == 2
            else np.zeros(layer.shape, np.float32)
            for layer in WEIGHTS
        )
    )


def accuracy(weights: Weights, pixels: npt.NDArray[np.float32], labels: npt.NDArray[np.int32]) -> float:
    """Returns which part of some images the network recognises, from 0 to 1."""
    return float(np.mean(np.argmax(logits(weights, pixels), axis=1) == labels))
