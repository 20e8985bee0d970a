"""The graph of calls and the values they made, small enough to be drawn, and where all of it stands."""

from typing import Required, TypedDict

import networkx as nx
import numpy as np

from tffsim.tracing.analysis.graph import Graph, build_graph, collapsed_clients
from tffsim.tracing.document.operations import CANCELLED, ERROR, RUNNING
from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.document.span_reader import SpanReader
from tffsim.views.panels.graph_layout import graph_layout
from tffsim.views.panels.words import say, say_state

MAX_CALLS = 60
_MAX_MEMBERS = 20_000
_FLOW = ("input", "output", "carry")
_ENDS = {ERROR: "failed", CANCELLED: "cancelled", RUNNING: "running"}


class DrawnCall(TypedDict, total=False):
    """A call, and the value that it made; see `graph_summary`."""

    span: Required[int]
    label: Required[str]
    words: Required[str]
    value: Required[str]
    placement: Required[str]
    count: Required[int]
    self_ms: Required[float]
    failed: bool
    members: list[int]
    column: int
    row: float


class DrawnEdge(TypedDict):
    """The way of a value; see `graph_summary`."""

    source: int
    target: int
    kind: str
    passed: list[float]


class GraphSummary(TypedDict):
    """The graph and where all of it stands; see `graph_summary`."""

    calls: list[DrawnCall]
    edges: list[DrawnEdge]
    num_columns: int
    num_rows: float
    hidden: int


def graph_summary(snapshot: Snapshot, max_calls: int = MAX_CALLS) -> GraphSummary:
    """Returns the graph of the last ended invocation at the lowest executors, collapsed over clients.

    A call and the value that it made are one node. Calls that only embed a value which no
    call uses are left out.

    Args:
        snapshot: What was recorded.
        max_calls: How many calls are kept: those with the most own time.

    Returns:
        `calls`: `span`, `label`, `words` (those in its box), `value` (what it made, or its type, or that it
        failed), `placement`, `count`, `self_ms`, `failed`, `column`, `row`, and `members`: the spans that are
        collapsed, if they are of clients and not too many. `edges`: `source`, `target`, `kind` (`flow` to a call
        that uses the value, `carry` to the call of the next client), and `passed`: the rows in which it passes the
        columns between. `num_columns` and `num_rows`. `hidden`: how many calls are left out.
    """
    graph = _flow_of_leaves(snapshot)
    calls = {span: _call(snapshot, graph, span) for span in sorted({span for _, span in graph.nodes})}
    edges = _edges(graph)
    kept = _largest(calls, _connected(calls, edges), max_calls)
    _add_members(snapshot, [calls[span] for span in kept])
    shown = [edge for edge in edges if edge[0] in kept and edge[1] in kept]
    layout = graph_layout(sorted(kept), [(source, target) for source, target, kind in shown if kind == "flow"])
    return {
        "calls": [
            calls[span] | {"column": layout.columns[span], "row": round(layout.rows[span], 2)} for span in sorted(kept)
        ],
        "edges": [
            {
                "source": source,
                "target": target,
                "kind": kind,
                "passed": [round(row, 2) for row in layout.passed.get((source, target), ())] if kind == "flow" else [],
            }
            for source, target, kind in shown
        ],
        "num_columns": layout.num_columns,
        "num_rows": round(layout.num_rows, 2),
        "hidden": len(calls) - len(kept),
    }


def _flow_of_leaves(snapshot: Snapshot) -> Graph:
    executors = snapshot.executors
    parents = {executor.parent for executor in executors}
    leaves = [executor.name for number, executor in enumerate(executors) if number not in parents]
    layer = max(set(leaves), key=leaves.count) if leaves else None
    graph = build_graph(snapshot, collapse="clients", layer=layer, invocation=_invocation(snapshot))
    edges = [(a, b, k) for a, b, k, kind in graph.edges(keys=True, data="kind") if kind in _FLOW]
    flow: Graph = nx.MultiDiGraph(graph.edge_subgraph(edges)) if edges else graph
    # Embedding a function is no step of the data's way.
    functions = [
        node for node, data in flow.nodes(data=True) if data["kind"] == "value" and "->" in data.get("type", "")
    ]
    producers = [call for node in functions for call in flow.predecessors(node)]
    flow.remove_nodes_from([*functions, *producers])
    return flow


def _invocation(snapshot: Snapshot) -> int | None:
    """Returns the last invocation that ended; the one under way if there is no other."""
    outcomes = snapshot.columns["outcome"]
    roots = [invocation.span for invocation in snapshot.invocations]
    ended = [row for row, root in enumerate(roots) if outcomes[root] != RUNNING]
    return max(ended or range(len(roots)), default=None)


def _call(snapshot: Snapshot, graph: Graph, span: int) -> DrawnCall:
    """Describes a call and its value, either of which may be unknown."""
    call, value = graph.nodes.get(("call", span)), graph.nodes.get(("value", span))
    data = call or value
    assert data is not None
    label = ""
    if call:
        label = call["operation"].removeprefix("create_")
        number = call.get("node", -1)
        if call["operation"] == "create_call" and number >= 0:
            label = snapshot.nodes[number].label.removeprefix("call ")
    made = ""
    if value:
        made = SpanReader(snapshot).preview(span) if value["count"] == 1 else value.get("type", "")
    return {
        "span": span,
        "label": label[:60],
        "words": (label[:60] or say("value")).removeprefix("federated_").replace("_", " "),
        "value": made[:60],
        "placement": data["placement"],
        "count": data["count"],
        "self_ms": call.get("self_time", 0) / 1e6 if call else 0.0,
    }


def _add_members(snapshot: Snapshot, calls: list[DrawnCall]) -> None:
    """Adds which spans each call stands for, whether one of them failed, and how those ended that made no value."""
    columns = snapshot.columns
    groups = collapsed_clients(snapshot)
    failed = set(groups[columns["outcome"] == ERROR].tolist())
    for call in calls:
        call["failed"] = int(groups[call["span"]]) in failed
        if not call["value"]:
            call["value"] = _how_they_ended(columns["outcome"][groups == groups[call["span"]]])
    collapsed = [call for call in calls if call["placement"] == "clients" and call["count"] > 1]
    if sum(call["count"] for call in collapsed) > _MAX_MEMBERS:
        return
    at_clients = np.flatnonzero(columns["client"] >= 0)
    for call in collapsed:
        call["members"] = at_clients[groups[at_clients] == groups[call["span"]]].tolist()


def _how_they_ended(outcomes: "np.ndarray") -> str:
    """Returns such as `failed`, or `1 failed, 2 cancelled`."""
    counts = {word: int((outcomes == outcome).sum()) for outcome, word in _ENDS.items()}
    told = {word: count for word, count in counts.items() if count}
    if len(told) == 1 and len(outcomes) == sum(told.values()):
        return say_state(next(iter(told)))
    return ", ".join(say("n of state", count=count, state=say_state(word)) for word, count in told.items())


def _edges(graph: Graph) -> list[tuple[int, int, str]]:
    edges = {
        (source[1], target[1], "carry" if kind == "carry" else "flow")
        for source, target, kind in graph.edges(data="kind")
        if kind == "carry" or source[1] != target[1]
    }
    return sorted(edges)


def _connected(calls: dict[int, DrawnCall], edges: list[tuple[int, int, str]]) -> set[int]:
    """Leaves out what is only embedded and fetched, if there is anything else."""
    graph: nx.Graph[int] = nx.Graph([(source, target) for source, target, _ in edges])
    graph.add_nodes_from(calls)
    parts = [
        part for part in nx.connected_components(graph) if {calls[k]["label"] for k in part} - {"value", "compute"}
    ]
    return set().union(*parts) or set(calls)


def _largest(calls: dict[int, DrawnCall], spans: set[int], limit: int) -> set[int]:
    return set(sorted(spans, key=lambda span: (-calls[span]["self_ms"], span))[:limit])
