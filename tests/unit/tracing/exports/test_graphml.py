"""Graphs of traces as GraphML."""

import collections

import networkx as nx


def test_graphml_reads_back_as_the_same_graph(trace, tmp_path):
    trace.export(tmp_path / "t.graphml")
    graph, read = trace.graph(), nx.read_graphml(tmp_path / "t.graphml", force_multigraph=True)
    assert set(read) == {f"{kind} {number}" for kind, number in graph}
    assert read.size() == graph.size()
    call = next(node for node in graph if node[0] == "call")
    assert read.nodes[f"call {call[1]}"].items() >= graph.nodes[call].items()
    kinds = collections.Counter(kind for *_, kind in graph.edges(data="kind"))
    assert collections.Counter(kind for *_, kind in read.edges(data="kind")) == kinds


def test_graphml_of_a_hostile_trace_is_well_formed(hostile, tmp_path):
    hostile.export(tmp_path / "t.graphml")
    read = nx.read_graphml(tmp_path / "t.graphml")
    assert '<script>alert("1")' in read.nodes["call 1"]["executor"]
