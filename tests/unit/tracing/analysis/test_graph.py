"""The graph of values and calls."""

import math

import networkx as nx
import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tests.unit.tracing.traced_runs import mean_of_doubles, sum_of_products, traced
from tffsim.tracing.analysis.graph import collapsed_clients


@pytest.mark.parametrize("client", [0, 1, 2])
def test_values_are_followed_from_server_to_clients_and_back(broadcast, client):
    graph = broadcast.graph(layer="EagerTFExecutor")
    flow = nx.DiGraph((a, b) for a, b, kind in graph.edges(data="kind") if kind in ("input", "output"))
    products = [
        node for node, data in graph.nodes(data=True)
        if data["kind"] == "call" and data["operation"] == "create_call" and data["client"] == client
    ]  # fmt: skip
    (product,) = products
    before = {(graph.nodes[node]["placement"], broadcast.preview(node[1])) for node in nx.ancestors(flow, product)}
    after = {(graph.nodes[node]["placement"], broadcast.preview(node[1])) for node in nx.descendants(flow, product)}
    assert {("server", "10"), ("clients", "10"), ("clients", f"{[1, 2, 6][client]}")} <= before
    assert ("server", "90") in after


def test_the_graph_connects_values_and_calls(trace):
    graph = trace.graph()
    kinds = {kind for _, _, kind in graph.edges(data="kind")}
    assert isinstance(graph, nx.MultiDiGraph) and kinds == {"input", "output", "delegation", "alias"}
    flow = nx.DiGraph((a, b) for a, b, kind in graph.edges(data="kind") if kind in ("input", "output"))
    assert nx.is_directed_acyclic_graph(flow)
    for node, data in graph.nodes(data=True):
        if data["kind"] == "value":
            assert graph.has_edge(("call", node[1]), node)


def test_a_result_descends_from_the_argument_and_nothing_descends_from_it():
    for stack in (tff.local_executor_factory(), tff.local_executor_factory(max_fanout=2), tff.debug_executor_factory()):
        _, trace = traced(mean_of_doubles, [1.0, 2.0, 3.0], factory=stack)
        graph, spans = trace.graph(), trace.spans
        assert nx.is_directed_acyclic_graph(graph)
        outermost = np.flatnonzero(spans["parent"] == 0)
        (result,) = outermost[spans.shown("operation")[outermost] == "compute"].tolist()
        before = nx.ancestors(graph, ("value", result))
        assert {("value", span) for span in outermost.tolist() if span != result} <= before
        assert nx.descendants(graph, ("value", result)) == set()


def test_the_graph_tells_how_each_call_ended():
    finite = tff.tf_computation(lambda x: tf.debugging.check_numerics(x, "too large"), np.float32)
    with pytest.raises(tff.ExecutionError), tff.trace() as trace:
        finite(math.inf)
    spans = trace.spans
    outcomes = {node[1]: data["outcome"] for node, data in trace.graph().nodes(data=True) if data["kind"] == "call"}
    assert outcomes == {span: spans.row(span)["outcome"] for span in outcomes}
    assert set(outcomes.values()) == {"ok", "error"}


def test_the_graph_can_be_limited_and_collapsed(trace):
    leaves = trace.graph(layer="EagerTFExecutor")
    assert {data["executor"] for _, data in leaves.nodes(data=True)} == {"EagerTFExecutor"}
    one = trace.graph(client=1)
    assert {data["client"] for _, data in one.nodes(data=True)} == {1}
    collapsed = trace.graph(collapse="clients")
    assert max(data["count"] for _, data in collapsed.nodes(data=True)) == 3
    assert len(collapsed) < len(trace.graph())
    with pytest.raises(ValueError, match="No executor is called 'X'"):
        trace.graph(layer="X")
    with pytest.raises(ValueError, match="`collapse`"):
        trace.graph(collapse="servers")


@pytest.mark.parametrize("max_fanout", [100, 2])
def test_what_is_merged_for_all_clients_does_the_same_in_the_same_place(max_fanout):
    factory = tff.local_executor_factory(max_fanout=max_fanout)
    snapshot = traced(sum_of_products, [1.0] * 5, 2.0, factory=factory)[1].snapshot
    columns, executors = snapshot.columns, snapshot.executors
    merged = collapsed_clients(snapshot)

    def place(layer):
        """The classes of the executors from here up."""
        return (executors[layer].name, *place(executors[layer].parent)) if layer >= 0 else ()

    for span, first in enumerate(merged.tolist()):
        for name in ("operation", "node", "type"):
            assert columns[name][span] == columns[name][first]
        assert place(columns["layer"][span]) == place(columns["layer"][first])
        if columns["parent"][span] >= 0:
            assert merged[columns["parent"][span]] == merged[columns["parent"][first]]
    assert len(set(merged.tolist())) < len(merged)


def test_a_collapsed_graph_does_not_grow_with_the_clients_and_has_no_cycle():
    graphs = [traced(mean_of_doubles, [1.0] * n)[1].graph(collapse="clients") for n in (10, 40)]
    assert len(graphs[0]) == len(graphs[1])
    for graph in graphs:
        flow = nx.DiGraph((a, b) for a, b, kind in graph.edges(data="kind") if kind in ("input", "output"))
        assert nx.is_directed_acyclic_graph(flow)
        assert "carry" in {kind for _, _, kind in graph.edges(data="kind")}
