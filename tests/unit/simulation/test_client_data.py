import collections

import numpy as np
import pytest
import tensorflow as tf

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
    assert client_data.client_ids == ["ann", "bob"]


def test_a_list_of_clients_is_your_own(client_data):
    client_data.client_ids.reverse()
    assert client_data.client_ids == client_data.client_ids.copy() == ["ann", "bob"]


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


def test_the_type_of_an_example_is_that_of_the_first_client(client_data, monkeypatch):
    read = counted(client_data, monkeypatch)
    assert client_data.element_type_structure == collections.OrderedDict(
        label=tf.TensorSpec([], tf.int32), pixels=tf.TensorSpec([3], tf.float32)
    )
    assert client_data.element_type_structure is client_data.element_type_structure
    assert read == ["ann"]


def test_without_clients_there_is_no_type_of_an_example():
    with pytest.raises(ValueError, match="This data set has no clients"):
        _ = InMemoryClientData({}).element_type_structure


def counted(client_data, monkeypatch):
    """Returns a list to which each client is added whose examples are read."""
    read, examples = [], client_data.examples
    monkeypatch.setattr(client_data, "examples", lambda client_id: (read.append(client_id), examples(client_id))[1])
    return read


def labels(dataset):
    return [int(example["label"]) for example in dataset.as_numpy_iterator()]


def test_the_examples_of_all_clients_come_one_client_after_the_other(client_data):
    assert labels(client_data.create_tf_dataset_from_all_clients()) == [1, 2, 3]


def test_clients_are_read_when_their_turn_comes(client_data, monkeypatch):
    read = counted(client_data, monkeypatch)
    dataset = client_data.create_tf_dataset_from_all_clients()
    assert read == ["ann"]  # Its type.
    next(iter(dataset))
    assert read == ["ann", "ann"]


def test_a_seed_shuffles_the_clients_as_in_tensorflow_federated():
    data = InMemoryClientData({str(k): {"label": np.array([k], np.int32)} for k in range(8)})
    expected = np.arange(8)
    np.random.RandomState(7).shuffle(expected)
    assert labels(data.create_tf_dataset_from_all_clients(seed=7)) == expected.tolist()
    assert labels(data.create_tf_dataset_from_all_clients(seed=[1, 2])) != list(range(8))


@pytest.fixture(params=["local", "tree", "debug"])
def stack(request):
    factory = {
        "local": tff.local_executor_factory,
        "tree": lambda: tff.local_executor_factory(max_fanout=2),
        "debug": tff.debug_executor_factory,
    }[request.param]()
    with tff.use(factory):
        yield


def total_of_labels(data):
    """A computation: ids of clients -> the sum of their labels."""
    to_dataset = data.dataset_computation
    add = tff.tf_computation(
        lambda dataset: dataset.reduce(np.int32(0), lambda total, x: total + tf.reduce_sum(x["label"])),
        to_dataset.type_signature.result,
    )
    return tff.federated_computation(
        lambda ids: tff.federated_sum(tff.federated_map(add, tff.federated_map(to_dataset, ids))),
        tff.FederatedType(np.str_, tff.CLIENTS),
    )


@pytest.mark.usefixtures("stack")
def test_clients_make_their_datasets_from_their_ids(client_data, monkeypatch):
    read = counted(client_data, monkeypatch)
    total = total_of_labels(client_data)
    assert total(["bob", "ann", "ann"]) == 9
    assert sorted(read[1:]) == ["ann", "ann", "bob"]
    assert total_of_labels(client_data.preprocess(lambda d: d.take(1).batch(2)))(["ann", "bob"]) == 4


@pytest.mark.usefixtures("stack")
def test_an_id_that_no_client_has_is_named(client_data):
    with pytest.raises(tff.ExecutionError, match="No client 'eve' among the 2 clients"):
        total_of_labels(client_data)(["ann", "eve"])


def test_a_dataset_is_made_from_an_id_that_is_text_or_bytes(client_data):
    assert str(client_data.dataset_computation.type_signature) == "(str -> <label=int32,pixels=float32[3]>*)"
    assert client_data.dataset_computation is client_data.dataset_computation
    assert labels(client_data.dataset_computation("ann")) == [1, 2]
    assert labels(client_data.dataset_computation(b"bob")) == [3]


@pytest.mark.usefixtures("stack")
def test_ids_and_examples_may_be_texts_of_any_language():
    data = InMemoryClientData({"김": {"word": np.array(["하나", "ß"])}, "leer": {"word": np.array([], "U1")}})
    count = tff.tf_computation(
        lambda words: words.reduce(b"", lambda all_words, x: all_words + x["word"]),
        data.dataset_computation.type_signature.result,
    )
    read = tff.federated_computation(
        lambda ids: tff.federated_map(count, tff.federated_map(data.dataset_computation, ids)),
        tff.FederatedType(np.str_, tff.CLIENTS),
    )
    assert [word.decode() if isinstance(word, bytes) else word for word in read(["김", "leer"])] == ["하나ß", ""]


def test_a_client_whose_examples_have_another_type_is_named():
    data = InMemoryClientData({"ann": {"x": np.zeros(1, np.float32)}, "bob": {"x": np.zeros(1, np.int64)}})
    with pytest.raises(tff.ExecutionError, match="`x` of client 'bob' is int64, that of the first client float32"):
        data.dataset_computation("bob")


def test_an_unknown_client_is_refused_with_those_there_are(client_data):
    with pytest.raises(KeyError, match=r"No client 'eve' among the 2 clients \('ann', 'bob'"):
        client_data.create_tf_dataset_for_client("eve")
    with pytest.raises(KeyError, match=r"No client 'eve' among the 2 clients"):
        client_data.datasets(["ann", "eve"])


@pytest.mark.parametrize(("arrays", "found"), [([1.0, 2.0], "`list`"), (tf.data.Dataset.range(3), "Dataset`")])
def test_examples_without_names_are_refused_with_the_client(arrays, found):
    with pytest.raises(TypeError, match=rf"client 'ann' must be arrays by name, .*found a .*{found}"):
        InMemoryClientData({"ann": arrays})


def test_arrays_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match=r"client 'ann' have different lengths: {'x': 2, 'y': 3}"):
        InMemoryClientData({"ann": {"x": np.zeros(2), "y": np.zeros(3)}})


def test_clients_with_different_names_are_refused():
    with pytest.raises(ValueError, match=r"client 'bob' have the names \['y'\], those of the first client \['x'\]"):
        InMemoryClientData({"ann": {"x": np.zeros(2)}, "bob": {"y": np.zeros(2)}})
