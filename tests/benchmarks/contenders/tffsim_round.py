"""tffsim, written as its README teaches."""

import collections
import functools
from typing import Any

import numpy as np
import tensorflow as tf

import tffsim as tff
from tests.benchmarks import models, workloads
from tests.benchmarks.contenders import RoundFn
from tests.benchmarks.workloads import BATCH_SIZE, Scalars, Training, Vectors


def round_of(
    work: Training | Vectors | Scalars, num_clients: int, *, traced: bool = False, one_by_one: bool = False
) -> RoundFn:
    """Returns one round."""
    run = _round_of(work, num_clients)
    if one_by_one:
        # A leaf of one's own has no blocks.
        tff.framework.set_default_context(tff.SyncExecutionContext(_one_by_one_factory()))
    return _traced(run) if traced else run


def _one_by_one_factory() -> Any:
    from tffsim.executor_stacks.participant_stacks import eager_leaf, num_workers, worker_pool
    from tffsim.executors.executor_base import PassThroughExecutor

    pool = worker_pool(num_workers(None))
    return tff.local_executor_factory(
        leaf_executor_fn=lambda device: PassThroughExecutor(eager_leaf(device, worker_pool=pool))
    )


def _traced(run: RoundFn) -> RoundFn:
    def traced_run(weights: Any) -> Any:
        with tff.trace():
            return run(weights)

    return traced_run


def _round_of(work: Training | Vectors | Scalars, num_clients: int) -> RoundFn:
    if isinstance(work, Scalars):
        half = tff.tf_computation(lambda x: x * 0.5, np.float32)
        mean = tff.federated_computation(
            lambda x: tff.federated_mean(tff.federated_map(half, x)), tff.FederatedType(np.float32, tff.CLIENTS)
        )
        numbers = workloads.scalars(num_clients)
        return lambda _: mean(numbers)
    if isinstance(work, Vectors):
        vector_type = tff.TensorType(np.float32, [work.size])
        total = tff.federated_computation(tff.federated_sum, tff.FederatedType(vector_type, tff.CLIENTS))
        vectors = [workloads.vector(work, k) for k in range(num_clients)]
        return lambda _: np.asarray(total(vectors))
    return _fed_avg(work, num_clients)


def _fed_avg(work: Training, num_clients: int) -> RoundFn:
    weights_type = tff.to_type([tff.TensorType(np.float32, shape) for shape in work.weight_shapes])
    batch_type = collections.OrderedDict(
        x=tff.TensorType(np.float32, [None, *work.example_shape]), y=tff.TensorType(np.int32, [None])
    )
    data_type = tff.SequenceType(batch_type)
    train = tff.tf_computation(_keras_trainer(work) if work.is_keras else _trainer(work), weights_type, data_type)

    @tff.federated_computation(tff.FederatedType(weights_type, tff.SERVER), tff.FederatedType(data_type, tff.CLIENTS))
    def next_round(weights: Any, data: Any) -> Any:
        trained, sizes = tff.federated_map(train, (tff.federated_broadcast(weights), data))
        return tff.federated_mean(trained, weight=sizes)

    clients = [_dataset(work, k) for k in range(num_clients)]
    return lambda weights: [np.asarray(w) for w in next_round(list(weights), clients)]


def _dataset(work: Training, client: int) -> tf.data.Dataset:
    x, y = workloads.examples(work, client)
    return tf.data.Dataset.from_tensor_slices(collections.OrderedDict(x=x, y=y)).batch(BATCH_SIZE)


def _trainer(work: Training) -> Any:
    step = functools.partial(models.sgd_step, work.learning_rate)

    def train(weights: Any, data: Any) -> Any:
        def reduce(state: Any, batch: Any) -> Any:
            trained = step(list(state[0]), batch["x"], batch["y"])
            return tuple(trained), state[1] + tf.cast(tf.size(batch["y"]), tf.float32)

        trained, size = data.reduce((tuple(weights), 0.0), reduce)
        return list(trained), size

    return train


def _keras_trainer(work: Training) -> Any:
    def train(weights: Any, data: Any) -> Any:
        model, optimizer = models.keras_model(work)
        for variable, weight in zip(model.trainable_variables, weights, strict=True):
            variable.assign(weight)

        @tf.function
        def epoch() -> Any:
            size = tf.constant(0.0)
            for batch in data:
                models.keras_step(model, optimizer, batch["x"], batch["y"])
                size += tf.cast(tf.size(batch["y"]), tf.float32)
            return size

        size = epoch()
        return [tf.identity(v) for v in model.trainable_variables], size

    return train
