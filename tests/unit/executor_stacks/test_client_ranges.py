"""A cohort is cut into ranges that can be folded apart, of about equal shares."""

import pytest

from tffsim.executor_stacks.client_ranges import client_ranges, ranges_at_home
from tffsim.federation.fold_shape import BLOCK_SIZE, subtree_level

CASES = [
    (clients, workers) for clients in (0, 1, 2, 5, 31, 32, 33, 64, 100, 257, 1000, 5000) for workers in (1, 2, 3, 7)
]


@pytest.mark.parametrize(("num_clients", "num_workers"), CASES)
def test_each_client_is_in_one_range_in_order(num_clients, num_workers):
    ranges = client_ranges(num_clients, num_workers)
    clients = [client for r in ranges for client in range(r.first, r.first + r.count)]
    assert clients == list(range(num_clients))
    assert [r.worker for r in ranges] == sorted(r.worker for r in ranges)


@pytest.mark.parametrize(("num_clients", "num_workers"), CASES)
def test_each_range_is_a_subtree_or_lies_within_a_block(num_clients, num_workers):
    for r in client_ranges(num_clients, num_workers):
        is_last = r.first + r.count == num_clients
        is_in_block = r.first // BLOCK_SIZE == (r.first + r.count - 1) // BLOCK_SIZE
        assert is_in_block or subtree_level(r.first, r.count, is_last) is not None


@pytest.mark.parametrize(("num_clients", "num_workers"), CASES)
def test_shares_are_about_equal(num_clients, num_workers):
    shares = [0] * num_workers
    for r in client_ranges(num_clients, num_workers):
        shares[r.worker] += r.count
    assert max(shares) <= 1.3 * num_clients / num_workers + 1


def test_many_clients_make_few_ranges_at_bounds_of_blocks():
    ranges = client_ranges(10_000, 2)
    assert len(ranges) <= 16
    assert all(r.first % BLOCK_SIZE == 0 for r in ranges)


def test_few_clients_are_divided_too():
    assert [r.count for r in client_ranges(10, 3)] == [3, 3, 4]


def test_clients_with_homes_stay_at_theirs_in_ranges_that_can_be_folded():
    ranges = ranges_at_home(["b"] * 40 + ["a"] * 30 + ["b"])
    assert [(r.worker, r.first, r.count) for r in ranges] == [
        (0, 0, 32),
        (0, 32, 8),
        (1, 40, 24),
        (1, 64, 6),
        (0, 70, 1),
    ]


def test_ranges_can_be_kept_as_small_as_a_block():
    ranges = client_ranges(1000, 2, BLOCK_SIZE)
    assert {r.count for r in ranges} == {BLOCK_SIZE, 1000 % BLOCK_SIZE}
    assert [client for r in ranges for client in range(r.first, r.first + r.count)] == list(range(1000))
