"""Two traces of one computation, compared AST node by AST node."""

import dataclasses
import html

import numpy as np

from tffsim.tracing.analysis.ast_tree import TimedNode, build_ast
from tffsim.tracing.document.operations import COMPUTE, CREATE_CALL, INVOKE
from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.document.span_reader import SpanReader
from tffsim.tracing.document.table import Table
from tffsim.tracing.document.table_html import table_html
from tffsim.tracing.document.table_text import table_text
from tffsim.tracing.document.units import duration

_MAX_LINES = 100


@dataclasses.dataclass(frozen=True, repr=False)
class Difference:
    """What differs between two traces of the same computation.

    Attributes:
        nodes: One row per AST node: `node`, `label`, and for both traces `calls`, `time` (own
            code, nanoseconds), `bytes` (of values made for it), with `_other` for the second;
            `values_differ`: whether a client is known to have computed something else for it.
        results_differ: Whether the results of the invocations are known to differ.
        total_time: The duration of the first invocation, in nanoseconds.
        total_time_other: That of the second.
    """

    nodes: Table
    results_differ: bool
    total_time: int
    total_time_other: int

    def __repr__(self) -> str:
        return "\n".join([*self._sentences(), table_text(self._shown(), _MAX_LINES, 0)])

    def _repr_html_(self) -> str:
        sentences = "".join(f"<div>{html.escape(sentence)}</div>" for sentence in self._sentences())
        return sentences + table_html(self._shown())

    def _sentences(self) -> list[str]:
        ratio = self.total_time_other / max(self.total_time, 1)
        return [
            f"{duration(self.total_time)} → {duration(self.total_time_other)} ({ratio:.2f} times)",
            "the results differ" if self.results_differ else "no difference between the results",
        ]

    def _shown(self) -> Table:
        """Returns the nodes for which something was done, what is compared side by side."""
        nodes = self.nodes.where((self.nodes["calls"] > 0) | (self.nodes["calls_other"] > 0))
        columns = {"label": nodes.numbers("label"), "values": nodes["values_differ"].astype(int)}
        for name in ("calls", "time", "bytes"):
            columns |= {name: nodes[name], f"→ {name}": nodes[f"{name}_other"]}
        units = {name: nodes.units[name.removeprefix("→ ")] for name in ("time", "→ time", "bytes", "→ bytes")}
        return Table(columns, {"label": nodes.texts["label"], "values": ["", "differ"]}, units)


def compare(one: Snapshot, other: Snapshot) -> Difference:
    """Compares the first invocations of two traces.

    Raises:
        ValueError: If they are invocations of computations with different ASTs.
    """
    trees = [build_ast(one), build_ast(other)]
    flat = [[node for _, node in tree.walk()] for tree in trees]
    forms = [[_form(node) for node in nodes] for nodes in flat]
    if forms[0] != forms[1]:
        names = [snapshot.invocations[0].name for snapshot in (one, other)]
        raise ValueError(f"Only traces of the same computation can be compared, found `{names[0]}` and `{names[1]}`.")
    labels = [("  " * depth) + node.label for depth, node in trees[0].walk()]
    columns = {"node": np.arange(len(labels)), "label": np.arange(len(labels))}
    for snapshot, nodes, suffix in zip((one, other), flat, ("", "_other"), strict=True):
        sizes = snapshot.columns["size"]
        columns["calls" + suffix] = np.array([len(node.spans) for node in nodes])
        columns["time" + suffix] = np.array([node.self_time for node in nodes])
        columns["bytes" + suffix] = np.array([int(sizes[node.spans].sum()) for node in nodes])
    readers = (SpanReader(one), SpanReader(other))
    values = [
        [_client_values(reader, node.spans) for node in nodes] for reader, nodes in zip(readers, flat, strict=True)
    ]
    columns["values_differ"] = np.array([a != b for a, b in zip(*values, strict=True)], bool)
    table = Table(
        columns, {"label": labels}, {"time": "ns", "time_other": "ns", "bytes": "bytes", "bytes_other": "bytes"}
    )
    return Difference(table, _results(readers[0]) != _results(readers[1]), _duration(one), _duration(other))


def _form(node: TimedNode) -> tuple[str, str, str]:
    """Returns what nodes of one computation have in common, whichever TensorFlow functions it was built with."""
    is_named_by_user = node.kind in ("Call", "CompiledComputation")
    return node.kind, "" if is_named_by_user else node.label, node.type


def _client_values(reader: SpanReader, spans: "np.ndarray") -> set[tuple[int, str]]:
    """Returns what leaf executors of clients computed, as far as sketches tell."""
    snapshot = reader.snapshot
    columns = snapshot.columns
    made = spans[(columns["operation"][spans] == CREATE_CALL) & (columns["client"][spans] >= 0)]
    is_known = columns["has_scalar"][made] | np.isin(made, snapshot.sketches.values_sketched)
    known = made[is_known & (columns["alias"][made] < 0)].tolist()
    return {(int(columns["client"][number]), reader.preview(number)) for number in known}


def _duration(snapshot: Snapshot) -> int:
    root = snapshot.invocations[0].span
    return int(snapshot.columns["end"][root] - snapshot.columns["start"][root])


def _results(reader: SpanReader) -> list[str]:
    """Returns what the first invocation computed, as far as sketches tell."""
    snapshot = reader.snapshot
    columns, root = snapshot.columns, snapshot.invocations[0].span
    top = np.flatnonzero((columns["parent"] == root) & (columns["operation"] == COMPUTE))
    assert columns["operation"][root] == INVOKE
    return [part for span in top for part in _leaves(reader, int(span))]


def _leaves(reader: SpanReader, span: int) -> list[str]:
    """Returns the previews of the parts of a computed value that are not structs themselves."""
    snapshot, columns = reader.snapshot, reader.snapshot.columns
    if span in snapshot.sketches or columns["has_scalar"][span]:
        return [reader.preview(span)]
    parts = np.flatnonzero((columns["parent"] == span) & (columns["operation"] == COMPUTE))
    return [text for part in parts for text in _leaves(reader, int(part))]
