"""The parts of the time of a call add up, and are those of who was at work."""

from tests.unit.tracing.traced_programs import half, rounds, sum_of_logs, traced
from tffsim.tracing.analysis.phases import phases


def test_the_parts_add_up_to_the_whole():
    snapshot = rounds()
    for row, call in enumerate(snapshot.invocations):
        found = phases(snapshot, row)
        assert found.total == snapshot.columns["end"][call.span] - snapshot.columns["start"][call.span]
        assert found.clients + found.server + found.preparing == found.total
        assert found.clients > 0 and found.server > 0


def test_without_clients_no_time_is_spent_at_them():
    assert phases(traced(sum_of_logs, []), 0).clients == 0


def test_a_function_without_placement_is_at_neither():
    found = phases(traced(half, 3.0), 0)
    assert found.clients == found.server == 0
