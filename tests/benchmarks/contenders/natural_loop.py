"""The loop that a person writes: one `tf.function` per client over arrays, sums in a second one.

With `from_datasets` it reads a `tf.data` set in the function instead.
"""

import concurrent.futures
import functools
import itertools
from collections.abc import Callable, Iterable
from typing import Any

import tensorflow as tf

from tests.benchmarks import models, workloads
from tests.benchmarks.contenders import RoundFn
from tests.benchmarks.workloads import BATCH_SIZE, Scalars, Training, Vectors

_CLIENTS_PER_THREAD_AT_A_TIME = 8


def round_of(
    work: Training | Vectors | Scalars, num_clients: int, *, from_datasets: bool = False, num_threads: int = 1
) -> RoundFn:
    """Returns one round."""
    if isinstance(work, Scalars):
        return _mean_of_halves(num_clients)
    if isinstance(work, Vectors):
        return _sum_of_vectors(work, num_clients)
    train = _keras_trainer(work) if work.is_keras else _trainer(work, from_datasets)
    clients = [_data(work, k, from_datasets) for k in range(num_clients)]
    return functools.partial(_fed_avg, train, clients, _map_on_threads(num_threads))


def _mean_of_halves(num_clients: int) -> RoundFn:
    numbers = workloads.scalars(num_clients)
    half = tf.function(lambda x: x * 0.5, input_signature=[tf.TensorSpec([], tf.float32)])

    def run(_: object) -> Any:
        total = tf.constant(0.0)
        for x in numbers:
            total += half(tf.constant(x))
        return (total / num_clients).numpy()

    return run


def _sum_of_vectors(work: Vectors, num_clients: int) -> RoundFn:
    vectors = [workloads.vector(work, k) for k in range(num_clients)]
    add = tf.function(lambda total, x: total + x, input_signature=[tf.TensorSpec([work.size], tf.float32)] * 2)

    def run(_: object) -> Any:
        total = tf.zeros([work.size])
        for x in vectors:
            total = add(total, tf.constant(x))
        return total.numpy()

    return run


def _data(work: Training, client: int, from_datasets: bool) -> Any:
    if from_datasets:
        return (tf.data.Dataset.from_tensor_slices(workloads.examples(work, client)).batch(BATCH_SIZE),)
    return workloads.examples(work, client)


def _trainer(work: Training, from_datasets: bool) -> Callable[..., Any]:
    step = functools.partial(models.sgd_step, work.learning_rate)

    @tf.function(reduce_retracing=True)
    def on_arrays(weights: Any, x: Any, y: Any) -> Any:
        for start in tf.range(0, tf.size(y), BATCH_SIZE):
            weights = step(weights, x[start : start + BATCH_SIZE], y[start : start + BATCH_SIZE])
        return weights, tf.cast(tf.size(y), tf.float32)

    @tf.function
    def on_dataset(weights: Any, dataset: Any) -> Any:
        def reduce(state: Any, x: Any, y: Any) -> Any:
            return tuple(step(list(state[0]), x, y)), state[1] + tf.cast(tf.size(y), tf.float32)

        return dataset.reduce((tuple(weights), 0.0), lambda state, batch: reduce(state, *batch))

    return on_dataset if from_datasets else on_arrays


def _keras_trainer(work: Training) -> Callable[..., Any]:
    model, optimizer = models.keras_model(work)
    optimizer.build(model.trainable_variables)

    @tf.function(reduce_retracing=True)
    def train(weights: Any, x: Any, y: Any) -> Any:
        for variable, weight in zip(model.trainable_variables, weights, strict=True):
            variable.assign(weight)
        for start in tf.range(0, tf.size(y), BATCH_SIZE):
            models.keras_step(model, optimizer, x[start : start + BATCH_SIZE], y[start : start + BATCH_SIZE])
        return [tf.identity(v) for v in model.trainable_variables], tf.cast(tf.size(y), tf.float32)

    return train


@tf.function
def _accumulate(total: Any, count: Any, weights: Any, size: Any) -> Any:
    return [t + w * size for t, w in zip(total, weights, strict=True)], count + size


def _fed_avg(train: Callable[..., Any], clients: list[Any], each: Callable[..., Iterable[Any]], weights: Any) -> Any:
    on_device = [tf.constant(w) for w in weights]
    total, count = [tf.zeros_like(w) for w in on_device], tf.constant(0.0)
    for trained, size in each(lambda data: train(on_device, *map(_on_device, data)), clients):
        total, count = _accumulate(total, count, list(trained), size)
    return [(t / count).numpy() for t in total]


def _on_device(data: Any) -> Any:
    return data if isinstance(data, tf.data.Dataset) else tf.constant(data)


def _map_on_threads(num_threads: int) -> Callable[..., Iterable[Any]]:
    if num_threads == 1:
        return map
    pool = concurrent.futures.ThreadPoolExecutor(num_threads)

    def each(function: Callable[[Any], Any], items: list[Any]) -> Iterable[Any]:
        # Some at a time: not all updates need be held.
        rest = iter(items)
        while window := list(itertools.islice(rest, _CLIENTS_PER_THREAD_AT_A_TIME * num_threads)):
            yield from pool.map(function, window)

    return each
