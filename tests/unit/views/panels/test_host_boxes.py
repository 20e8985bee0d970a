"""Boxes of hosts say how each is, which clients it ran, also for another, and what went over the wire."""

import dataclasses

import pytest

from tests.unit.tracing.told_hosts import one_is_lost, told_hosts
from tffsim.tracing.document.snapshot import InvocationInfo
from tffsim.views.panels.host_boxes import host_boxes


@pytest.fixture(scope="module")
def boxes():
    return host_boxes(one_is_lost())


def test_health_is_a_mark_and_a_word(boxes):
    assert [box["head"] for box in boxes] == ["✕ worker lab:9", "✓ worker lab:10", "▲ worker lab:11"]
    assert [box["facts"][0] for box in boxes] == ["lost at 60 ns", "serving", "slow: 2.4 × the median"]
    assert [box["health"] for box in boxes] == ["lost", "serving", "serving"]
    assert boxes[0]["detail"] == "lost 1"


def test_clients_that_ran_twice_are_told_at_both_hosts(boxes):
    lost, survivor, other = boxes
    assert lost["facts"][1:] == ["clients 10–19", "1.00 s busy"]
    assert lost["lines"] == [
        "↓ 7 B  ↑ 8 B on the wire",
        "clients 10–14 ran again at lab:10; nothing was lost",
        "clients 15–19 ran again at lab:11; nothing was lost",
    ]
    assert survivor["lines"] == [
        "↓ 140 B  ↑ 20 B on the wire, 40 B of it again",
        "clients 10–14 of lab:9 ran again here; the result is the same",
    ]
    assert survivor["facts"][1] == "clients 0–14"
    assert other["share"] == 1.0 and lost["share"] == pytest.approx(1 / 4.8, abs=1e-4)


def test_the_call_is_named_where_there_are_several():
    trace = one_is_lost()
    calls = [InvocationInfo(span, "f", 0, {}) for span in (5, 0)]
    assert host_boxes(dataclasses.replace(trace, invocations=calls))[0]["facts"][0] == "lost at 60 ns, in call 2"
    assert host_boxes(dataclasses.replace(trace, invocations=calls[1:]))[0]["facts"][0] == "lost at 60 ns"


def test_clients_that_wait_for_their_own_worker_run_again_there():
    happened = [(0, "serving"), (0, "runs", 3, 1), (0, "lost"), (0, "rejoined"), (0, "runs again", 3, 1, 0)]
    (box,) = host_boxes(told_hosts([("a:1", 1.0)], happened))
    assert box["head"] == "✓ worker a:1"
    assert box["facts"][:2] == ["back since 30 ns", "client 3"]
    assert box["lines"][1:] == ["client 3 ran again here, when it was back; the result is the same"]


def test_a_host_that_did_nothing_and_one_of_which_nothing_is_known_have_boxes_too():
    idle, unknown = host_boxes(told_hosts([("a:1", 0.0), ("a:2", 0.0)], [(0, "draining")]))
    assert idle["facts"] == ["about to end since 0 ns", "no clients so far", "0 ns busy"]
    assert (idle["head"], unknown["head"], unknown["share"]) == ("– worker a:1", "worker a:2", 0.0)


def test_without_workers_there_are_no_boxes():
    assert host_boxes(told_hosts([])) == []


def test_of_many_moves_the_first_are_told():
    happened = [(k, "runs again", 10 * k, 10, 0) for k in range(1, 8)]
    first = host_boxes(told_hosts([(f"a:{k}", 1.0) for k in range(8)], happened))[0]
    assert len(first["lines"]) == 5 and first["lines"][-1] == "…"
