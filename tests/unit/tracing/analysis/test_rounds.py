"""A round is one call; what is told of it is what happened in it."""

import numpy as np
import pytest

import tffsim as tff
from tests.unit.tracing.traced_programs import half, secure_sum, sum_of_logs, traced
from tests.unit.tracing.traced_programs import rounds as three_rounds
from tests.unit.tracing.traced_runs import failed_at_client
from tffsim.tracing.analysis import rounds as rounds_module
from tffsim.tracing.analysis.clients import clients
from tffsim.tracing.analysis.phases import phases
from tffsim.tracing.analysis.rounds import rounds
from tffsim.tracing.analysis.traffic import traffic
from tffsim.tracing.document.operations import ERROR, OK

STACKS = {
    "local": tff.local_executor_factory,
    "tree": lambda: tff.local_executor_factory(max_fanout=2),
    "debug": tff.debug_executor_factory,
}


def test_each_call_is_a_round_with_its_time_and_what_it_returned():
    snapshot = three_rounds()
    found = rounds(snapshot)
    assert [row.phases for row in found] == [phases(snapshot, call) for call in range(3)]
    assert [row.numbers for row in found] == [{"mean": mean, "most": 3.0} for mean in (0.0, 1.0, 2.0)]
    assert [row.is_first for row in found] == [True, False, False]
    assert all(row.outcome == OK and row.done == 3 and not row.failed for row in found)


def test_bytes_are_those_of_the_ledger():
    snapshot = three_rounds()
    ledger = traffic(snapshot)
    size = ledger["copies"] * ledger["size"]
    assert sum(row.down for row in rounds(snapshot)) == size[ledger["direction"] == "server to clients"].sum()
    assert sum(row.up for row in rounds(snapshot)) == size[ledger["direction"] == "clients to server"].sum()


def test_clients_are_busy_for_as_long_as_their_table_says():
    snapshot = three_rounds()
    table = clients(snapshot)
    told = np.concatenate([row.busy for row in rounds(snapshot)])
    assert told.tolist() == table["busy"].tolist()


@pytest.mark.parametrize("stack", STACKS)
def test_a_client_that_failed_is_named(stack):
    (row,) = rounds(failed_at_client(2, 4, STACKS[stack]()).snapshot)
    assert (row.outcome, row.failed, len(row.busy)) == (ERROR, [2], 4)
    assert row.numbers == {}


def test_clients_that_made_nan_are_named():
    (row,) = rounds(traced(sum_of_logs, [1.0, -1.0, 2.0]))
    assert row.wrong == [1]
    assert np.isnan(row.numbers[""])


def test_without_clients_or_placements_a_call_is_a_round():
    for snapshot in (traced(half, 3.0), traced(secure_sum, [])):
        (row,) = rounds(snapshot)
        assert (row.done, row.down, row.up, row.busy.tolist()) == (0, 0, 0, [])


def test_different_computations_have_first_calls_of_their_own():
    with tff.trace() as trace:
        half(1.0)
        sum_of_logs([1.0])
        half(2.0)
    assert [(row.call.name, row.is_first) for row in rounds(trace.snapshot)] == [
        ("half", True),
        ("sum_of_logs", True),
        ("half", False),
    ]


def test_a_client_is_slow_that_takes_much_longer_than_the_others():
    busy = np.array([10, 11, 12, 13, 100, 12, 11, 10, 25]) * 1_000_000
    done = np.ones(9, bool)
    assert rounds_module._slow(busy, done) == [4]
    assert rounds_module._slow(busy // 10, done) == [], "nobody waits for a few milliseconds"
    assert rounds_module._slow(busy[:5], done[:5]) == [], "five are too few to tell"


def test_what_tensorflow_needs_to_get_ready_in_the_first_calls_makes_no_client_slow():
    halves = tff.federated_computation(lambda values: tff.federated_map(half, values), tff.type_at_clients(np.float32))
    with tff.trace() as trace:
        for _ in range(2):
            halves([1.0] * 9)
    snapshot = trace.snapshot
    columns = snapshot.columns
    columns["self_time"][columns["client"] >= 0] = 1_000
    first = {}
    for span in np.flatnonzero(columns["client"] >= 0):
        first.setdefault((columns["invocation"][span], columns["node"][span], columns["operation"][span]), span)
    columns["self_time"][list(first.values())] = 500_000_000
    assert [row.slow for row in rounds(snapshot)] == [[], [0]]


def test_nothing_was_called():
    with tff.trace() as trace:
        pass
    assert rounds(trace.snapshot) == []
