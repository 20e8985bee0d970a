import collections

import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tffsim.language.clients_on_demand import ClientOnDemand
from tffsim.simulation.client_data import ClientData, InMemoryClientData


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


def test_data_that_would_not_read_alike_again_is_made_once_and_in_order(client_data):
    made = []

    def shuffled(dataset):
        made.append(dataset)
        return dataset.shuffle(5)

    datasets = client_data.preprocess(shuffled).datasets()
    assert list(datasets.on_demand()) == list(datasets) == list(datasets.on_demand())
    assert len(made) == len(datasets)


def test_other_data_is_made_when_its_turn_comes_and_let_go(client_data):
    datasets = client_data.preprocess(lambda dataset: dataset.batch(2)).datasets()
    *_, last = datasets.on_demand()
    assert isinstance(last, ClientOnDemand)
    assert last.make() is not last.make()


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
