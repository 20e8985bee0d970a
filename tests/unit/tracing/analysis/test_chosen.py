"""Questions about one client, or one call: what is not there is told by all of them in the same words."""

import pytest

import tffsim as tff
from tests.unit.tracing.traced_runs import mean_of_doubles, traced
from tffsim.tracing.analysis.chosen import are_chosen, call_number


@pytest.fixture(scope="module")
def trace():
    return traced(mean_of_doubles, [1.0, 2.0, 6.0])[1]


def test_the_spans_of_a_client_and_of_a_call_are_chosen(trace):
    columns = trace.snapshot.columns
    chosen = are_chosen(trace.snapshot, 1, 0)
    assert chosen.any()
    assert set(columns["client"][chosen].tolist()) == {1}
    assert are_chosen(trace.snapshot, None, None).all()


@pytest.mark.parametrize("ask", ["graph", "ast", "critical_path"])
def test_the_last_call_is_found_from_the_end(trace, ask):
    assert call_number(trace.snapshot, -1) is trace.snapshot.invocations[0]
    assert type(getattr(trace, ask)(invocation=-1)) is type(getattr(trace, ask)(invocation=0))


@pytest.mark.parametrize("number", [1, -2, 99])
@pytest.mark.parametrize("ask", ["graph", "ast", "critical_path"])
def test_a_call_that_is_not_there_is_told(trace, ask, number):
    with pytest.raises(IndexError, match=f"There is no call {number}: the trace has 1, from 0"):
        getattr(trace, ask)(invocation=number)


@pytest.mark.parametrize("client", [3, -1, 99])
def test_a_client_that_is_not_there_is_told(trace, client):
    with pytest.raises(IndexError, match=f"There is no client {client}: the trace has 3, from 0"):
        trace.graph(client=client)


@pytest.mark.parametrize("ask", ["ast", "critical_path"])
def test_a_trace_without_calls_says_so(ask):
    with tff.trace() as empty:
        pass
    with pytest.raises(IndexError, match="The trace is empty: no computation was called in its block"):
        getattr(empty, ask)()
