"""The work that all contenders do: data, weights, and how results are compared.

| name | work of a client | fold |
|---|---|---|
| W1 | half of a number | mean |
| W2 | one epoch of SGD on an MLP 64-32-10, 4 batches of 20 | weighted mean |
| W2s | the same, the last batch shorter | weighted mean |
| W2k | the same as W2s, as a Keras model with variables and an optimizer | weighted mean |
| W3 | one epoch on a CNN of 225 k weights, 2 batches of 20 | weighted mean |
| W4 | nothing: it has 100 000 floats | sum |
| W40 | nothing: it has 10 000 000 floats, 40 MB | sum |
| EMNIST | one epoch on a CNN of 0.9 M weights, 20 to 180 examples; 10 of 3400 clients | weighted mean |

Only NumPy is needed here. What a client has depends on its index alone.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np

BATCH_SIZE = 20
NUM_CLASSES = 10


@dataclasses.dataclass(frozen=True, slots=True)
class Training:
    """Federated averaging of one model.

    Attributes:
        example_shape: The shape of one example.
        weight_shapes: Those of the model's weights: kernel, bias, kernel, bias, ...
        sizes: How many examples clients have; client k has `sizes[k % len(sizes)]`.
        learning_rate: Of plain SGD.
        is_keras: Whether the client builds a Keras model.
    """

    example_shape: tuple[int, ...]
    weight_shapes: tuple[tuple[int, ...], ...]
    sizes: tuple[int, ...]
    learning_rate: float
    is_keras: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Vectors:
    """The sum of one vector per client.

    Attributes:
        size: How many floats a vector has.
    """

    size: int


@dataclasses.dataclass(frozen=True, slots=True)
class Scalars:
    """The mean of half a number per client."""


_MLP = ((64, 32), (32,), (32, 10), (10,))
_CNN = ((3, 3, 1, 32), (32,), (3, 3, 32, 64), (64,), (1600, 128), (128,), (128, 10), (10,))
_LARGE_CNN = ((3, 3, 1, 32), (32,), (3, 3, 32, 64), (64,), (1600, 512), (512,), (512, 10), (10,))

WORKLOADS: dict[str, Training | Vectors | Scalars] = {
    "W1": Scalars(),
    "W2": Training((64,), _MLP, (80,), 0.1),
    "W2s": Training((64,), _MLP, (73,), 0.1),
    "W2k": Training((64,), _MLP, (73,), 0.1, is_keras=True),
    "W3": Training((28, 28, 1), _CNN, (40,), 0.05),
    "W4": Vectors(100_000),
    "W40": Vectors(10_000_000),
    "EMNIST": Training((28, 28, 1), _LARGE_CNN, (20, 75, 180, 44), 0.05),
}


def scalars(num_clients: int) -> list[np.float32]:
    """Returns one number per client."""
    return list(np.random.default_rng(0).random(num_clients).astype(np.float32))


def vector(work: Vectors, client: int) -> np.ndarray:
    """Returns the vector of a client."""
    return np.random.default_rng(client).random(work.size, np.float32)


def examples(work: Training, client: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns the examples of a client, `x` of float32 and `y` of int32."""
    rng = np.random.default_rng(client)
    size = work.sizes[client % len(work.sizes)]
    x = rng.standard_normal((size, *work.example_shape)).astype(np.float32)
    teacher = np.random.default_rng(0).standard_normal((int(np.prod(work.example_shape)), NUM_CLASSES))
    return x, (x.reshape(size, -1) @ teacher).argmax(axis=1).astype(np.int32)


def batches(work: Training, client: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Returns the batches of a client; the last may be shorter."""
    x, y = examples(work, client)
    return [(x[k : k + BATCH_SIZE], y[k : k + BATCH_SIZE]) for k in range(0, len(y), BATCH_SIZE)]


def initial_weights(work: Training) -> list[np.ndarray]:
    """Returns kernels with Glorot's variance, and biases of zero."""
    rng = np.random.default_rng(0)
    weights = []
    for shape in work.weight_shapes:
        fans = np.prod(shape[:-2]) * (shape[-2] + shape[-1]) if len(shape) > 1 else 1
        scale = np.sqrt(2 / fans) if len(shape) > 1 else 0
        weights.append((rng.standard_normal(shape) * scale).astype(np.float32))
    return weights


def fingerprint(work: Training | Vectors | Scalars, result: Sequence[np.ndarray] | np.ndarray) -> list[float]:
    """Returns two numbers by which results are compared: a norm and a projection.

    For a training it is taken of what has changed, so that a contender that trains nothing
    does not pass.
    """
    arrays = [np.asarray(a, np.float64) for a in (result if isinstance(result, list) else [result])]
    if isinstance(work, Training):
        arrays = [a - b for a, b in zip(arrays, initial_weights(work), strict=True)]
    flat = np.concatenate([array.ravel() for array in arrays])
    direction = np.random.default_rng(7).standard_normal(flat.size)
    return [float(np.linalg.norm(flat)), float(flat @ direction / np.linalg.norm(direction))]


def agree(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether two fingerprints are those of the same result, up to the order of its sums."""
    scale = max(abs(one[0]), abs(other[0]), 1e-12)
    return all(abs(a - b) <= 1e-4 * scale for a, b in zip(one, other, strict=True))
