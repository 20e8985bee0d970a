"""NumPy, with the gradients of the MLP written out; sums in place."""

import numpy as np

from tests.benchmarks import workloads
from tests.benchmarks.contenders import RoundFn
from tests.benchmarks.workloads import Scalars, Training, Vectors


def round_of(work: Training | Vectors | Scalars, num_clients: int) -> RoundFn:
    """Returns one round."""
    if isinstance(work, Scalars):
        numbers = workloads.scalars(num_clients)
        return lambda _: np.mean(np.asarray(numbers) * np.float32(0.5))
    if isinstance(work, Vectors):
        return _sum_of_vectors([workloads.vector(work, k) for k in range(num_clients)])
    if len(work.weight_shapes[0]) == 4:
        raise NotImplementedError("There is no CNN in NumPy here.")
    return _fed_avg(work, [workloads.batches(work, k) for k in range(num_clients)])


def _sum_of_vectors(vectors: list[np.ndarray]) -> RoundFn:
    def run(_: object) -> np.ndarray:
        total = np.zeros_like(vectors[0])
        for x in vectors:
            total += x
        return total

    return run


def _fed_avg(work: Training, clients: list[list[tuple[np.ndarray, np.ndarray]]]) -> RoundFn:
    def run(weights: list[np.ndarray]) -> list[np.ndarray]:
        total, count = [np.zeros_like(w) for w in weights], np.float32(0)
        for batches in clients:
            trained = weights
            for x, y in batches:
                trained = _step(work.learning_rate, trained, x, y)
            size = np.float32(sum(len(y) for _, y in batches))
            for t, w in zip(total, trained, strict=True):
                t += w * size
            count += size
        return [t / count for t in total]

    return run


def _step(rate: float, weights: list[np.ndarray], x: np.ndarray, y: np.ndarray) -> list[np.ndarray]:
    w1, b1, w2, b2 = weights
    before = x @ w1 + b1
    hidden = np.maximum(before, 0)
    z = hidden @ w2 + b2
    error = np.exp(z - z.max(axis=1, keepdims=True))
    error /= error.sum(axis=1, keepdims=True)
    error[np.arange(len(y)), y] -= 1
    error /= len(y)
    back = (error @ w2.T) * (before > 0)
    gradients = [x.T @ back, back.sum(0), hidden.T @ error, error.sum(0)]
    return [w - np.float32(rate) * g for w, g in zip(weights, gradients, strict=True)]
