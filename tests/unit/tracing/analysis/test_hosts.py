"""What is told of hosts follows from what was written down when it happened."""

import dataclasses

import pytest

from tffsim.tracing.analysis.hosts import host_summaries, hosts, ranges_text
from tffsim.tracing.document.snapshot import HostEvent, HostInfo, WireInfo
from tffsim.tracing.recording.reading import take_snapshot
from tffsim.tracing.recording.recorder import Recorder

SECOND = 1_000_000_000


def event(moment, host, what, first=-1, count=0, before=-1):
    return HostEvent(host, moment, what, 0, first, count, before, f"{what} {host}")


def told(names, happened=(), wire=()):
    """Returns a trace that tells of hosts only, each with the seconds for which it was busy."""
    infos = [HostInfo(name, int(busy * SECOND)) for name, busy in names]
    return dataclasses.replace(
        take_snapshot(Recorder()),
        hosts=infos,
        host_events=[event(10 * n, *it) for n, it in enumerate(happened)],
        wire=list(wire),
    )


@pytest.fixture(scope="module")
def lost():
    return told(
        [("lab:10", 2.0), ("lab:9", 1.0), ("lab:11", 4.8)],
        [
            (0, "serving"), (1, "serving"), (2, "serving"),
            (0, "runs", 0, 10, -1), (1, "runs", 10, 10, -1), (2, "runs", 20, 10, -1),
            (1, "lost"),
            (0, "runs again", 10, 5, 1), (2, "runs again", 15, 5, 1),
        ],
        [WireInfo(0, 0, 3, 100, 20, 2, False), WireInfo(0, 0, 3, 40, 0, 1, True), WireInfo(1, -1, -1, 7, 8, 2, False)],
    )  # fmt: skip


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
    assert [host.slow for host in host_summaries(lost)] == [0.0, 0.0, pytest.approx(3.2)]
    # What is over in a moment is not worth a word.
    assert [host.slow for host in host_summaries(told([("a", 0.01), ("b", 0.09)]))] == [0.0, 0.0]


def test_a_host_of_which_nothing_is_known_has_no_health():
    assert hosts(told([("a", 0.0)]))["health"].tolist() == [""]
    assert len(hosts(told([]))) == 0


def test_ranges_are_written_as_people_write_them():
    assert ranges_text([(0, 9), (12, 12)]) == "0–9, 12"
