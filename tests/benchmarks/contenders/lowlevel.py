"""The limit: the cheapest TensorFlow call per client, batches as arrays, steps unrolled."""

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from tests.benchmarks import models, workloads
from tests.benchmarks.contenders import RoundFn
from tests.benchmarks.workloads import Scalars, Training, Vectors

_FLOAT = tf.TensorSpec([], tf.float32)


def round_of(work: Training | Vectors | Scalars, num_clients: int) -> RoundFn:
    """Returns one round."""
    if isinstance(work, Scalars):
        return _mean_of_halves(num_clients)
    if isinstance(work, Vectors):
        return _sum_of_vectors(work, num_clients)
    return _fed_avg(work, num_clients)


def _caller(function: Callable[..., Any], *specs: tf.TensorSpec) -> Callable[[Sequence[tf.Tensor]], list[tf.Tensor]]:
    concrete = tf.function(function).get_concrete_function(*specs)
    types = [output.dtype for output in concrete.outputs]
    assert not concrete.captured_inputs
    return lambda arguments: tf.raw_ops.PartitionedCall(args=arguments, Tout=types, f=concrete)


def _mean_of_halves(num_clients: int) -> RoundFn:
    numbers = workloads.scalars(num_clients)
    half = _caller(lambda x: x * 0.5, _FLOAT)

    def run(_: object) -> Any:
        halves = [half([tf.convert_to_tensor(x)])[0] for x in numbers]
        return (tf.raw_ops.AddN(inputs=halves) / num_clients).numpy()

    return run


def _sum_of_vectors(work: Vectors, num_clients: int) -> RoundFn:
    vectors = [workloads.vector(work, k) for k in range(num_clients)]
    add = _caller(lambda total, x: total + x, *[tf.TensorSpec([work.size], tf.float32)] * 2)

    def run(_: object) -> Any:
        total = tf.zeros([work.size])
        for x in vectors:
            (total,) = add([total, tf.convert_to_tensor(x)])
        return total.numpy()

    return run


def _fed_avg(work: Training, num_clients: int) -> RoundFn:
    clients = [[array for batch in workloads.batches(work, k) for array in batch] for k in range(num_clients)]
    specs = [tf.TensorSpec(shape, tf.float32) for shape in work.weight_shapes]
    count = len(specs)

    def train(*inputs: tf.Tensor) -> list[tf.Tensor]:
        weights, arrays = list(inputs[:count]), inputs[count:]
        for x, y in zip(arrays[::2], arrays[1::2], strict=True):
            weights = models.sgd_step(work.learning_rate, weights, x, y)
        return [*weights, tf.constant(float(sum(y.shape[0] for y in arrays[1::2])))]

    def accumulate(*inputs: tf.Tensor) -> list[tf.Tensor]:
        total, trained, size = inputs[: count + 1], inputs[count + 1 : -1], inputs[-1]
        return [*(t + w * size for t, w in zip(total[:-1], trained, strict=True)), total[-1] + size]

    trainers = {}
    for arrays in clients:
        shapes = tuple(array.shape for array in arrays)
        if shapes not in trainers:
            trainers[shapes] = _caller(train, *specs, *(tf.TensorSpec(a.shape, a.dtype) for a in arrays))
    add = _caller(accumulate, *specs, _FLOAT, *specs, _FLOAT)

    def run(weights: Any) -> Any:
        on_device = [tf.convert_to_tensor(w) for w in weights]
        total = [*(tf.zeros_like(w) for w in on_device), tf.constant(0.0)]
        for arrays in clients:
            train_client = trainers[tuple(array.shape for array in arrays)]
            total = add([*total, *train_client([*on_device, *map(tf.convert_to_tensor, arrays)])])
        return [(t / total[-1]).numpy() for t in total[:-1]]

    return run
