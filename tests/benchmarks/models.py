"""The models of the workloads in TensorFlow, so that all contenders run the same kernels."""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from tests.benchmarks.workloads import NUM_CLASSES, Training


def logits(weights: Sequence[tf.Tensor], x: tf.Tensor) -> tf.Tensor:
    """Returns what a model makes of a batch: a convolution for a kernel of four dimensions, else a dense layer."""
    pairs = list(zip(weights[::2], weights[1::2], strict=True))
    for kernel, bias in pairs[:-1]:
        if len(kernel.shape) == 4:
            x = tf.nn.max_pool2d(tf.nn.relu(tf.nn.conv2d(x, kernel, 1, "VALID") + bias), 2, 2, "VALID")
        else:
            x = tf.nn.relu(tf.reshape(x, [-1, kernel.shape[0]]) @ kernel + bias)
    kernel, bias = pairs[-1]
    return x @ kernel + bias


def sgd_step(rate: float, weights: Sequence[tf.Tensor], x: tf.Tensor, y: tf.Tensor) -> list[tf.Tensor]:
    """Returns the weights after one step on one batch."""
    with tf.GradientTape() as tape:
        tape.watch(weights)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits(weights, x)))
    return [w - rate * g for w, g in zip(weights, tape.gradient(loss, weights), strict=True)]


def keras_model(work: Training) -> tuple[Any, Any]:
    """Returns an MLP and its optimizer, with fresh variables."""
    keras = tf.keras
    layers = [keras.layers.Dense(shape[1], "relu") for shape in work.weight_shapes[:-2:2]]
    model = keras.Sequential([keras.layers.Input(work.example_shape), *layers, keras.layers.Dense(NUM_CLASSES)])
    return model, keras.optimizers.SGD(work.learning_rate)


def keras_step(model: Any, optimizer: Any, x: tf.Tensor, y: tf.Tensor) -> None:
    """Makes one step on one batch, on the model's variables."""
    with tf.GradientTape() as tape:
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=model(x, training=True))
        loss = tf.reduce_mean(losses)
    optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
