import numpy as np
import pytest

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


def test_an_unknown_client_is_refused_with_those_there_are(client_data):
    with pytest.raises(KeyError, match=r"No client 'eve' among the 2 clients \('ann', 'bob'"):
        client_data.create_tf_dataset_for_client("eve")


def test_arrays_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match=r"client 'ann' have different lengths: {'x': 2, 'y': 3}"):
        InMemoryClientData({"ann": {"x": np.zeros(2), "y": np.zeros(3)}})


def test_clients_with_different_names_are_refused():
    with pytest.raises(ValueError, match=r"client 'bob' have the names \['y'\], those of the first client \['x'\]"):
        InMemoryClientData({"ann": {"x": np.zeros(2)}, "bob": {"y": np.zeros(2)}})
