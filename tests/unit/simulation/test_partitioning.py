import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tffsim.simulation.partitioning import partition_by_dirichlet, partition_iid

SEEDS = st.integers(0, 2**32 - 1)
ALPHAS = st.floats(1e-300, 1e6)


@st.composite
def labels_and_clients(draw):
    labels = draw(st.lists(st.integers(-3, 9), min_size=1, max_size=60))
    return labels, draw(st.integers(1, len(labels)))


def assert_is_partition(parts, num_examples, num_clients):
    assert len(parts) == num_clients
    assert all(part.size > 0 and np.all(np.diff(part) > 0) for part in parts)
    assert sorted(np.concatenate(parts).tolist()) == list(range(num_examples))


def average_label_share(parts, labels):
    """How large the most frequent label of a client is, averaged over the clients."""
    return np.mean([np.bincount(labels[part]).max() / part.size for part in parts])


@given(labels_and_clients(), SEEDS)
def test_an_iid_partition_is_exact_and_even(labels_and_clients, seed):
    labels, num_clients = labels_and_clients
    parts = partition_iid(len(labels), num_clients, seed)
    assert_is_partition(parts, len(labels), num_clients)
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@given(labels_and_clients(), ALPHAS, SEEDS)
def test_a_dirichlet_partition_is_exact(labels_and_clients, alpha, seed):
    labels, num_clients = labels_and_clients
    parts = partition_by_dirichlet(labels, num_clients, alpha, seed)
    assert_is_partition(parts, len(labels), num_clients)


@pytest.mark.parametrize("partition", [lambda seed: partition_iid(100, 7, seed), lambda seed: skewed(seed=seed)])
def test_the_seed_decides(partition):
    again, other = partition(1), partition(2)
    assert all(map(np.array_equal, partition(1), again))
    assert not all(map(np.array_equal, again, other))


def test_a_small_alpha_skews_labels_and_a_large_one_does_not():
    labels = np.tile(np.arange(10), 200)
    assert average_label_share(skewed(alpha=0.05), labels) > 0.6
    assert average_label_share(skewed(alpha=1000.0), labels) < 0.15


def skewed(alpha=0.5, seed=0):
    return partition_by_dirichlet(np.tile(np.arange(10), 200), 20, alpha, seed)


@pytest.mark.parametrize("num_clients", [0, -1])
def test_no_clients_are_refused(num_clients):
    with pytest.raises(ValueError, match="at least one client"):
        partition_iid(10, num_clients)


def test_more_clients_than_examples_are_refused():
    with pytest.raises(ValueError, match="3 examples are not enough for 4 clients"):
        partition_by_dirichlet([0, 1, 2], 4)


@pytest.mark.parametrize("alpha", [0.0, -1.0, float("nan"), float("inf")])
def test_an_alpha_that_is_no_concentration_is_refused(alpha):
    with pytest.raises(ValueError, match="`alpha` must be a positive number"):
        partition_by_dirichlet([0, 1, 2], 2, alpha)


def test_labels_of_two_dimensions_are_refused():
    with pytest.raises(ValueError, match=r"one dimension, found the shape \(2, 2\)"):
        partition_by_dirichlet([[0, 1], [1, 0]], 2)
