import collections

import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tffsim.simulation.client_data import ClientData, InMemoryClientData


@pytest.fixture
def data():
    """Client k has the numbers 0 to k-1."""
    return InMemoryClientData({f"client_{k}": {"x": np.arange(k, dtype=np.int32)} for k in range(6)})


def numbers(dataset):
    return [element["x"].tolist() for element in dataset.as_numpy_iterator()]


def test_preprocessed_datasets_are_made_when_their_client_is_chosen(data):
    seen = []

    def double(dataset):
        seen.append(dataset)
        return dataset.map(lambda example: {"x": 2 * example["x"]})

    doubled = data.preprocess(double)
    datasets = doubled.datasets()
    assert seen == [] and doubled.client_ids == data.client_ids and len(datasets) == 6
    assert numbers(datasets[3]) == [0, 2, 4] and len(seen) == 1


def test_what_is_preprocessed_can_be_preprocessed_again(data):
    twice = data.preprocess(lambda d: d.take(3)).preprocess(lambda d: d.batch(2))
    assert numbers(twice.create_tf_dataset_for_client("client_5")) == [[0, 1], [2]]
    assert twice.element_type_structure["x"] == tf.TensorSpec([None], tf.int32)
    assert twice.num_examples("client_5") == 2
    assert numbers(twice.dataset_computation("client_5")) == [[0, 1], [2]]
    assert numbers(twice.create_tf_dataset_from_all_clients().take(3)) == [[0], [0, 1], [0, 1]]


def test_elements_are_read_as_arrays_as_long_as_they_have_one_shape(data):
    taken = data.preprocess(lambda d: d.skip(1))
    np.testing.assert_array_equal(taken.examples("client_4")["x"], [1, 2, 3])
    assert taken.examples("client_0")["x"].shape == (0,)
    for unequal in (data.preprocess(lambda d: d.batch(2)), data.preprocess(lambda d: d.map(lambda e: e["x"]))):
        with pytest.raises(ValueError, match=r"client 'client_3' are no dicts .*create_tf_dataset_for_client"):
            unequal.examples("client_3")


def test_unknown_clients_are_refused_everywhere(data):
    train, _ = ClientData.train_test_client_split(data, 1, seed=0)
    for derived in (data.preprocess(lambda d: d), train, of_function()):
        with pytest.raises(KeyError, match="No client 'eve'"):
            derived.create_tf_dataset_for_client("eve")
        with pytest.raises(KeyError, match="No client 'eve'"):
            derived.examples("eve")


def test_a_computation_or_no_function_is_refused_for_preprocessing(data):
    batch = tff.tf_computation(lambda d: d.batch(2), tff.SequenceType(collections.OrderedDict(x=np.int32)))
    with pytest.raises(TypeError, match=r"takes a Python function, found the computation .* that the computation"):
        data.preprocess(batch)
    with pytest.raises(TypeError, match="takes a Python function, found int"):
        data.preprocess(20)


def test_a_forgotten_return_is_named(data):
    with pytest.raises(
        TypeError, match=r"`preprocess` must return a `tf.data.Dataset`, found NoneType. Did you forget"
    ):
        data.preprocess(lambda d: None).create_tf_dataset_for_client("client_1")


def test_a_split_has_all_clients_once_and_test_clients_have_examples(data):
    for seed in range(20):
        train, test = data.train_test_client_split(data, 5, seed=seed)
        assert train.client_ids == ["client_0"] and sorted(test.client_ids) == [f"client_{k}" for k in range(1, 6)]
        train, test = ClientData.train_test_client_split(data, 2, seed=seed)
        assert len(test.client_ids) == 2
        assert sorted(train.client_ids + test.client_ids) == data.client_ids
        assert all(test.num_examples(client) for client in test.client_ids)


def test_the_seed_decides_who_is_for_tests(data):
    def split(seed):
        return [part.client_ids for part in data.train_test_client_split(data, 2, seed)]

    assert split(3) == split(3)
    assert len({str(split(seed)) for seed in range(10)}) > 1


def test_a_split_of_what_is_preprocessed_is_preprocessed(data):
    train, test = data.train_test_client_split(data.preprocess(lambda d: d.batch(10)), 2, seed=1)
    for part in (train, test):
        client = part.client_ids[-1]
        expected = numbers(data.preprocess(lambda d: d.batch(10)).create_tf_dataset_for_client(client))
        assert (
            numbers(part.create_tf_dataset_for_client(client)) == numbers(part.dataset_computation(client)) == expected
        )


@pytest.mark.parametrize("num_test_clients", [0, -1, 6, 7])
def test_a_split_without_clients_on_one_side_is_refused(data, num_test_clients):
    with pytest.raises(ValueError, match=rf"there are 6 clients, found {num_test_clients}"):
        data.train_test_client_split(data, num_test_clients)


def test_a_split_needs_enough_clients_with_examples():
    data = InMemoryClientData({name: {"x": np.zeros(size)} for name, size in (("a", 0), ("b", 1), ("c", 0))})
    with pytest.raises(ValueError, match="Only 1 clients have examples, but 2 are to be test clients"):
        data.train_test_client_split(data, 2)


def of_function():
    return ClientData.from_clients_and_tf_fn(
        ["7", "11"], lambda client_id: tf.data.Dataset.range(tf.strings.to_number(client_id, tf.int64))
    )


def test_a_function_makes_datasets_from_ids():
    data = of_function()
    assert data.client_ids == ["7", "11"] and data.num_examples("11") == 11
    assert data.element_type_structure == tf.TensorSpec([], tf.int64)
    assert str(data.dataset_computation.type_signature) == "(str -> int64*)"
    assert len(list(data.dataset_computation("7"))) == 7
    assert len(list(data.create_tf_dataset_from_all_clients())) == 18


def test_a_function_that_is_a_computation_is_refused():
    computation = tff.tf_computation(lambda client_id: tf.data.Dataset.range(3), np.str_)
    with pytest.raises(TypeError, match="`from_clients_and_tf_fn` takes a Python function, found the computation"):
        ClientData.from_clients_and_tf_fn(["a"], computation)
