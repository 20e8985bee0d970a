import h5py
import numpy as np
import pytest

from tffsim.simulation.emnist import EmnistClientData

SIZES = {"f0001_41": 3, "f0000_14": 2}


@pytest.fixture
def emnist_file(tmp_path):
    """A small file with the layout of TensorFlow Federated's `fed_emnist_*.h5`."""
    path = tmp_path / "fed_emnist_tiny.h5"
    with h5py.File(path, "w") as file:
        for client, size in SIZES.items():
            group = file.create_group(f"examples/{client}")
            group["label"] = np.arange(size, dtype=np.int32)
            group["pixels"] = np.full([size, 28, 28], size / 10, np.float32)
    return path


@pytest.fixture
def client_data(emnist_file):
    data = EmnistClientData(emnist_file)
    yield data
    data.close()


def test_writers_are_clients(client_data):
    assert client_data.client_ids == ["f0000_14", "f0001_41"]
    assert [client_data.num_examples(client) for client in client_data.client_ids] == [2, 3]


def test_a_dataset_has_labels_and_pixels(client_data):
    examples = list(client_data.create_tf_dataset_for_client("f0001_41").as_numpy_iterator())
    assert [example["label"] for example in examples] == [0, 1, 2]
    np.testing.assert_array_equal(examples[0]["pixels"], np.full([28, 28], 0.3, np.float32))


def test_labels_of_another_integer_type_become_int32(tmp_path):
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["examples/ann/label"] = np.array([7], np.int64)
        file["examples/ann/pixels"] = np.zeros([1, 28, 28], np.float64)
    examples = EmnistClientData(tmp_path / "other.h5").examples("ann")
    assert {name: array.dtype.name for name, array in examples.items()} == {"label": "int32", "pixels": "float32"}


def test_datasets_outlive_the_open_file(emnist_file):
    data = EmnistClientData(emnist_file)
    (dataset,) = data.datasets(["f0000_14"])
    data.close()
    assert len(list(dataset)) == 2


@pytest.mark.parametrize("client", ["f9999_99", "f0000_14/label", ""])
def test_an_unknown_writer_is_refused(client_data, client):
    with pytest.raises(KeyError, match="among the 2 clients"):
        client_data.examples(client)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"No EMNIST file at '.*nowhere\.h5'"):
        EmnistClientData(tmp_path / "nowhere.h5")


def test_a_file_of_another_format_is_refused(tmp_path):
    (tmp_path / "fed_emnist.tar.bz2").write_bytes(b"BZh91AY")
    with pytest.raises(ValueError, match=r"not an HDF5 file.*unpack it first"):
        EmnistClientData(tmp_path / "fed_emnist.tar.bz2")


def test_a_file_without_examples_is_refused(tmp_path):
    h5py.File(tmp_path / "empty.h5", "w").close()
    with pytest.raises(ValueError, match="no group 'examples'"):
        EmnistClientData(tmp_path / "empty.h5")
    (tmp_path / "notes.txt").write_text("no data")
    with pytest.raises(
        ValueError, match="neither a SQLite file, the format of federated EMNIST since 2021, nor an HDF5"
    ):
        EmnistClientData(tmp_path / "notes.txt")


def test_a_damaged_hdf5_file_is_told(emnist_file):
    emnist_file.write_bytes(emnist_file.read_bytes()[:600])
    with pytest.raises(ValueError, match="is a damaged HDF5 file"):
        EmnistClientData(emnist_file)


def test_an_hdf5_file_has_no_splits_to_choose_from(emnist_file):
    with pytest.raises(ValueError, match="which is one split: leave `split='all_train'` out"):
        EmnistClientData(emnist_file, split="all_train")


def test_a_writer_without_pixels_is_refused(tmp_path):
    with h5py.File(tmp_path / "half.h5", "w") as file:
        file["examples/ann/label"] = np.array([7], np.int32)
    with pytest.raises(ValueError, match=r"Client 'ann' in .* has no 'pixels'"):
        EmnistClientData(tmp_path / "half.h5").examples("ann")
