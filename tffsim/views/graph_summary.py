"""The graph of calls and the values they made, small enough to be drawn."""

from typing import Any

import networkx as nx

from tffsim.tracing.snapshot import ALL_OUTCOMES
from tffsim.tracing.trace import Trace

MAX_CALLS = 60
_FLOW = ("input", "output", "carry")
_FAILED = ALL_OUTCOMES.index("error")


def graph_summary(trace: Trace, max_calls: int = MAX_CALLS) -> dict[str, Any]:
    """Returns the graph of the last invocation at the lowest executors, collapsed over clients.

    A call and the value that it made are one node. Calls that only embed a value which no
    call uses are left out.

    Args:
        trace: The trace.
        max_calls: How many calls are kept: those with the most own time.

    Returns:
        `calls`: `span`, `label`, `value` (what it made, or its type), `placement`, `count`,
        `self_ms`, `failed`. `edges`: `source`, `target`, and `kind`: `flow` to a call that uses
        the value, `carry` to the call of the next client. `hidden`: how many calls are left out.
    """
    graph = _flow_of_leaves(trace)
    calls = {span: _call(trace, graph, span) for span in sorted({span for _, span in graph.nodes})}
    edges = _edges(graph)
    kept = _largest(calls, _connected(calls, edges), max_calls)
    return {
        "calls": [calls[span] for span in calls if span in kept],
        "edges": [
            {"source": source, "target": target, "kind": kind}
            for source, target, kind in edges
            if source in kept and target in kept
        ],
        "hidden": len(calls) - len(kept),
    }


def _flow_of_leaves(trace: Trace) -> nx.MultiDiGraph:
    executors = trace.snapshot.executors
    parents = {executor.parent for executor in executors}
    leaves = [executor.name for number, executor in enumerate(executors) if number not in parents]
    layer = max(set(leaves), key=leaves.count) if leaves else None
    last = len(trace.snapshot.invocations) - 1
    graph = trace.graph(collapse="clients", layer=layer, invocation=last if last >= 0 else None)
    edges = [(a, b, k) for a, b, k, kind in graph.edges(keys=True, data="kind") if kind in _FLOW]
    flow = nx.MultiDiGraph(graph.edge_subgraph(edges)) if edges else graph
    # Embedding a function is no step of the data's way.
    functions = [
        node for node, data in flow.nodes(data=True) if data["kind"] == "value" and "->" in data.get("type", "")
    ]
    producers = [call for node in functions for call in flow.predecessors(node)]
    flow.remove_nodes_from([*functions, *producers])
    return flow


def _call(trace: Trace, graph: nx.MultiDiGraph, span: int) -> dict[str, Any]:
    """Describes a call and its value, either of which may be unknown."""
    call, value = (graph.nodes.get((kind, span), {}) for kind in ("call", "value"))
    data = call or value
    label = ""
    if call:
        label = call["operation"].removeprefix("create_")
        number = call.get("node", -1)
        if call["operation"] == "create_call" and number >= 0:
            label = trace.nodes[number].label.removeprefix("call ")
    made = ""
    if value:
        made = trace.preview(span) if value["count"] == 1 else value.get("type", "")
    return {
        "span": span,
        "label": label[:60],
        "value": made[:60],
        "placement": data["placement"],
        "count": data["count"],
        "self_ms": call.get("self_time", 0) / 1e6,
        "failed": bool(trace.snapshot.columns["outcome"][span] == _FAILED),
    }


def _edges(graph: nx.MultiDiGraph) -> list[tuple[int, int, str]]:
    edges = {
        (source[1], target[1], "carry" if kind == "carry" else "flow")
        for source, target, kind in graph.edges(data="kind")
        if kind == "carry" or source[1] != target[1]
    }
    return sorted(edges)


def _connected(calls: dict[int, dict[str, Any]], edges: list[tuple[int, int, str]]) -> set[int]:
    """Leaves out what is only embedded and fetched, if there is anything else."""
    graph = nx.Graph([(source, target) for source, target, _ in edges])
    graph.add_nodes_from(calls)
    parts = [
        part for part in nx.connected_components(graph) if {calls[k]["label"] for k in part} - {"value", "compute"}
    ]
    return set().union(*parts) or set(calls)


def _largest(calls: dict[int, dict[str, Any]], spans: set[int], limit: int) -> set[int]:
    return set(sorted(spans, key=lambda span: (-calls[span]["self_ms"], span))[:limit])
