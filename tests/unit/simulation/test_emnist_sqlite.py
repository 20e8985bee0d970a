"""Federated EMNIST as SQLite files, the format since 2021, in small files with the layout of the real one."""

import bz2
import contextlib
import lzma
import shutil
import sqlite3
import threading

import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tffsim.simulation.emnist import EmnistClientData, unpack

SIZES = {
    "digits_only_train": {"f0001_41": 3, "f0000_14": 2},
    "digits_only_test": {"f0001_41": 1},
    "all_train": {"f0001_41": 5, "f0000_14": 4, "f0002_00": 0},
}


def example(label, pixel, num_pixels=784):
    pixels = tf.train.Feature(float_list=tf.train.FloatList(value=[pixel] * num_pixels))
    number = tf.train.Feature(int64_list=tf.train.Int64List(value=[label]))
    features = tf.train.Features(feature={"label": number, "pixels": pixels})
    return tf.train.Example(features=features).SerializeToString()


def write(path, sizes=SIZES, make=example):
    with contextlib.closing(sqlite3.connect(path)) as base:
        base.execute("CREATE TABLE examples (split_name TEXT, client_id TEXT, serialized_example_proto BLOB)")
        base.execute("CREATE TABLE client_metadata (client_id TEXT, split_name TEXT, num_examples INTEGER)")
        for split, clients in sizes.items():
            for client, size in clients.items():
                rows = [(split, client, make(k, size / 10)) for k in range(size)]
                base.executemany("INSERT INTO examples VALUES (?, ?, ?)", rows)
                base.execute("INSERT INTO client_metadata VALUES (?, ?, ?)", (client, split, size))
        base.commit()
    return path


@pytest.fixture
def file(tmp_path):
    return write(tmp_path / "emnist_all.sqlite")


@pytest.fixture
def data(file):
    return EmnistClientData(file, split="digits_only_train")


def test_writers_of_a_split_are_clients(data, file):
    assert data.client_ids == ["f0000_14", "f0001_41"]
    assert [data.num_examples(client) for client in data.client_ids] == [2, 3]
    assert EmnistClientData(file, "digits_only_test").client_ids == ["f0001_41"]


def test_examples_are_those_of_the_split_in_the_order_of_the_file(data, file):
    assert data.examples("f0001_41")["label"].tolist() == [0, 1, 2]
    assert EmnistClientData(file, "digits_only_test").examples("f0001_41")["label"].tolist() == [0]
    pixels = data.examples("f0000_14")["pixels"]
    assert pixels.dtype == np.float32 and pixels.shape == (2, 28, 28) and (pixels == np.float32(0.2)).all()


def test_a_dataset_is_that_of_an_hdf5_file(data):
    assert {name: (spec.dtype.name, spec.shape.as_list()) for name, spec in data.element_type_structure.items()} == {
        "label": ("int32", []),
        "pixels": ("float32", [28, 28]),
    }
    assert [int(e["label"]) for e in data.create_tf_dataset_for_client("f0000_14")] == [0, 1]


def test_a_writer_without_examples_has_an_empty_dataset(file):
    data = EmnistClientData(file, "all_train")
    assert data.examples("f0002_00")["pixels"].shape == (0, 28, 28)
    assert list(data.create_tf_dataset_for_client("f0002_00")) == []


def test_only_what_is_asked_for_is_read(tmp_path):
    made = {"all_train": {"good": 1, "broken": 1}}
    path = write(tmp_path / "t.sqlite", made, lambda k, pixel: example(k, pixel))
    with contextlib.closing(sqlite3.connect(path)) as base:
        base.execute("UPDATE examples SET serialized_example_proto = x'ff' WHERE client_id = 'broken'")
        base.commit()
    data = EmnistClientData(path)
    assert len(data.examples("good")["label"]) == 1
    with pytest.raises(ValueError, match=r"Client 'broken' in .* has an example that is not a `label` with"):
        data.examples("broken")


def test_a_split_must_be_chosen_where_there_are_several(file):
    splits = "'all_train', 'digits_only_test', 'digits_only_train'"
    with pytest.raises(ValueError, match=rf"several splits: choose one with `split=`. Splits: {splits}"):
        EmnistClientData(file)
    with pytest.raises(ValueError, match=rf"has no split 'train'. Splits: {splits}"):
        EmnistClientData(file, split="train")


def test_the_only_split_needs_no_name(tmp_path):
    path = write(tmp_path / "one.sqlite", {"all_test": {"ann": 1}})
    assert EmnistClientData(path).client_ids == EmnistClientData(path, "all_test").client_ids == ["ann"]
    unnamed = write(tmp_path / "unnamed.sqlite", {None: {"ann": 2}})
    assert EmnistClientData(unnamed).examples("ann")["label"].tolist() == [0, 1]
    assert EmnistClientData(write(tmp_path / "empty.sqlite", {})).client_ids == []


@pytest.mark.parametrize("client", ["f9999_99", "f0000_14' OR '1' = '1", "", "f0002_00"])
def test_an_unknown_writer_is_refused(data, client):
    with pytest.raises(KeyError, match="among the 2 clients"):
        data.examples(client)


def test_names_of_folders_may_be_anything(tmp_path):
    folder = tmp_path / "a b?c#d%20é"
    folder.mkdir()
    assert EmnistClientData(write(folder / "x.sqlite", {"all_train": {"ann": 1}})).client_ids == ["ann"]


@pytest.mark.parametrize(
    "factory",
    [tff.local_executor_factory, lambda: tff.local_executor_factory(max_fanout=2), tff.debug_executor_factory],
)
def test_clients_read_their_own_examples(data, factory):
    count = tff.tf_computation(
        lambda examples: examples.reduce(np.int32(0), lambda n, x: n + 1 + x["label"]),
        data.dataset_computation.type_signature.result,
    )
    total = tff.federated_computation(
        lambda ids: tff.federated_sum(tff.federated_map(count, tff.federated_map(data.dataset_computation, ids))),
        tff.FederatedType(np.str_, tff.CLIENTS),
    )
    with tff.use(factory()):
        assert total(data.client_ids * 3) == 3 * (1 + 2 + 1 + 2 + 3)


def test_threads_read_at_the_same_time(data):
    sizes, start = [], threading.Barrier(8)

    def read():
        start.wait(30)
        sizes.extend(len(data.examples(client)["label"]) for client in data.client_ids * 5)

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(sizes) == 80 and sum(sizes) == 40 * 5


def test_datasets_outlive_the_open_file_which_is_not_read_again(data):
    (dataset,) = data.datasets(["f0000_14"])
    data.close()
    assert len(list(dataset)) == 2
    with pytest.raises(ValueError, match="was closed"):
        data.examples("f0000_14")


def test_a_file_is_not_changed(file):
    file.chmod(0o444)
    before = file.read_bytes()
    EmnistClientData(file, "all_train").examples("f0001_41")
    assert file.read_bytes() == before and [path.name for path in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ((), "it has no table `examples`"),
        (("examples (client_id TEXT, split_name TEXT, serialized_example_proto BLOB)",), "no table `client_metadata`"),
        (("examples (client_id TEXT)",), "its table `examples` lacks `serialized_example_proto`, `split_name`"),
    ],
)
def test_a_sqlite_file_of_something_else_is_refused(tmp_path, tables, message):
    path = tmp_path / "other.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as base:
        for table in (*tables, "notes (text TEXT)"):
            base.execute(f"CREATE TABLE {table}")
        base.commit()
    with pytest.raises(ValueError, match=rf"is a SQLite file, but not one of federated examples: .*{message}"):
        EmnistClientData(path)


@pytest.mark.parametrize(
    "make",
    [
        lambda k, pixel: b"",
        lambda k, pixel: b"\xff\xff",
        lambda k, pixel: "text",
        lambda k, pixel: None,
        lambda k, pixel: example(k, pixel, num_pixels=100),
        lambda k, pixel: tf.train.Example().SerializeToString(),
    ],
)
def test_an_example_of_something_else_is_refused(tmp_path, make):
    data = EmnistClientData(write(tmp_path / "t.sqlite", {"all_train": {"ann": 1}}, make))
    with pytest.raises(ValueError, match=r"Client 'ann' in '.*t.sqlite' has an example that is not a `label` with"):
        data.examples("ann")


def test_a_damaged_file_is_told(file):
    file.write_bytes(file.read_bytes()[:100] + b"x" * 5000)
    with pytest.raises(ValueError, match=r"The SQLite file '.*' cannot be read: .* Copy it again"):
        EmnistClientData(file, "all_train")


@pytest.mark.parametrize(
    ("ending", "pack"),
    [
        (".lzma", lambda data: lzma.compress(data, lzma.FORMAT_ALONE)),
        (".lzma", lzma.compress),
        (".xz", lzma.compress),
        (".bz2", bz2.compress),
    ],
)
def test_a_packed_file_is_told_and_unpacked_once(file, ending, pack):
    packed = file.with_name(file.name + ending)
    packed.write_bytes(pack(file.read_bytes()))
    content = file.read_bytes()
    file.unlink()
    with pytest.raises(ValueError, match=r"is a packed file.*`tffsim.simulation.emnist.unpack\(path\)`.*since 2021"):
        EmnistClientData(packed)
    assert unpack(packed) == file and file.read_bytes() == content
    packed.write_bytes(packed.read_bytes()[:20])
    assert unpack(packed) == file  # It is there.
    assert EmnistClientData(unpack(packed), "digits_only_test").num_examples("f0001_41") == 1


@pytest.mark.parametrize("pack", [bz2.compress, lzma.compress, lambda data: lzma.compress(data, lzma.FORMAT_ALONE)])
def test_a_damaged_packed_file_leaves_nothing(file, pack):
    packed = file.with_name("cut.sqlite.lzma")
    packed.write_bytes(pack(file.read_bytes())[:200])
    with pytest.raises(ValueError, match=r"is damaged: .* Copy it again"):
        unpack(packed)
    assert sorted(path.name for path in file.parent.iterdir()) == ["cut.sqlite.lzma", file.name]


def test_what_is_not_packed_is_not_unpacked(file):
    shutil.copy(file, file.with_suffix(".lzma"))
    for path in (file, file.with_suffix(".lzma")):
        with pytest.raises(ValueError, match="is no packed file whose name ends in"):
            unpack(path)
    with pytest.raises(FileNotFoundError):
        unpack(file.with_name("nowhere.lzma"))
