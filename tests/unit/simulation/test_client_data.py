import collections

import numpy as np
import pytest

import tffsim as tff
from tffsim.simulation.client_data import InMemoryClientData


@pytest.fixture
def client_data():
    return InMemoryClientData(
        {
            "ann": {"label": np.array([1, 2], np.int32), "pixels": np.ones([2, 3], np.float32)},
            "bob": {"label": np.array([3], np.int32), "pixels": np.zeros([1, 3], np.float32)},
        }
    )


def test_clients_keep_their_order(client_data):
    assert client_data.client_ids == ("ann", "bob")


def test_sizes_are_counted_per_client(client_data):
    assert [client_data.num_examples(client) for client in client_data.client_ids] == [2, 1]


def test_a_dataset_has_one_example_per_element(client_data):
    dataset = client_data.create_tf_dataset_for_client("ann")
    assert [example["label"] for example in dataset.as_numpy_iterator()] == [1, 2]
    assert dataset.element_spec["pixels"].shape == [3]


def test_datasets_of_all_clients_or_of_chosen_ones(client_data):
    assert [dataset.cardinality() for dataset in client_data.datasets()] == [2, 1]
    assert [dataset.cardinality() for dataset in client_data.datasets(["bob", "bob"])] == [1, 1]


def test_a_dataset_is_made_when_its_client_is_chosen(client_data, monkeypatch):
    made = []
    monkeypatch.setattr(
        client_data, "create_tf_dataset_for_client", lambda client_id: made.append(client_id) or client_id
    )
    datasets = client_data.datasets()
    assert len(datasets) == 2 and made == []
    assert datasets[-1] == datasets[1] == "bob" and made == ["bob"]
    assert list(datasets[:1]) == ["ann"] and made == ["bob", "ann"]


def test_datasets_of_clients_are_an_argument_of_a_computation(client_data):
    example_type = collections.OrderedDict(label=np.int32, pixels=tff.TensorType(np.float32, [3]))
    data_type = tff.SequenceType(example_type)
    count = tff.tf_computation(lambda data: data.reduce(np.int32(0), lambda n, _: n + 1), data_type)
    total = tff.federated_computation(
        lambda data: tff.federated_sum(tff.federated_map(count, data)), tff.FederatedType(data_type, tff.CLIENTS)
    )
    assert total(client_data.datasets()) == 3


def test_an_unknown_client_is_refused_with_those_there_are(client_data):
    with pytest.raises(KeyError, match=r"No client 'eve' among the 2 clients \('ann', 'bob'"):
        client_data.create_tf_dataset_for_client("eve")
    with pytest.raises(KeyError, match=r"No client 'eve' among the 2 clients"):
        client_data.datasets(["ann", "eve"])


def test_arrays_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match=r"client 'ann' have different lengths: {'x': 2, 'y': 3}"):
        InMemoryClientData({"ann": {"x": np.zeros(2), "y": np.zeros(3)}})


def test_clients_with_different_names_are_refused():
    with pytest.raises(ValueError, match=r"client 'bob' have the names \['y'\], those of the first client \['x'\]"):
        InMemoryClientData({"ann": {"x": np.zeros(2)}, "bob": {"y": np.zeros(2)}})
