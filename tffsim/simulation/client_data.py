"""What a federated data set is: examples that belong to clients."""

import abc
import collections
import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import overload

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from federated_language.framework import ConcreteComputation

from tffsim.computations.tensorflow_computation import tf_computation
from tffsim.language.clients_on_demand import ClientOnDemand
from tffsim.simulation.examples import (
    DatasetTransformation,
    Examples,
    Seed,
    arrays_of,
    check_examples,
    check_function,
    checked_dataset,
    no_elements,
    shuffled,
    unknown_client,
)
from tffsim.simulation.steady_data import is_steady


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
            return arrays_of(client_id.decode(), self.examples(client_id.decode()), specs)

        arrays = tf.numpy_function(read, [client_id], [spec.dtype for spec in specs.values()])
        columns = zip(specs.items(), arrays, strict=True)
        return tf.data.Dataset.from_tensor_slices(
            collections.OrderedDict(
                (name, tf.ensure_shape(array, [None, *spec.shape])) for (name, spec), array in columns
            )
        )

    @functools.cached_property
    def element_type_structure(self) -> collections.OrderedDict[str, tf.TensorSpec]:
        """The `tf.TensorSpec` of each part of an example. The first client is read for it; the others have the same."""
        if not self.client_ids:
            raise ValueError("This data set has no clients, so there is no example that tells the type of the others.")
        return self.create_tf_dataset_for_client(self.client_ids[0]).element_spec

    @functools.cached_property
    def dataset_computation(self) -> ConcreteComputation:
        """A computation from the id of a client to its dataset: mapped over ids, clients read their own examples."""

        def dataset_of_client(client_id: tf.Tensor) -> tf.data.Dataset:
            return self.serializable_dataset_fn(client_id)

        return tf_computation(dataset_of_client, np.str_)

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
        return split_clients(client_data, num_test_clients, seed)

    @staticmethod
    def from_clients_and_tf_fn(
        client_ids: Iterable[str], serializable_dataset_fn: Callable[[tf.Tensor], tf.data.Dataset]
    ) -> "ClientData":
        """Returns a data set whose datasets a function makes.

        Args:
            client_ids: The ids of the clients.
            serializable_dataset_fn: Makes the dataset of a client; `dataset_computation` gives it the id as a tensor.

        Raises:
            TypeError: If it is no Python function.
        """
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
    thousands of clients. A stack whose clients are at workers makes each when it is
    sent, and keeps none but those that would not read alike again, such as shuffled ones:
    pass `data.datasets(ids)` as it is, not as a list.

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

    def on_demand(self) -> Sequence[object]:
        """Returns what stands for each dataset, until it is made.

        If they would not read alike again, all are made, in order, and kept: so they are the same on every stack.
        """
        if self._client_ids and not is_steady(self[0]):
            return list(self)
        return [ClientOnDemand(functools.partial(self._make, client_id)) for client_id in self._client_ids]

    def _make(self, client_id: str) -> tf.data.Dataset:
        dataset = self._made.get(client_id)
        if dataset is None:
            dataset = self._data.create_tf_dataset_for_client(client_id)
            if not is_steady(dataset):
                self._made[client_id] = dataset
        return dataset

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
        check_examples(self._examples)

    @property
    def client_ids(self) -> list[str]:
        """The ids of all clients, in the order in which they were given."""
        return list(self._examples)

    def examples(self, client_id: str) -> Examples:
        """Returns the examples of a client."""
        if client_id not in self._examples:
            raise unknown_client(client_id, self.client_ids)
        return self._examples[client_id]


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
                (name, np.stack([element[name] for element in elements]) if elements else no_elements(spec[name]))
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
        check_function("`preprocess`", preprocess_fn)
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
        return checked_dataset("The function given to `preprocess`", self._preprocess_fn(dataset))


class FunctionClientData(DatasetClientData):
    """A federated data set whose datasets a function makes.

    Args:
        client_ids: The ids of the clients.
        dataset_fn: Makes the dataset of a client from its id, which may be a tensor.

    Raises:
        TypeError: If it is no Python function.
    """

    def __init__(self, client_ids: Iterable[str], dataset_fn: Callable[[str], tf.data.Dataset]) -> None:
        check_function("`from_clients_and_tf_fn`", dataset_fn)
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
        return checked_dataset("The function given to `from_clients_and_tf_fn`", self._dataset_fn(client_id))


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
