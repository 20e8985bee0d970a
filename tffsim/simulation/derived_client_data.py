"""Federated data sets made from others, or from a function: nothing is made before a client is chosen."""

import collections
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import tensorflow as tf
from federated_language.framework import Computation

from tffsim.simulation.client_data import ClientData, DatasetTransformation, Examples, Seed, shuffled, unknown_client


class DatasetClientData(ClientData):
    """A federated data set that knows datasets, not arrays."""

    def examples(self, client_id: str) -> Examples:
        """Returns the elements of the dataset of a client as arrays.

        Raises:
            KeyError: If there is no such client.
            ValueError: If the elements are no dicts, or differ in shape, as batches may.
        """
        spec = self.element_type_structure
        elements = list(self.create_tf_dataset_for_client(client_id).as_numpy_iterator())
        try:
            return collections.OrderedDict(
                (name, np.stack([element[name] for element in elements]) if elements else _no_elements(spec[name]))
                for name in spec
            )
        except (TypeError, ValueError, AttributeError) as error:
            raise ValueError(
                f"The elements of client {client_id!r} are no dicts of arrays of equal shapes. "
                "Use `create_tf_dataset_for_client`."
            ) from error

    def num_examples(self, client_id: str) -> int:
        """Returns how many elements the dataset of a client has; it is read for it."""
        return sum(1 for _ in self.create_tf_dataset_for_client(client_id))


class PreprocessedClientData(DatasetClientData):
    """A federated data set with a function applied to the dataset of each client.

    Args:
        base: The data set.
        preprocess_fn: A Python function from a dataset to a dataset.

    Raises:
        TypeError: If it is no such function.
    """

    def __init__(self, base: ClientData, preprocess_fn: DatasetTransformation) -> None:
        _check_function("`preprocess`", preprocess_fn)
        self._base = base
        self._preprocess_fn = preprocess_fn

    @property
    def client_ids(self) -> list[str]:
        return self._base.client_ids

    def create_tf_dataset_for_client(self, client_id: str) -> tf.data.Dataset:
        return self._preprocessed(self._base.create_tf_dataset_for_client(client_id))

    def serializable_dataset_fn(self, client_id: str | tf.Tensor) -> tf.data.Dataset:
        return self._preprocessed(self._base.serializable_dataset_fn(client_id))

    def _preprocessed(self, dataset: tf.data.Dataset) -> tf.data.Dataset:
        return _checked("The function given to `preprocess`", self._preprocess_fn(dataset))


class FunctionClientData(DatasetClientData):
    """A federated data set whose datasets a function makes.

    Args:
        client_ids: The ids of the clients.
        dataset_fn: Makes the dataset of a client from its id, which may be a tensor.

    Raises:
        TypeError: If it is no Python function.
    """

    def __init__(self, client_ids: Iterable[str], dataset_fn: Callable[[Any], tf.data.Dataset]) -> None:
        _check_function("`from_clients_and_tf_fn`", dataset_fn)
        self._client_ids = dict.fromkeys(client_ids)
        self._dataset_fn = dataset_fn

    @property
    def client_ids(self) -> list[str]:
        return list(self._client_ids)

    def create_tf_dataset_for_client(self, client_id: str) -> tf.data.Dataset:
        if client_id not in self._client_ids:
            raise unknown_client(client_id, self.client_ids)
        return self.serializable_dataset_fn(client_id)

    def serializable_dataset_fn(self, client_id: str | tf.Tensor) -> tf.data.Dataset:
        return _checked("The function given to `from_clients_and_tf_fn`", self._dataset_fn(client_id))


class ClientSubset(ClientData):
    """Some clients of a federated data set.

    Args:
        base: The data set.
        client_ids: Which clients, in order.
    """

    def __init__(self, base: ClientData, client_ids: Iterable[str]) -> None:
        self._base = base
        self._client_ids = dict.fromkeys(client_ids)

    @property
    def client_ids(self) -> list[str]:
        return list(self._client_ids)

    def examples(self, client_id: str) -> Examples:
        return self._base.examples(self._known(client_id))

    def num_examples(self, client_id: str) -> int:
        return self._base.num_examples(self._known(client_id))

    def create_tf_dataset_for_client(self, client_id: str) -> tf.data.Dataset:
        return self._base.create_tf_dataset_for_client(self._known(client_id))

    def serializable_dataset_fn(self, client_id: str | tf.Tensor) -> tf.data.Dataset:
        return self._base.serializable_dataset_fn(client_id)

    def _known(self, client_id: str) -> str:
        if client_id not in self._client_ids:
            raise unknown_client(client_id, self.client_ids)
        return client_id


def split_clients(data: ClientData, num_test_clients: int, seed: Seed | None) -> tuple[ClientData, ClientData]:
    """Does what `ClientData.train_test_client_split` says."""
    client_ids = data.client_ids
    if not 0 < num_test_clients < len(client_ids):
        raise ValueError(
            f"`num_test_clients` must be at least 1 and leave a client for training: "
            f"there are {len(client_ids)} clients, found {num_test_clients}."
        )
    train, empty, test = shuffled(client_ids, seed), list[str](), list[str]()
    while train and len(test) < num_test_clients:
        client_id = train.pop()
        has_examples = any(True for _ in data.create_tf_dataset_for_client(client_id).take(1))
        (test if has_examples else empty).append(client_id)
    if len(test) < num_test_clients:
        raise ValueError(f"Only {len(test)} clients have examples, but {num_test_clients} are to be test clients.")
    return ClientSubset(data, train + empty), ClientSubset(data, test)


def _check_function(taker: str, function: object) -> None:
    if isinstance(function, Computation):
        raise TypeError(
            f"{taker} takes a Python function, found the computation `{getattr(function, '__name__', 'computation')}`. "
            "Give it the function that the computation was made of."
        )
    if not callable(function):
        raise TypeError(f"{taker} takes a Python function, found {type(function).__name__}.")


def _checked(who: str, dataset: object) -> tf.data.Dataset:
    if not isinstance(dataset, tf.data.Dataset):
        hint = " Did you forget `return`?" if dataset is None else ""
        raise TypeError(f"{who} must return a `tf.data.Dataset`, found {type(dataset).__name__}.{hint}")
    return dataset


def _no_elements(spec: tf.TensorSpec) -> Any:
    return np.zeros([0, *(size or 0 for size in spec.shape)], spec.dtype.as_numpy_dtype)
