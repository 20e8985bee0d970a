"""What a federated data set is: examples that belong to clients."""

import abc
import collections
from collections.abc import Iterable, Mapping, Sequence
from typing import overload

import numpy as np
import numpy.typing as npt
import tensorflow as tf

Examples = collections.OrderedDict[str, npt.NDArray[np.generic]]
"""The examples of one client: by name, arrays whose leading axis counts the examples."""


class ClientData(abc.ABC):
    """A federated data set. Nothing is read or built before a client is asked for."""

    @property
    @abc.abstractmethod
    def client_ids(self) -> Sequence[str]:
        """The ids of all clients, always in the same order."""

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
            ValueError: If the lengths or the names differ.
        """
        self._examples = {
            client_id: collections.OrderedDict((name, np.asarray(array)) for name, array in arrays.items())
            for client_id, arrays in examples_by_client.items()
        }
        _check_examples(self._examples)

    @property
    def client_ids(self) -> Sequence[str]:
        """The ids of all clients, in the order in which they were given."""
        return tuple(self._examples)

    def examples(self, client_id: str) -> Examples:
        """Returns the examples of a client."""
        if client_id not in self._examples:
            raise unknown_client(client_id, self.client_ids)
        return self._examples[client_id]


def unknown_client(client_id: str, client_ids: Sequence[str]) -> KeyError:
    """Returns the error for a client that a data set does not have."""
    some = ", ".join(repr(known) for known in client_ids[:3])
    return KeyError(f"No client {client_id!r} among the {len(client_ids)} clients ({some}, ...). See `client_ids`.")


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
