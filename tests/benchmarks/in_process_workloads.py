"""The workloads: each in tffsim, and as a hand-written TensorFlow loop that does the same."""

import collections
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

import tffsim as tff

Pair = tuple[Callable[[], Any], Callable[[], Any]]

_FLOAT = tf.TensorSpec([], tf.float32)


def scalar_map_and_mean(num_clients: int) -> Pair:
    """W1: `mean(2x + 1)` over scalars. The reference calls the bare function once per client."""

    def affine(x: Any) -> Any:
        return 2.0 * x + 1.0

    mapped = tff.tf_computation(affine, np.float32)
    values = [np.float32(k) for k in range(num_clients)]

    @tff.federated_computation(tff.FederatedType(np.float32, tff.CLIENTS))
    def round_fn(x: Any) -> Any:
        return tff.federated_mean(tff.federated_map(mapped, x))

    bare = tf.function(affine, input_signature=[_FLOAT])

    def reference() -> None:
        for value in values:
            bare(tf.constant(value))

    return lambda: round_fn(values), reference


def aggregate_vectors(num_clients: int, size: int) -> Pair:
    """W4: the sum of one large vector per client."""
    vector = tff.TensorType(np.float32, [size])

    @tff.tf_computation(vector, vector)
    def add(total: Any, x: Any) -> Any:
        return total + x

    zeros = tff.tf_computation(lambda: tf.zeros([size]))
    report = tff.tf_computation(lambda total: total, vector)

    @tff.federated_computation(tff.FederatedType(vector, tff.CLIENTS))
    def total_of(x: Any) -> Any:
        return tff.federated_aggregate(x, zeros(), add, add, report)

    values = [np.full([size], k, np.float32) for k in range(num_clients)]
    bare = tf.function(lambda total, x: total + x, input_signature=[tf.TensorSpec([size], tf.float32)] * 2)

    def reference() -> Any:
        total = tf.zeros([size])
        for value in values:
            total = bare(total, tf.constant(value))
        return total.numpy()

    return lambda: total_of(values), reference


def federated_averaging(num_clients: int, *, cnn: bool = False, batches: int = 4) -> Pair:
    """W2 and W3: one round of FedAvg; the reference trains the same clients in a loop."""
    model = _Cnn() if cnn else _Mlp()
    rng = np.random.default_rng(0)
    datasets = [model.dataset(rng, batches).cache() for _ in range(num_clients)]
    weights = model.initial_weights()
    weight_types = [tff.TensorType(np.float32, w.shape) for w in weights]
    data_type = tff.SequenceType(
        collections.OrderedDict(x=tff.TensorType(np.float32, model.input_shape), y=(np.int32, [None]))
    )

    train_type = tff.StructWithPythonType(weight_types, tuple)
    train = tff.tf_computation(model.train, train_type, data_type)

    @tff.federated_computation(tff.FederatedType(train_type, tff.SERVER), tff.FederatedType(data_type, tff.CLIENTS))
    def round_fn(server_weights: Any, data: Any) -> Any:
        updates = tff.federated_map(train, (tff.federated_broadcast(server_weights), data))
        return tff.federated_mean(updates[0], updates[1])

    specs = tuple(tf.TensorSpec(w.shape, tf.float32) for w in weights)
    bare = tf.function(model.train, input_signature=[specs, tf.data.DatasetSpec(datasets[0].element_spec)])

    def reference() -> list[np.ndarray]:
        on_device = tuple(tf.constant(w) for w in weights)
        total, total_examples = [tf.zeros(w.shape) for w in weights], 0
        for dataset in datasets:
            update, examples = bare(on_device, dataset)
            total = [t + u * tf.cast(examples, tf.float32) for t, u in zip(total, update, strict=True)]
            total_examples += examples
        return [(t / tf.cast(total_examples, tf.float32)).numpy() for t in total]

    return lambda: round_fn(tuple(weights), datasets), reference


class _Mlp:
    """64 → 32 → 10, batches of 20."""

    input_shape = (None, 64)

    def initial_weights(self) -> list[np.ndarray]:
        rng = np.random.default_rng(1)
        shapes = [(64, 32), (32,), (32, 10), (10,)]
        return [rng.normal(0, 0.1, shape).astype(np.float32) for shape in shapes]

    def logits(self, weights: Any, x: Any) -> Any:
        hidden = tf.nn.relu(x @ weights[0] + weights[1])
        return hidden @ weights[2] + weights[3]

    def dataset(self, rng: np.random.Generator, batches: int) -> tf.data.Dataset:
        n = 20 * batches
        x = rng.normal(size=(n, *self.input_shape[1:])).astype(np.float32)
        y = rng.integers(0, 10, n).astype(np.int32)
        return tf.data.Dataset.from_tensor_slices(collections.OrderedDict(x=x, y=y)).batch(20)

    def train(self, weights: Any, data: Any) -> Any:
        def step(state: Any, batch: Any) -> Any:
            current, examples = state
            with tf.GradientTape() as tape:
                tape.watch(current)
                logits = self.logits(current, batch["x"])
                loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(batch["y"], logits))
            gradients = tape.gradient(loss, current)
            updated = tuple(w - 0.1 * g for w, g in zip(current, gradients, strict=True))
            return updated, examples + tf.shape(batch["y"])[0]

        trained, examples = data.reduce((tuple(weights), 0), step)
        return trained, examples


class _Cnn(_Mlp):
    """Two convolutions and a dense layer on 28×28 images, batches of 20."""

    input_shape = (None, 28, 28, 1)

    def initial_weights(self) -> list[np.ndarray]:
        rng = np.random.default_rng(1)
        shapes = [(3, 3, 1, 16), (3, 3, 16, 32), (7 * 7 * 32, 10), (10,)]
        return [rng.normal(0, 0.1, shape).astype(np.float32) for shape in shapes]

    def logits(self, weights: Any, x: Any) -> Any:
        for kernel in weights[:2]:
            x = tf.nn.max_pool2d(tf.nn.relu(tf.nn.conv2d(x, kernel, 1, "SAME")), 2, 2, "SAME")
        return tf.reshape(x, [tf.shape(x)[0], 7 * 7 * 32]) @ weights[2] + weights[3]
