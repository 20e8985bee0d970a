"""The graph of values and calls, looked at."""

import base64

import networkx as nx
import pytest

from tests.unit.tracing.traced_runs import mean_of_doubles, traced


@pytest.fixture(scope="module")
def trace():
    return traced(mean_of_doubles, [1.0, 2.0, 6.0])[1]


@pytest.fixture
def in_kernel(monkeypatch):
    monkeypatch.setattr("tffsim.views.notebook.trace_graph.is_in_kernel", lambda: True)


def test_in_a_terminal_it_is_a_table_of_its_calls(trace):
    graph = trace.graph()
    first, *_ = str(graph).splitlines()
    calls = [data for _, data in graph.nodes(data=True) if data["kind"] == "call"]
    assert first == f"Graph: {len(calls)} calls, {len(graph) - len(calls)} values, {graph.size()} edges"
    assert "EagerTFExecutor" in str(graph) and "create_call" in str(graph)
    assert graph._repr_mimebundle_() == {"text/plain": str(graph)}


def test_its_table_counts_clients_that_are_collapsed(trace):
    whole, collapsed = trace.graph().calls(), trace.graph(collapse="clients").calls()
    assert whole["calls"].sum() == collapsed["calls"].sum()
    assert whole["self_time"].sum() == collapsed["self_time"].sum()


def test_in_a_notebook_it_is_a_picture_and_a_table(trace, in_kernel):
    shown = trace.graph()._repr_mimebundle_()
    assert base64.b64decode(shown["image/png"]).startswith(b"\x89PNG")
    assert "<img" in shown["text/html"] and "<table" in shown["text/html"]


def test_a_part_of_it_is_a_table_without_a_picture_of_the_whole(trace, in_kernel):
    assert set(trace.graph(client=1)._repr_mimebundle_()) == {"text/html", "text/plain"}
    assert set(trace.graph().reverse()._repr_mimebundle_()) == {"text/html", "text/plain"}


def test_networkx_takes_it_as_one_of_its_own(trace):
    graph = trace.graph()
    assert isinstance(graph, nx.MultiDiGraph) and nx.is_directed_acyclic_graph(graph)
    assert len(graph.subgraph(list(graph)[:3])) == 3 and len(graph.copy()) == len(graph)
