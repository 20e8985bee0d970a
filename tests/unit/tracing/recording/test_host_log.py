"""What a trace knows of hosts is written once, when it happens, and by any thread."""

import pytest

from tests.unit.fake_time import FakeClock
from tffsim.tracing.recording.host_log import HostLog
from tffsim.tracing.recording.wire_bytes import Amount, WireBytes


@pytest.fixture
def clock():
    return FakeClock(100)


@pytest.fixture
def log(clock):
    return HostLog(clock)


def told(log):
    return [(event.host, event.what, event.first_client, event.before) for event in log.events(0, int)]


def test_health_is_told_when_it_changes_only(log):
    for health in ("serving", "serving", "lost", "lost", "serving", "serving", "draining", "lost"):
        log.note_health("a", health)
    assert [what for _, what, _, _ in told(log)] == ["serving", "lost", "rejoined", "draining", "lost"]


def test_a_host_that_was_never_there_is_lost_and_then_rejoins(log):
    log.note_health("a", "lost", "connection refused")
    log.note_health("a", "serving", "process 7")
    assert [(event.what, event.detail) for event in log.events(0, int)] == [
        ("lost", "connection refused"),
        ("rejoined", "process 7"),
    ]


def test_clients_that_stay_are_told_once_and_each_time_they_run_again(log):
    log.note_clients("a", 0, 0, 10)
    log.note_clients("a", 5, 0, 10)
    log.note_clients("b", 5, 10, 10)
    log.note_health("b", "lost")
    # Two aggregations need the same clients again.
    log.note_clients("a", 5, 10, 10, before="b")
    log.note_clients("a", 5, 10, 10, before="b")
    log.note_clients("a", 9, 10, 10)
    log.note_clients("b", 9, 10, 10)
    assert told(log) == [
        (0, "runs", 0, -1), (1, "runs", 10, -1), (1, "lost", -1, -1), (0, "runs again", 10, 1), (1, "runs", 10, -1),
    ]  # fmt: skip


def test_clients_that_run_nowhere_else_run_again_where_they_were_after_each_loss(log):
    log.note_clients("a", 0, 0, 10)
    for _ in range(2):
        log.note_health("a", "lost")
        log.note_health("a", "serving")
        log.note_clients("a", 0, 0, 10, before="a")
    assert [what for _, what, _, _ in told(log)].count("runs again") == 2


def test_bytes_add_up_by_call_and_node(log):
    wire = WireBytes()
    wire.sent(100)
    wire.sent(50, 3)
    wire.received(8)
    wire.ascribe(3, down=40, up=2)
    log.note_wire("a", wire.take(), 0)
    log.note_wire("a", {3: Amount(10, 0, 1)}, 0)
    log.note_wire("a", {3: Amount(10, 0, 1)}, 0, is_repeated=True)
    assert wire.amounts == {}
    rows = {(row.node, row.is_repeated): (row.down, row.up, row.num_messages) for row in log.wire(int)}
    assert rows == {(-1, False): (60, 6, 2), (3, False): (100, 2, 2), (3, True): (10, 0, 1)}


def test_a_closed_log_takes_nothing(log):
    log.note_health("a", "serving")
    log.close()
    changes = log.num_changes
    log.note_health("a", "lost")
    log.note_wire("a", {-1: Amount(1, 1, 1)})
    log.was_busy("a", 5)
    assert log.num_changes == changes
    assert [event.what for event in log.events(0, int)] == ["serving"]
    assert [(info.name, info.busy) for info in log.infos()] == [("a", 0)]


def test_moments_count_from_the_beginning_of_the_trace(log, clock):
    log.note_health("a", "serving")
    assert [event.moment for event in log.events(60, int)] == [40]


def test_of_too_many_events_the_first_are_kept_and_that_is_said(log, caplog):
    for _ in range(6000):
        log.note_health("a", "lost")
        log.note_health("a", "serving")
    assert len(log.events(0, int)) == 10_001
    assert "no more than 10000 events" in caplog.text
