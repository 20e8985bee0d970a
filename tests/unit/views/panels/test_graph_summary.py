"""A graph of which clients are collapsed."""

import dataclasses

import pytest

import tffsim as tff
from tests.unit.tracing.traced_runs import mean_of_doubles, traced
from tffsim.traces.trace import Trace
from tffsim.tracing.document.operations import RUNNING
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
