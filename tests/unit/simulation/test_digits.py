import hashlib

import numpy as np
import pytest

from tffsim.simulation.digits import load_digits


def all_pixels(client_data):
    return np.concatenate([client_data.examples(client)["pixels"] for client in client_data.client_ids])


@pytest.mark.parametrize("split", ["iid", "dirichlet"])
def test_all_1797_digits_are_used_once(split):
    train, test = load_digits(12, split)
    assert len(train.client_ids) == 12
    assert sum(map(train.num_examples, train.client_ids)) == 1438
    assert len(test["label"]) == 359
    images = np.concatenate([all_pixels(train), test["pixels"]])
    assert len(np.unique(images, axis=0)) == 1797


def test_the_digits_are_those_of_the_repository_bit_for_bit():
    train, test = load_digits(1)
    examples = [train.examples(client) for client in train.client_ids] + [test]
    pixels = np.concatenate([some["pixels"] for some in examples]) * 16
    rows = np.column_stack([pixels, np.concatenate([some["label"] for some in examples])]).astype(np.uint8)
    in_order = np.empty_like(rows)
    in_order[np.roll(np.random.default_rng(0).permutation(1797), -len(test["label"]))] = rows
    assert hashlib.sha256(in_order.tobytes()).hexdigest() == (
        "68aea062d35a127749050fa0e52dca09d6569ac08092c925610e0954e172dde2"
    )


def test_an_example_is_a_label_and_scaled_pixels():
    train, test = load_digits(5)
    dataset = train.create_tf_dataset_for_client(train.client_ids[0])
    assert {name: (spec.dtype.name, spec.shape.as_list()) for name, spec in dataset.element_spec.items()} == {
        "label": ("int32", []),
        "pixels": ("float32", [64]),
    }
    assert test["pixels"].min() == 0.0
    assert test["pixels"].max() == 1.0
    assert set(test["label"].tolist()) == set(range(10))


def test_the_held_out_digits_do_not_depend_on_the_clients():
    _, few = load_digits(2, seed=3)
    _, many = load_digits(50, "dirichlet", alpha=0.1, seed=3)
    np.testing.assert_array_equal(few["pixels"], many["pixels"])


def test_the_seed_decides_who_gets_what():
    first, again, other = (load_digits(4, seed=seed)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(all_pixels(first), all_pixels(again))
    assert not np.array_equal(all_pixels(first), all_pixels(other))


def test_client_ids_sort_like_numbers():
    train, _ = load_digits(11)
    assert train.client_ids[:2] == ["client_00", "client_01"]
    assert sorted(train.client_ids) == list(train.client_ids)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"split": "random"}, "'iid' or 'dirichlet', found 'random'"),
        ({"test_fraction": 1.0}, "between 0 and 1, found 1.0"),
        ({"num_clients": 1500}, "1438 examples are not enough for 1500 clients"),
    ],
)
def test_options_without_a_meaning_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        load_digits(**options)
