"""What each client did."""

import dataclasses

import numpy as np
import pytest

import tffsim as tff
from tests.unit.tracing.traced_runs import failed_at_client, mean_of_doubles
from tffsim.tracing.analysis.clients import clients
from tffsim.tracing.document.operations import CANCELLED

STACKS = {
    "local": tff.local_executor_factory,
    "tree": lambda: tff.local_executor_factory(max_fanout=2),
    "debug": tff.debug_executor_factory,
}


def test_clients_have_one_row_each(broadcast):
    table = broadcast.clients()
    assert table["client"].tolist() == [0, 1, 2]
    assert table.shown("outcome").tolist() == ["ok"] * 3
    assert table["received"].tolist() == [4, 4, 4]
    assert table["sent"].tolist() == [4, 4, 4]


@pytest.mark.parametrize("stack", STACKS)
def test_clients_whose_turn_never_came_in_a_failed_call_have_not_started(stack):
    trace = failed_at_client(7, num_clients=20, factory=STACKS[stack]())
    table = trace.clients()
    assert table["client"].tolist() == list(range(20)) and table["outcome"][7] == "error"
    idle = table.where(outcome="not started")
    # How many others had begun by then is a matter of time.
    assert set(idle["client"]) == set(range(20)) - set(trace.spans["client"].tolist())
    for name, value in (("spans", 0), ("busy", 0), ("received", 0), ("sent", 0), ("start", -1), ("end", -1)):
        assert set(idle[name]) <= {value}


def test_clients_of_a_call_that_was_cancelled_before_they_began_have_not_started(broadcast):
    snapshot = broadcast.snapshot
    columns = {**snapshot.columns, "client": np.minimum(snapshot.columns["client"], 1)}
    columns["outcome"] = columns["outcome"].copy()
    columns["outcome"][snapshot.invocations[0].span] = CANCELLED
    table = clients(dataclasses.replace(snapshot, columns=columns))
    assert table["outcome"].tolist() == ["ok", "ok", "not started"]
    never = table.row(2)
    assert (never["start"], never["end"], never["spans"], never["received"]) == (-1, -1, 0, 0)


def test_a_round_is_the_number_of_the_call():
    with tff.use(tff.local_executor_factory()), tff.trace() as trace:
        for values in ([1.0, 2.0], [3.0, 4.0, 5.0]):
            mean_of_doubles(values)
    table = trace.clients()
    assert table["round"].tolist() == [0, 0, 1, 1, 1]
    assert trace.invocations["span"][table["round"]].tolist() == table["invocation"].tolist()
    assert len(table.where(table["round"] == 1)) == 3


def test_a_file_that_claims_any_number_of_clients_takes_little_memory(broadcast):
    snapshot = broadcast.snapshot
    outcome = np.full_like(snapshot.columns["outcome"], CANCELLED)
    many = [dataclasses.replace(call, cardinalities={"CLIENTS": 1 << 40}) for call in snapshot.invocations]
    claimed = dataclasses.replace(snapshot, invocations=many, columns={**snapshot.columns, "outcome": outcome})
    assert len(clients(claimed)) <= 1_000_000
