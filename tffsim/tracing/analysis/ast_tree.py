"""The AST of an invocation, and the time that each of its nodes took."""

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from tffsim.tracing.document.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclasses.dataclass(frozen=True, slots=True)
class TimedNode:
    """A node of an AST.

    Attributes:
        number: Its number in the trace.
        kind: The class of the building block, such as `Call`.
        label: What it is, in a few words.
        type: Its type, abridged.
        edge: What it is to the node above.
        spans: The numbers of the spans that worked for it.
        self_time: The time of code that ran for it, in nanoseconds.
        total_time: That, and the time of the nodes below.
        clients: For how many clients work was done.
        children: The nodes below.
    """

    number: int
    kind: str
    label: str
    type: str
    edge: str
    spans: "np.ndarray"
    self_time: int
    total_time: int
    clients: int
    children: "tuple[TimedNode, ...]"

    def walk(self, depth: int = 0) -> "Iterator[tuple[int, TimedNode]]":
        """Yields this node and all below with their depths, from the root downwards."""
        yield depth, self
        for child in self.children:
            yield from child.walk(depth + 1)


AstTree = TimedNode


def build_ast(snapshot: Snapshot, invocation: int = 0) -> AstTree:
    """Returns the AST of an invocation with the time of each node.

    Args:
        snapshot: What was recorded.
        invocation: A row of `trace.invocations`.

    Raises:
        IndexError: If there is no such invocation.
    """
    if not -len(snapshot.invocations) <= invocation < len(snapshot.invocations):
        raise IndexError(f"There is no invocation {invocation}: the trace has {len(snapshot.invocations)}.")
    call = snapshot.invocations[invocation]
    columns = snapshot.columns
    spans = np.flatnonzero((columns["invocation"] == call.span) & (columns["node"] >= 0))
    spans = spans[np.argsort(columns["node"][spans], kind="stable")]
    count = len(snapshot.nodes)
    bounds = np.searchsorted(columns["node"][spans], np.arange(count + 1))
    children: list[list[int]] = [[] for _ in range(count)]
    for number, node in enumerate(snapshot.nodes):
        if node.parent >= 0:
            children[node.parent].append(number)
    own_time = columns["self_time"] + columns["worker_time"]
    built: dict[int, TimedNode] = {}
    for number in reversed(_below(call.root, children)):
        node, own = snapshot.nodes[number], spans[bounds[number] : bounds[number + 1]]
        below = tuple(built[child] for child in children[number])
        clients = columns["client"][own]
        self_time = int(own_time[own].sum())
        built[number] = TimedNode(
            number, node.kind, node.label, node.type, node.edge, own, self_time,
            self_time + sum(child.total_time for child in below), len(np.unique(clients[clients >= 0])), below,
        )  # fmt: skip
    return built[call.root]


def _below(root: int, children: list[list[int]]) -> list[int]:
    """Returns the nodes of a tree, each before those below it."""
    found, waiting = [], [root]
    while waiting:
        number = waiting.pop()
        found.append(number)
        waiting.extend(children[number])
    return found
