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
        failed: Whether it raised an error.
        x: The column.
        y: The row; a number between rows is possible.
    """

    text: str
    value: str
    placement: str
    count: int
    failed: bool
    x: int = 0
    y: float = 0.0


@dataclasses.dataclass(frozen=True, slots=True)
class GraphLayout:
    """Calls, and the edges between them: from a call to one that uses its value, or carries it to the next client."""

    nodes: dict[int, CallNode]
    flow: list[tuple[int, int]]
    carries: list[tuple[int, int]]

    @property
    def num_columns(self) -> int:
        """How many calls are one after the other."""
        return 1 + max((node.x for node in self.nodes.values()), default=0)

    @property
    def num_rows(self) -> float:
        """How many calls are one above the other."""
        return 1 + max((node.y for node in self.nodes.values()), default=0)


def graph_layout(summary: dict[str, Any]) -> GraphLayout:
    """Lays out what `graph_summary` returns."""
    nodes = {
        call["span"]: CallNode(call["label"], call["value"], call["placement"], call["count"], call["failed"])
        for call in summary["calls"]
    }
    edges = [(edge["source"], edge["target"], edge["kind"]) for edge in summary["edges"]]
    flow = [(source, target) for source, target, kind in edges if kind == "flow"]
    _place(nodes, flow)
    return GraphLayout(nodes, flow, [(source, target) for source, target, kind in edges if kind == "carry"])


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
