"""What a federated data set is: examples that belong to clients."""

import abc
import collections
import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias, overload

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from federated_language.framework import ConcreteComputation

import tffsim as tff

Examples = collections.OrderedDict[str, npt.NDArray[np.generic]]
"""The examples of one client: by name, arrays whose leading axis counts the examples."""

DatasetTransformation: TypeAlias = Callable[[tf.data.Dataset], tf.data.Dataset]
"""What is done to the dataset of each client."""

Seed: TypeAlias = int | Sequence[int]
"""A seed of `numpy.random.RandomState`."""


class ClientData(abc.ABC):
    """A federated data set. Nothing is read or built before a client is asked for.

    Beside the names of this module it has those of TensorFlow Federated's `ClientData`.
    """

    @property
    @abc.abstractmethod
    def client_ids(self) -> list[str]:
        """The ids of all clients, always in the same order; a list of your own."""

    @abc.abstractmethod
    def examples(self, client_id: str) -> Examples:
        """Returns the examples of a client.

        Raises:
            KeyError: If there is no such client.
        """

    def num_examples(self, client_id: str) -> int:
        """Returns how many examples a client has.

        Raises:
            KeyError: If there is no such client.
        """
        return len(next(iter(self.examples(client_id).values())))

    def create_tf_dataset_for_client(self, client_id: str) -> tf.data.Dataset:
        """Returns the examples of a client, one per element, as an `OrderedDict` of tensors.

        Raises:
            KeyError: If there is no such client.
        """
        return tf.data.Dataset.from_tensor_slices(self.examples(client_id))

    def serializable_dataset_fn(self, client_id: str | tf.Tensor) -> tf.data.Dataset:
        """Returns the dataset of a client in a graph, where its id is a tensor; its examples are read when it runs."""
        specs = self.element_type_structure

        def read(client_id: bytes) -> list[npt.NDArray[np.generic]]:
            return _arrays_of(client_id.decode(), self.examples(client_id.decode()), specs)

        arrays = tf.numpy_function(read, [client_id], [spec.dtype for spec in specs.values()])
        columns = zip(specs.items(), arrays, strict=True)
        return tf.data.Dataset.from_tensor_slices(
            collections.OrderedDict(
                (name, tf.ensure_shape(array, [None, *spec.shape])) for (name, spec), array in columns
            )
        )

    @functools.cached_property
    def element_type_structure(self) -> Any:
        """The `tf.TensorSpec` of each part of an example. The first client is read for it; the others have the same."""
        if not self.client_ids:
            raise ValueError("This data set has no clients, so there is no example that tells the type of the others.")
        return self.create_tf_dataset_for_client(self.client_ids[0]).element_spec

    @functools.cached_property
    def dataset_computation(self) -> ConcreteComputation:
        """A computation from the id of a client to its dataset: mapped over ids, clients read their own examples."""

        def dataset_of_client(client_id: tf.Tensor) -> tf.data.Dataset:
            return self.serializable_dataset_fn(client_id)

        return tff.tf_computation(dataset_of_client, np.str_)

    def create_tf_dataset_from_all_clients(self, seed: Seed | None = None) -> tf.data.Dataset:
        """Returns the examples of all clients, one client after the other, each read when its turn comes.

        Args:
            seed: Shuffles the clients; by default they come in the order of `client_ids`.
        """
        client_ids = self.client_ids if seed is None else shuffled(self.client_ids, seed)
        return tf.data.Dataset.from_tensor_slices(client_ids).flat_map(self.serializable_dataset_fn)

    def preprocess(self, preprocess_fn: DatasetTransformation) -> "ClientData":
        """Returns this data set with a function applied to the dataset of each client, when the client is chosen.

        Args:
            preprocess_fn: A Python function from a dataset to a dataset, such as `lambda d: d.shuffle(100).batch(20)`.

        Raises:
            TypeError: If it is no such function.
        """
        from tffsim.simulation.derived_client_data import PreprocessedClientData

        return PreprocessedClientData(self, preprocess_fn)

    @staticmethod
    def train_test_client_split(
        client_data: "ClientData", num_test_clients: int, seed: Seed | None = None
    ) -> "tuple[ClientData, ClientData]":
        """Returns a data set with most of the clients, and one with the others, for tests; these have examples.

        Args:
            client_data: The data set.
            num_test_clients: How many clients are for tests.
            seed: Decides which ones; by default it is different each time.

        Raises:
            ValueError: If there are not enough clients that have examples.
        """
        from tffsim.simulation.derived_client_data import split_clients

        return split_clients(client_data, num_test_clients, seed)

    @staticmethod
    def from_clients_and_tf_fn(
        client_ids: Iterable[str], serializable_dataset_fn: Callable[[Any], tf.data.Dataset]
    ) -> "ClientData":
        """Returns a data set whose datasets a function makes.

        Args:
            client_ids: The ids of the clients.
            serializable_dataset_fn: Makes the dataset of a client; `dataset_computation` gives it the id as a tensor.

        Raises:
            TypeError: If it is no Python function.
        """
        from tffsim.simulation.derived_client_data import FunctionClientData

        return FunctionClientData(client_ids, serializable_dataset_fn)

    def datasets(self, client_ids: Iterable[str] | None = None) -> "ClientDatasets":
        """Returns a dataset for each of some clients: the argument of a round.

        Args:
            client_ids: Which clients; by default all.

        Raises:
            KeyError: If there is no such client.
        """
        return ClientDatasets(self, self.client_ids if client_ids is None else client_ids)


class ClientDatasets(Sequence[tf.data.Dataset]):
    """The datasets of clients. Each is made when it is first asked for, and kept.

    So `random.sample(data.datasets(), 10)` makes ten of them, not one for each of
    thousands of clients.

    Args:
        data: The federated data set.
        client_ids: Which clients, in order.

    Raises:
        KeyError: If there is no such client.
    """

    def __init__(self, data: ClientData, client_ids: Iterable[str]) -> None:
        self._data = data
        self._client_ids = tuple(client_ids)
        self._made: dict[str, tf.data.Dataset] = {}
        known = set(data.client_ids)
        for client_id in self._client_ids:
            if client_id not in known:
                raise unknown_client(client_id, data.client_ids)

    def __len__(self) -> int:
        return len(self._client_ids)

    @overload
    def __getitem__(self, index: int) -> tf.data.Dataset: ...

    @overload
    def __getitem__(self, index: slice) -> "ClientDatasets": ...

    def __getitem__(self, index: int | slice) -> "tf.data.Dataset | ClientDatasets":
        if isinstance(index, slice):
            return ClientDatasets(self._data, self._client_ids[index])
        client_id = self._client_ids[index]
        if client_id not in self._made:
            self._made[client_id] = self._data.create_tf_dataset_for_client(client_id)
        return self._made[client_id]

    def __repr__(self) -> str:
        return f"<ClientDatasets of {len(self)} clients>"


class InMemoryClientData(ClientData):
    """A federated data set whose examples are NumPy arrays."""

    def __init__(self, examples_by_client: Mapping[str, Mapping[str, npt.ArrayLike]]) -> None:
        """Keeps the arrays; does not copy them.

        Args:
            examples_by_client: For each client id, arrays by name. The arrays of a client
                have the same length, and all clients have the same names.

        Raises:
            TypeError: If the arrays of a client have no names.
            ValueError: If the lengths or the names differ.
        """
        for client_id, arrays in examples_by_client.items():
            if not isinstance(arrays, Mapping):
                raise TypeError(
                    f"The examples of client {client_id!r} must be arrays by name, such as {{'x': [...]}}; found a "
                    f"`{type(arrays).__name__}`. Give the array a name."
                )
        self._examples = {
            client_id: collections.OrderedDict((name, np.asarray(array)) for name, array in arrays.items())
            for client_id, arrays in examples_by_client.items()
        }
        _check_examples(self._examples)

    @property
    def client_ids(self) -> list[str]:
        """The ids of all clients, in the order in which they were given."""
        return list(self._examples)

    def examples(self, client_id: str) -> Examples:
        """Returns the examples of a client."""
        if client_id not in self._examples:
            raise unknown_client(client_id, self.client_ids)
        return self._examples[client_id]


def shuffled(client_ids: Sequence[str], seed: Seed | None) -> list[str]:
    """Returns ids in the order that TensorFlow Federated gives them for this seed."""
    order = list(client_ids)
    np.random.RandomState(seed).shuffle(order)
    return order


def unknown_client(client_id: str, client_ids: Sequence[str]) -> KeyError:
    """Returns the error for a client that a data set does not have."""
    some = ", ".join(repr(known) for known in client_ids[:3])
    return KeyError(f"No client {client_id!r} among the {len(client_ids)} clients ({some}, ...). See `client_ids`.")


def _arrays_of(client_id: str, examples: Examples, specs: Mapping[str, tf.TensorSpec]) -> list[npt.NDArray[np.generic]]:
    arrays = [np.asarray(examples[name]) for name in specs]
    for (name, spec), array in zip(specs.items(), arrays, strict=True):
        if tf.as_dtype(array.dtype) != spec.dtype:
            raise TypeError(
                f"`{name}` of client {client_id!r} is {array.dtype}, that of the first client {spec.dtype.name}."
            )
    # TensorFlow would take texts for ASCII.
    return [np.char.encode(array.astype(str), "utf-8") if array.dtype.kind == "U" else array for array in arrays]


def _check_examples(examples_by_client: Mapping[str, Examples]) -> None:
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
