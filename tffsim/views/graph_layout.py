"""Where the calls of a graph stand: columns follow the flow of values, rows keep edges short."""

import dataclasses
from typing import Any

import networkx as nx

_SWEEPS = 6


@dataclasses.dataclass(slots=True)
class CallNode:
    """A call and the value that it made.

    Attributes:
        text: What was called.
        value: What it made: its value, or its type.
        placement: Where.
        count: For how many calls it stands.
        x: The column.
        y: The row; a number between rows is possible.
    """

    text: str
    value: str
    placement: str
    count: int
    x: int = 0
    y: float = 0.0


@dataclasses.dataclass(frozen=True, slots=True)
class GraphLayout:
    """Calls, and the edges between them: from a call to one that uses its value, or carries it to the next client.

    `num_hidden` calls are not laid out: they hand over values that no call uses.
    """

    nodes: dict[int, CallNode]
    flow: list[tuple[int, int]]
    carries: list[tuple[int, int]]
    num_hidden: int = 0

    @property
    def num_columns(self) -> int:
        """How many calls are one after the other."""
        return 1 + max((node.x for node in self.nodes.values()), default=0)

    @property
    def num_rows(self) -> float:
        """How many calls are one above the other."""
        return 1 + max((node.y for node in self.nodes.values()), default=0)


def graph_layout(summary: dict[str, Any]) -> GraphLayout:
    """Lays out what `graph_summary` returns; a value stands with the call that made it."""
    nodes: dict[int, CallNode] = {}
    values = {node["span"]: node["label"] for node in summary["nodes"] if node["kind"] == "value"}
    for node in summary["nodes"]:
        if node["kind"] == "call" or node["span"] not in nodes:
            text = node["label"] if node["kind"] == "call" else ""
            nodes[node["span"]] = CallNode(text, values.get(node["span"], ""), node["placement"], node["count"])
    edges = [(_span(edge["source"]), _span(edge["target"]), edge["kind"]) for edge in summary["edges"]]
    flow = list(dict.fromkeys((a, b) for a, b, kind in edges if kind == "input" and a != b))
    carries = list(dict.fromkeys((a, b) for a, b, kind in edges if kind == "carry"))
    used = _used(nodes, flow + carries)
    hidden = len(nodes) - len(used)
    flow, carries = ([edge for edge in some if edge[0] in used] for some in (flow, carries))
    _place(used, flow)
    return GraphLayout(used, flow, carries, hidden)


def _used(nodes: dict[int, CallNode], edges: list[tuple[int, int]]) -> dict[int, CallNode]:
    """Leaves out what is only embedded and fetched, if there is anything else."""
    graph = nx.Graph(edges)
    graph.add_nodes_from(nodes)
    parts = [part for part in nx.connected_components(graph) if {nodes[k].text for k in part} - {"value", "compute"}]
    kept = set().union(*parts) or set(nodes)
    return {span: node for span, node in nodes.items() if span in kept}


def _span(name: str) -> int:
    return int(name.split()[1])


def _place(nodes: dict[int, CallNode], flow: list[tuple[int, int]]) -> None:
    graph = nx.DiGraph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from(flow)
    for column, generation in enumerate(nx.topological_generations(graph)):
        for node in generation:
            nodes[node].x = column
    for node in reversed(list(nx.topological_sort(graph))):
        # Calls stand right before what uses them first.
        if graph.out_degree(node):
            nodes[node].x = min(nodes[user].x for user in graph.successors(node)) - 1
    columns: dict[int, list[int]] = {}
    for node in nodes:
        columns.setdefault(nodes[node].x, []).append(node)
    for calls in columns.values():
        for row, node in enumerate(calls):
            nodes[node].y = row
    tallest = max(map(len, columns.values()), default=1)
    for sweep in range(_SWEEPS):
        neighbours = graph.predecessors if sweep % 2 == 0 else graph.successors
        for x in sorted(columns, reverse=sweep % 2 == 1):
            wanted = {node: _mean([nodes[other].y for other in neighbours(node)], nodes[node].y) for node in columns[x]}
            _settle(nodes, sorted(columns[x], key=lambda node: (wanted[node], node)), wanted, tallest)


def _settle(nodes: dict[int, CallNode], ordered: list[int], wanted: dict[int, float], tallest: int) -> None:
    """Puts nodes in one column near where they want to be, in order, a row apart, within the tallest column."""
    row = -1.0
    for node in ordered:
        row = max(row + 1, wanted[node])
        nodes[node].y = row
    limit = float(tallest - 1)
    for node in reversed(ordered):
        nodes[node].y = min(nodes[node].y, limit)
        limit = nodes[node].y - 1


def _mean(numbers: list[float], default: float) -> float:
    return sum(numbers) / len(numbers) if numbers else default
