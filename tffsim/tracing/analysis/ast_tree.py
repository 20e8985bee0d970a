"""The AST of an invocation, and the time that each of its nodes took."""

import dataclasses
import html
from typing import TYPE_CHECKING

import numpy as np

from tffsim.tracing.analysis.chosen import call_number
from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.document.table import Table
from tffsim.tracing.document.table_text import table_text
from tffsim.tracing.document.units import duration

if TYPE_CHECKING:
    from collections.abc import Iterator


_MAX_LINES, _MAX_NODES = 100, 1000
_MAX_INDENT = 16
_ALWAYS_OPEN = 3
"""So many levels of a tree are open at first, and below them what took at least a twentieth of the time."""


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class TimedNode:
    """A node of an AST. Printed, it is a table of itself and the nodes below; a notebook shows them as a tree.

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

    def table(self) -> Table:
        """Returns this node and all below, from the root downwards, as rows.

        Columns: `label` (after a blank for each level), `self_time`, `total_time`, `clients`, `spans` (how many),
        `type`, `node`. Times are nanoseconds.
        """
        rows = list(self.walk())
        texts = {
            "label": [" " * min(depth, _MAX_INDENT) + node.title for depth, node in rows],
            "type": [node.type for _, node in rows],
        }
        columns: dict[str, np.ndarray] = {
            "label": np.arange(len(rows)),
            "self_time": np.array([node.self_time for _, node in rows], np.int64),
            "total_time": np.array([node.total_time for _, node in rows], np.int64),
            "clients": np.array([node.clients for _, node in rows]),
            "spans": np.array([len(node.spans) for _, node in rows]),
            "type": np.arange(len(rows)),
            "node": np.array([node.number for _, node in rows]),
        }
        return Table(columns, texts, {"self_time": "ns", "total_time": "ns"})

    @property
    def title(self) -> str:
        """What it is to the node above, and what it is itself."""
        return f"{self.edge}: {self.label}" if self.edge else self.label

    def __repr__(self) -> str:
        return table_text(self.table(), _MAX_LINES, 0)

    def _repr_html_(self) -> str:
        parts, level = [], -1
        for position, (depth, node) in enumerate(self.walk()):
            parts.append("</details>" * (level - depth + 1))
            if position == _MAX_NODES:
                parts.append(f"<div>… {sum(1 for _ in self.walk()) - position:,} more nodes</div>")
                return "".join([*parts, "</details>" * depth])
            is_open = depth < _ALWAYS_OPEN or node.total_time * 20 >= self.total_time > 0
            parts.append(_opening(node, is_open, self.total_time))
            level = depth
        return "".join([*parts, "</details>" * (level + 1)])


def _opening(node: TimedNode, is_open: bool, longest: int) -> str:
    """Returns what stands for a node itself; the nodes below it follow, and what closes it."""
    share = 100 * node.total_time / max(longest, 1)
    bar = f"background:linear-gradient(90deg,rgba(86,180,233,.35) {share:.0f}%,transparent 0)"
    facts = [f"{duration(node.total_time)}, own {duration(node.self_time)}"] if node.total_time else []
    facts += [f"{node.clients:,} client{'s' * (node.clients != 1)}"] if node.clients else []
    # A leaf cannot be opened, so it has no triangle.
    leaf = "" if node.children else ";list-style:none"
    return (
        f'<details style="margin-left:1em"{" open" * is_open}>'
        f'<summary title="{html.escape(node.type)}" style="{bar}{leaf}">{html.escape(node.title)}'
        f' <span style="opacity:.7">{", ".join(facts)}</span></summary>'
    )


AstTree = TimedNode


def build_ast(snapshot: Snapshot, invocation: int = 0) -> AstTree:
    """Returns the AST of an invocation with the time of each node.

    Args:
        snapshot: What was recorded.
        invocation: A row of `trace.invocations`.

    Raises:
        IndexError: If there is no such invocation.
    """
    call = call_number(snapshot, invocation)
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
