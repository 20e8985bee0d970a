"""The graph of values and calls, small enough to be drawn."""

from typing import Any

import networkx as nx

from tffsim.tracing.trace import Trace

MAX_NODES = 120
_FLOW = ("input", "output", "carry")


def graph_summary(trace: Trace, max_nodes: int = MAX_NODES) -> dict[str, Any]:
    """Returns the graph of the last invocation at the lowest executors, collapsed over clients.

    Args:
        trace: The trace.
        max_nodes: How many values and calls are kept: those with the most own time.

    Returns:
        `nodes`, `edges`, and how many nodes are `hidden`.
    """
    graph = _flow_of_leaves(trace)
    ranked = sorted(graph.nodes, key=lambda node: -graph.nodes[node].get("self_time", 0))
    calls = [node for node in ranked if node[0] == "call"]
    kept: set[Any] = set()
    for call in calls:
        around = {call, *graph.predecessors(call), *graph.successors(call)}
        if len(kept | around) > max_nodes:
            break
        kept |= around
    shown = graph.subgraph(kept)
    return {
        "nodes": [_node(trace, node, data) for node, data in sorted(shown.nodes(data=True))],
        "edges": [
            {"source": _name(source), "target": _name(target), "kind": kind}
            for source, target, kind in sorted(shown.edges(data="kind"), key=str)
        ],
        "hidden": len(graph) - len(kept),
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


def _node(trace: Trace, node: tuple[str, int], data: dict[str, Any]) -> dict[str, Any]:
    if data["kind"] == "value":
        label = trace.preview(node[1]) if data["count"] == 1 else data.get("type", "")
    else:
        label = data["operation"].removeprefix("create_")
        number = data.get("node", -1)
        if data["operation"] == "create_call" and number >= 0:
            label = trace.nodes[number].label
    return {
        "id": _name(node),
        "kind": data["kind"],
        "label": label[:60],
        "placement": data["placement"],
        "span": node[1],
        "count": data["count"],
        "self_ms": data.get("self_time", 0) / 1e6,
    }


def _name(node: tuple[str, int]) -> str:
    return f"{node[0]} {node[1]}"
