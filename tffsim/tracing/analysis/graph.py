"""The graph of values and calls."""

from typing import Required, TypeAlias, TypedDict

import networkx as nx
import numpy as np

from tffsim.tracing.analysis.chosen import are_chosen
from tffsim.tracing.document.operations import ALL_OUTCOMES, COMPUTE, INVOKE, OPERATIONS
from tffsim.tracing.document.snapshot import Snapshot, rows_of_inputs

COLLAPSE = ("clients",)

Node: TypeAlias = tuple[str, int]
"""`call` or `value`, and the number of a span."""


class NodeAttributes(TypedDict, total=False):
    """What is known of a call or of a value; see `build_graph`."""

    kind: Required[str]
    executor: Required[str]
    placement: Required[str]
    client: Required[int]
    count: Required[int]
    operation: str
    node: int
    outcome: str
    start: int
    duration: int
    self_time: int
    type: str
    size: int
    payload: bool


class EdgeAttributes(TypedDict, total=False):
    """What is known of an edge; see `build_graph`."""

    kind: Required[str]
    position: int


Graph: TypeAlias = "nx.MultiDiGraph[Node, NodeAttributes, EdgeAttributes]"


def build_graph(
    snapshot: Snapshot,
    *,
    layer: str | None = None,
    client: int | None = None,
    invocation: int | None = None,
    collapse: str | None = None,
    into: "Graph | None" = None,
) -> Graph:
    """Returns the graph of values and calls as a `networkx.MultiDiGraph`.

    Nodes are `("call", n)` and `("value", n)`, where n is the number of a span. Calls have
    the attributes `kind="call"`, `operation`, `executor`, `placement`, `client`, `node` (an
    AST node), `outcome`, `start`, `duration`, `self_time` (nanoseconds), `count`. Values have
    `kind="value"`, `type`, `size` (bytes), `executor`, `placement`, `client`, `count`.

    Edges have a `kind`: `input` (value to call, with `position`), `output` (call to value),
    `delegation` (call to a call that it makes of an executor below), `alias` (a value to the
    one that is made of it and the same: from the executor below to that above, from a value to
    what `compute` takes out of it, and from there to what another executor embeds, such as from
    the server to the clients), and in a collapsed graph `carry` (value to a call for the next
    client, such as a partial sum).

    All edges go the way of time and data, so the graph has no circle: `nx.ancestors` is what a
    value comes from, `nx.topological_sort` an order in which all could be done. In a collapsed
    graph that holds without its `carry` edges.

    Args:
        snapshot: What was recorded.
        layer: Keep only the calls of executors of this class, such as `EagerTFExecutor`.
        client: Keep only the calls for this client.
        invocation: Keep only the calls of this row of `trace.invocations`.
        collapse: `clients` merges what is done alike for each client into one node: durations
            and sizes add up, `count` says how many were merged.
        into: The empty graph that is filled; by default a new one.

    Raises:
        ValueError: If `collapse` is anything else, or nothing is called `layer`.
        IndexError: If there is no such client, or no such call.
    """
    if collapse not in (None, *COLLAPSE):
        raise ValueError(f"`collapse` must be None or `clients`, found {collapse!r}.")
    columns = snapshot.columns
    names = np.array([executor.name for executor in snapshot.executors] + [""], dtype=object)
    if layer is not None and layer not in names:
        raise ValueError(f"No executor is called {layer!r}. There are {', '.join(sorted(set(names) - {''}))}.")
    keep = (columns["operation"] != INVOKE) & are_chosen(snapshot, client, invocation)
    if layer is not None:
        keep &= names[columns["layer"]] == layer
    merged = collapsed_clients(snapshot) if collapse else np.arange(snapshot.num_spans)
    graph: Graph = nx.MultiDiGraph() if into is None else into
    _add_nodes(graph, snapshot, np.flatnonzero(keep), merged)
    _add_edges(graph, snapshot, keep, merged)
    return graph


def _add_nodes(graph: Graph, snapshot: Snapshot, spans: "np.ndarray", merged: "np.ndarray") -> None:
    columns = snapshot.columns
    first, group, count = np.unique(merged[spans], return_inverse=True, return_counts=True)
    duration = _sums(group, (columns["end"] - columns["start"])[spans], len(first))
    self_time = _sums(group, (columns["self_time"] + columns["worker_time"])[spans], len(first))
    size = _sums(group, columns["size"][spans], len(first))
    outcome = np.zeros(len(first), np.int64)
    np.maximum.at(outcome, group, columns["outcome"][spans])
    for position, span in enumerate(first.tolist()):
        executor = snapshot.executors[columns["layer"][span]]
        number = count[position]
        client = int(columns["client"][span]) if number == 1 else -1
        shared: dict[str, object] = {
            "executor": executor.name, "placement": "clients" if columns["client"][span] >= 0 else executor.placement,
            "client": client, "count": int(number),
        }  # fmt: skip
        graph.add_node(
            ("call", span), kind="call", operation=OPERATIONS[columns["operation"][span]],
            node=int(columns["node"][span]), outcome=ALL_OUTCOMES[outcome[position]],
            start=int(columns["start"][span]), duration=int(duration[position]), self_time=int(self_time[position]),
            **shared,
        )  # fmt: skip
        if columns["type"][span] >= 0:
            graph.add_node(
                ("value", span), kind="value", type=snapshot.types[columns["type"][span]].text,
                size=int(size[position]), payload=bool(columns["operation"][span] == COMPUTE), **shared,
            )  # fmt: skip
            graph.add_edge(("call", span), ("value", span), kind="output")


def _add_edges(graph: Graph, snapshot: Snapshot, keep: "np.ndarray", merged: "np.ndarray") -> None:
    columns, inputs = snapshot.columns, snapshot.inputs
    users = rows_of_inputs(snapshot)
    positions = np.arange(len(inputs)) - np.repeat(
        np.cumsum(columns["num_inputs"]) - columns["num_inputs"], columns["num_inputs"]
    )
    has_value = columns["type"] >= 0
    used = (inputs >= 0) & keep[users] & keep[inputs] & has_value[inputs]
    started, ended = _first(columns["start"], merged), _first(columns["end"], merged)
    for value, user, position in _distinct(merged[inputs[used]], merged[users[used]], positions[used]):
        kind = "input" if ended[value] <= started[user] else "carry"
        graph.add_edge(("value", value), ("call", user), kind=kind, position=position)
    spans = np.flatnonzero(keep)
    made = spans[(columns["parent"][spans] >= 0)]
    made = made[keep[columns["parent"][made]]]
    for caller, callee in _distinct(merged[columns["parent"][made]], merged[made]):
        if caller != callee:
            graph.add_edge(("call", caller), ("call", callee), kind="delegation")
    aliased = spans[columns["alias"][spans] >= 0]
    aliased = aliased[keep[columns["alias"][aliased]] & has_value[aliased]]
    for source, value in _distinct(merged[columns["alias"][aliased]], merged[aliased]):
        if source != value and ended[source] <= ended[value]:
            graph.add_edge(("value", source), ("value", value), kind="alias")


def _first(times: "np.ndarray", merged: "np.ndarray") -> "np.ndarray":
    """Returns the earliest time of each group of spans, by the number of the group."""
    first = np.full(len(times), np.iinfo(np.int64).max)
    np.minimum.at(first, merged, times)
    return first


def collapsed_clients(snapshot: Snapshot) -> "np.ndarray":
    """Returns for each span the first span that does the same.

    Two spans do the same if their executors have the same place in the stack, they do the
    same operation for the same AST node, their values have the same type, and so do their
    parents. So what is done once for each client, at the client or at the server, is merged.
    """
    columns = snapshot.columns
    parent = columns["parent"]
    signature = _places(snapshot)[columns["layer"]].astype(np.int64)
    for name, size in (("operation", len(OPERATIONS)), ("node", len(snapshot.nodes)), ("type", len(snapshot.types))):
        signature = signature * (size + 1) + columns[name] + 1
    signature = np.unique(signature * 2 + (columns["client"] >= 0), return_inverse=True)[1]
    num_signatures = int(signature.max(initial=0)) + 1
    depth = _depths(parent)
    by_depth = np.argsort(depth, kind="stable")
    bounds = np.searchsorted(depth[by_depth], np.arange(int(depth.max(initial=-1)) + 2))
    group = np.zeros(len(parent), np.int64)
    for level in range(len(bounds) - 1):
        spans = by_depth[bounds[level] : bounds[level + 1]]
        above = group[parent[spans]] if level else spans
        _, first, number = np.unique(above * num_signatures + signature[spans], return_index=True, return_inverse=True)
        group[spans] = spans[first][number]
    return group


def _depths(parent: "np.ndarray") -> "np.ndarray":
    depth = np.zeros(len(parent), np.int32)
    # Parents come before their children, so few passes reach the deepest.
    current = np.flatnonzero(parent >= 0)
    ancestors = parent.copy()
    while len(current):
        depth[current] += 1
        ancestors[current] = parent[ancestors[current]]
        current = current[ancestors[current] >= 0]
    return depth


def _places(snapshot: Snapshot) -> "np.ndarray":
    """Returns a number for each executor, equal for those in the same place of other clients."""
    numbers: dict[object, int] = {}
    places: list[int] = []
    for executor in snapshot.executors:
        above = places[executor.parent] if executor.parent >= 0 else -1
        role = executor.placement or executor.role.rstrip("0123456789- ,…")
        places.append(numbers.setdefault((executor.name, role, above), len(numbers)))
    return np.array([*places, len(numbers)])


def _distinct(*columns: "np.ndarray") -> list[list[int]]:
    if not len(columns[0]):
        return []
    # Few numbers stand in a column, so one number can stand for a row: that is sorted much faster.
    known, ranks = zip(*(np.unique(column, return_inverse=True) for column in columns), strict=True)
    key = np.ravel_multi_index(ranks, [len(numbers) for numbers in known])
    rows = np.unravel_index(np.unique(key), [len(numbers) for numbers in known])
    return np.stack([numbers[row] for numbers, row in zip(known, rows, strict=True)], axis=1).tolist()


def _sums(group: "np.ndarray", numbers: "np.ndarray", count: int) -> "np.ndarray":
    return np.bincount(group, weights=numbers, minlength=count).astype(np.int64)
