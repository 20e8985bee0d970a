"""A graph of which clients are collapsed."""

import dataclasses

import pytest

import tffsim as tff
from tests.unit.tracing.traced_runs import mean_of_doubles, traced
from tffsim.traces.trace import Trace
from tffsim.tracing.document.operations import CANCELLED, ERROR, RUNNING
from tffsim.views.panels.graph_summary import graph_summary


@pytest.fixture(scope="module")
def trace():
    return traced(mean_of_doubles, [1.0, 2.0, 6.0])[1]


def test_the_graph_tells_which_spans_of_clients_it_collapsed(trace):
    calls = graph_summary(trace.snapshot)["calls"]
    collapsed = [call for call in calls if call["placement"] == "clients" and call["count"] > 1]
    clients = trace.snapshot.columns["client"]
    assert collapsed
    assert [sorted(clients[call["members"]].tolist()) for call in collapsed] == [[0, 1, 2]] * len(collapsed)
    assert all(call["span"] in call["members"] for call in collapsed)


def test_the_graph_is_of_the_last_invocation_that_ended():
    with tff.use(tff.local_executor_factory()), tff.trace() as trace:
        mean_of_doubles([1.0, 2.0])
        mean_of_doubles([1.0, 2.0])
    snapshot = trace.frozen().snapshot
    outcome = snapshot.columns["outcome"].copy()
    outcome[snapshot.invocations[1].span] = RUNNING
    unfinished = Trace(dataclasses.replace(snapshot, columns={**snapshot.columns, "outcome": outcome}))
    spans = [call["span"] for call in graph_summary(unfinished.snapshot)["calls"]]
    assert set(snapshot.columns["invocation"][spans].tolist()) == {snapshot.invocations[0].span}
    finished = [call["span"] for call in graph_summary(trace.snapshot)["calls"]]
    assert set(snapshot.columns["invocation"][finished].tolist()) == {snapshot.invocations[1].span}


def mapped_with(trace, outcomes):
    """Returns the map in the graph of a trace of which the maps of the clients had ended like this, without a value."""
    snapshot = trace.snapshot
    columns = {name: column.copy() for name, column in snapshot.columns.items()}
    (mapped,) = [call for call in graph_summary(snapshot)["calls"] if call["label"] == "federated_map"]
    for span, outcome in zip(mapped["members"], outcomes, strict=True):
        for name, value in (("outcome", outcome), ("type", -1), ("size", 0), ("alias", -1)):
            columns[name][span] = value
    calls = graph_summary(dataclasses.replace(snapshot, columns=columns))["calls"]
    return next(call for call in calls if call["label"] == "federated_map")


@pytest.mark.parametrize(
    ("outcomes", "told"),
    [
        ((ERROR, CANCELLED, CANCELLED), "1 failed, 2 cancelled"),
        ((ERROR, ERROR, ERROR), "failed"),
        ((CANCELLED, CANCELLED, CANCELLED), "cancelled"),
        ((RUNNING, ERROR, RUNNING), "1 failed, 2 running"),
    ],
)
def test_what_failed_and_what_was_cancelled_is_told_apart(trace, outcomes, told):
    call = mapped_with(trace, outcomes)
    assert (call["value"], call["count"], call["failed"]) == (told, 3, ERROR in outcomes)
