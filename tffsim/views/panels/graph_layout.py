"""Where the calls of a graph stand: columns follow the flow of values, rows keep edges short.

An edge over several columns gets a low row of its own in each column between: a passage,
so that it crosses no call. All such edges of one call share their passages.
"""

import dataclasses
from collections.abc import Iterable

import networkx as nx

Edge = tuple[int, int]
Passage = tuple[int, int]  # The call where its edges begin, and the column that they pass.

_SWEEPS = 6
_HEIGHT_OF_CALL, _HEIGHT_OF_PASSAGE = 1.0, 0.3


@dataclasses.dataclass(frozen=True, slots=True)
class GraphLayout:
    """Places of calls, and of the edges between them, in columns and rows.

    Attributes:
        columns: The column of each call.
        rows: The row of each call; a number between rows is possible.
        passed: For each edge, the rows in which it passes the columns between its calls.
        num_rows: How many rows there are.
    """

    columns: dict[int, int]
    rows: dict[int, float]
    passed: dict[Edge, list[float]]
    num_rows: float

    @property
    def num_columns(self) -> int:
        """How many calls are one after the other."""
        return 1 + max(self.columns.values(), default=-1)


def graph_layout(calls: Iterable[int], flow: Iterable[Edge]) -> GraphLayout:
    """Lays out calls, by their numbers, between which values flow from left to right."""
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(calls)
    graph.add_edges_from(flow)
    if not nx.is_directed_acyclic_graph(graph):  # A file from elsewhere may say so.
        graph.remove_edges_from([(source, target) for source, target in graph.edges if source >= target])
    columns = _columns(graph)
    ways = {edge: _way(edge, columns) for edge in graph.edges}
    rows, num_rows = _rows(columns, ways)
    return GraphLayout(
        columns,
        {call: rows[call] for call in columns},
        {edge: [rows[passage] for passage in way[1:-1]] for edge, way in ways.items()},
        num_rows,
    )


def _columns(graph: "nx.DiGraph[int]") -> dict[int, int]:
    generations = enumerate(nx.topological_generations(graph))
    columns = {call: column for column, generation in generations for call in generation}
    for call in reversed(list(nx.topological_sort(graph))):
        # Calls stand right before what uses them first.
        if graph.out_degree(call):
            columns[call] = min(columns[user] for user in graph.successors(call)) - 1
    return {call: columns[call] for call in graph}


def _way(edge: Edge, columns: dict[int, int]) -> list[int | Passage]:
    source, target = edge
    return [source, *((source, column) for column in range(columns[source] + 1, columns[target])), target]


def _rows(columns: dict[int, int], ways: dict[Edge, list[int | Passage]]) -> tuple[dict[int | Passage, float], float]:
    """Returns the row of each call and passage, and how many rows there are."""
    steps: nx.DiGraph[int | Passage] = nx.DiGraph()
    steps.add_nodes_from(columns)
    for way in ways.values():
        nx.add_path(steps, way)
    in_columns: dict[int, list[int | Passage]] = {}
    for node in steps:
        in_columns.setdefault(node[1] if isinstance(node, tuple) else columns[node], []).append(node)
    rows = {node: float(row) for nodes in in_columns.values() for row, node in enumerate(nodes)}
    num_rows = max((sum(map(_height, nodes)) for nodes in in_columns.values()), default=0.0)
    for sweep in range(_SWEEPS):
        neighbours = steps.predecessors if sweep % 2 == 0 else steps.successors
        for column in sorted(in_columns, reverse=sweep % 2 == 1):
            nodes = in_columns[column]
            wanted = {node: _mean([rows[other] for other in neighbours(node)], rows[node]) for node in nodes}
            rows |= _settled(sorted(nodes, key=wanted.__getitem__), wanted, num_rows)
    return rows, num_rows


def _settled(
    ordered: list[int | Passage], wanted: dict[int | Passage, float], num_rows: float
) -> dict[int | Passage, float]:
    """Puts nodes of one column near where they want to be, in order, without overlaps, within all rows."""
    rows = {}
    top = -0.5
    for node in ordered:
        rows[node] = max(top + _height(node) / 2, wanted[node])
        top = rows[node] + _height(node) / 2
    bottom = num_rows - 0.5
    for node in reversed(ordered):
        rows[node] = min(rows[node], bottom - _height(node) / 2)
        bottom = rows[node] - _height(node) / 2
    return rows


def _height(node: int | Passage) -> float:
    return _HEIGHT_OF_PASSAGE if isinstance(node, tuple) else _HEIGHT_OF_CALL


def _mean(numbers: list[float], default: float) -> float:
    return sum(numbers) / len(numbers) if numbers else default
