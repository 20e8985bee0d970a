"""The examples of clients: what they are made of, and what is wrong with some."""

import collections
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from federated_language.framework import Computation

Examples = collections.OrderedDict[str, npt.NDArray[np.generic]]
"""The examples of one client: by name, arrays whose leading axis counts the examples."""

DatasetTransformation: TypeAlias = Callable[[tf.data.Dataset], tf.data.Dataset]
"""What is done to the dataset of each client."""

Seed: TypeAlias = int | Sequence[int]
"""A seed of `numpy.random.RandomState`."""


def shuffled(client_ids: Sequence[str], seed: Seed | None) -> list[str]:
    """Returns ids in the order that TensorFlow Federated gives them for this seed."""
    order = list(client_ids)
    np.random.RandomState(seed).shuffle(order)
    return order


def unknown_client(client_id: str, client_ids: Sequence[str]) -> KeyError:
    """Returns the error for a client that a data set does not have."""
    some = ", ".join(repr(known) for known in client_ids[:3])
    return KeyError(f"No client {client_id!r} among the {len(client_ids)} clients ({some}, ...). See `client_ids`.")


def arrays_of(client_id: str, examples: Examples, specs: Mapping[str, tf.TensorSpec]) -> list[npt.NDArray[np.generic]]:
    """Returns the arrays of a client, in the order of the specs.

    Raises:
        TypeError: If one has another dtype than those of the first client.
    """
    arrays = [np.asarray(examples[name]) for name in specs]
    for (name, spec), array in zip(specs.items(), arrays, strict=True):
        if tf.as_dtype(array.dtype) != spec.dtype:
            raise TypeError(
                f"`{name}` of client {client_id!r} is {array.dtype}, that of the first client {spec.dtype.name}."
            )
    # TensorFlow would take texts for ASCII.
    return [np.char.encode(array.astype(str), "utf-8") if array.dtype.kind == "U" else array for array in arrays]


def check_examples(examples_by_client: Mapping[str, Examples]) -> None:
    """Raises `ValueError` if clients have other names than the first one, or arrays of different lengths."""
    expected_names: tuple[str, ...] | None = None
    for client_id, arrays in examples_by_client.items():
        expected_names = expected_names or tuple(arrays)
        if not arrays or tuple(arrays) != expected_names:
            raise ValueError(
                f"The examples of client {client_id!r} have the names {list(arrays)}, "
                f"those of the first client {list(expected_names)}. All clients need the same names in the same order."
            )
        lengths = {name: len(array) for name, array in arrays.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"The arrays of client {client_id!r} have different lengths: {lengths}.")


def check_function(taker: str, function: object) -> None:
    """Raises `TypeError` if something is no Python function; `taker` is who takes it."""
    if isinstance(function, Computation):
        raise TypeError(
            f"{taker} takes a Python function, found the computation `{getattr(function, '__name__', 'computation')}`. "
            "Give it the function that the computation was made of."
        )
    if not callable(function):
        raise TypeError(f"{taker} takes a Python function, found {type(function).__name__}.")


def checked_dataset(who: str, dataset: object) -> tf.data.Dataset:
    """Returns what a function of the user made; raises `TypeError` if it is no dataset."""
    if not isinstance(dataset, tf.data.Dataset):
        hint = " Did you forget `return`?" if dataset is None else ""
        raise TypeError(f"{who} must return a `tf.data.Dataset`, found {type(dataset).__name__}.{hint}")
    return dataset


def no_elements(spec: tf.TensorSpec) -> np.ndarray:
    """Returns the array of no examples."""
    return np.zeros([0, *(size or 0 for size in spec.shape)], spec.dtype.as_numpy_dtype)
