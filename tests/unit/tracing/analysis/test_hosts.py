"""What is told of hosts follows from what was written down when it happened."""

import pytest

from tests.unit.tracing.told_hosts import SECOND, one_is_lost, told_hosts
from tffsim.tracing.analysis.hosts import host_summaries, hosts, ranges_text


@pytest.fixture(scope="module")
def lost():
    return one_is_lost()


def test_a_lost_host_stays_in_sight_with_what_became_of_its_clients(lost):
    first, second, _ = host_summaries(lost)
    # Ports follow each other as numbers.
    assert (first.name, second.name) == ("lab:9", "lab:10")
    assert (first.health, first.since, first.detail) == ("lost", 60, "lost 1")
    assert first.clients == [(10, 19)]
    assert first.moved == [((10, 14), "lab:10"), ((15, 19), "lab:11")]
    assert second.taken == [((10, 14), "lab:9")]
    assert second.clients == [(0, 14)]


def test_bytes_and_times_are_those_of_each_host(lost):
    table = hosts(lost)
    assert table["host"].tolist() == ["lab:9", "lab:10", "lab:11"]
    assert table["down"].tolist() == [7, 140, 0]
    assert table["up"].tolist() == [8, 20, 0]
    assert table["repeated"].tolist() == [0, 40, 0]
    assert table["num_taken"].tolist() == [0, 5, 5]
    assert table["busy"].tolist() == [SECOND, 2 * SECOND, int(4.8 * SECOND)]
    assert table["clients"].tolist() == ["10–19", "0–14", "15–29"]
    assert table.units["busy"] == "ns" and table.units["down"] == "bytes"


def test_one_that_takes_much_longer_than_the_others_is_slow(lost):
    assert [host.slow for host in host_summaries(lost)] == [0.0, 0.0, pytest.approx(2.4)]
    # What is over in a moment is not worth a word.
    assert [host.slow for host in host_summaries(told_hosts([("a", 0.01), ("b", 0.09)]))] == [0.0, 0.0]


def test_one_that_has_taken_the_clients_of_another_is_not_slow_for_that():
    happened = [(n, "runs", 32 * n, 32, -1) for n in range(3)] + [(0, "lost"), (1, "runs again", 0, 32, 0)]
    trace = told_hosts([("a", 3.4), ("b", 18.3), ("c", 9.5)], happened)
    assert [host.slow for host in host_summaries(trace)] == [0.0, 0.0, 0.0]


def test_a_host_of_which_nothing_is_known_has_no_health():
    assert hosts(told_hosts([("a", 0.0)]))["health"].tolist() == [""]
    assert len(hosts(told_hosts([]))) == 0


def test_ranges_are_written_as_people_write_them():
    assert ranges_text([(0, 9), (12, 12)]) == "0–9, 12"
