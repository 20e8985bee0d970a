"""Two traces of one computation, compared AST node by AST node."""

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from tffsim.tracing.analysis.ast_tree import TimedNode
from tffsim.tracing.document.operations import COMPUTE, CREATE_CALL, INVOKE
from tffsim.tracing.document.table import Table

if TYPE_CHECKING:
    from tffsim.traces.trace import Trace


@dataclasses.dataclass(frozen=True)
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

    def __str__(self) -> str:
        ratio = self.total_time_other / max(self.total_time, 1)
        lines = [f"{self.total_time / 1e6:.2f} ms against {self.total_time_other / 1e6:.2f} ms ({ratio:.2f} times)"]
        lines.append("the results differ" if self.results_differ else "no difference between the results")
        rows = [row for row in map(self.nodes.row, range(self.nodes.num_rows)) if row["calls"] or row["calls_other"]]
        return "\n".join([*lines, *map(_line, rows)])


def _line(row: dict[str, Any]) -> str:
    return (
        f"{row['label'][:36]:36} calls {row['calls']:6} → {row['calls_other']:6}   "
        f"ms {row['time'] / 1e6:9.2f} → {row['time_other'] / 1e6:9.2f}   "
        f"bytes {row['bytes']:9} → {row['bytes_other']:9}" + ("   values differ" if row["values_differ"] else "")
    )


def compare(one: "Trace", other: "Trace") -> Difference:
    """Compares the first invocations of two traces.

    Raises:
        ValueError: If they are invocations of computations with different ASTs.
    """
    trees = [one.ast(), other.ast()]
    flat = [[node for _, node in tree.walk()] for tree in trees]
    forms = [[_form(node) for node in nodes] for nodes in flat]
    if forms[0] != forms[1]:
        names = [trace.snapshot.invocations[0].name for trace in (one, other)]
        raise ValueError(f"Only traces of the same computation can be compared, found `{names[0]}` and `{names[1]}`.")
    labels = [("  " * depth) + node.label for depth, node in trees[0].walk()]
    columns = {"node": np.arange(len(labels)), "label": np.arange(len(labels))}
    for trace, nodes, suffix in zip((one, other), flat, ("", "_other"), strict=True):
        sizes = trace.snapshot.columns["size"]
        columns["calls" + suffix] = np.array([len(node.spans) for node in nodes])
        columns["time" + suffix] = np.array([node.self_time for node in nodes])
        columns["bytes" + suffix] = np.array([int(sizes[node.spans].sum()) for node in nodes])
    values = [
        [_client_values(trace, node.spans) for node in nodes] for trace, nodes in zip((one, other), flat, strict=True)
    ]
    columns["values_differ"] = np.array([a != b for a, b in zip(*values, strict=True)], bool)
    table = Table(
        columns, {"label": labels}, {"time": "ns", "time_other": "ns", "bytes": "bytes", "bytes_other": "bytes"}
    )
    return Difference(table, _results(one) != _results(other), _duration(one), _duration(other))


def _form(node: TimedNode) -> tuple[str, str, str]:
    """Returns what nodes of one computation have in common, whichever TensorFlow functions it was built with."""
    is_named_by_user = node.kind in ("Call", "CompiledComputation")
    return node.kind, "" if is_named_by_user else node.label, node.type


def _client_values(trace: "Trace", spans: "np.ndarray") -> set[tuple[int, str]]:
    """Returns what leaf executors of clients computed, as far as sketches tell."""
    columns, snapshot = trace.snapshot.columns, trace.snapshot
    made = spans[(columns["operation"][spans] == CREATE_CALL) & (columns["client"][spans] >= 0)]
    is_known = ~np.isnan(columns["scalar"][made]) | np.isin(made, snapshot.sketches.values_sketched)
    known = made[is_known & (columns["alias"][made] < 0)].tolist()
    return {(int(columns["client"][number]), trace.preview(number)) for number in known}


def _duration(trace: "Trace") -> int:
    root = trace.snapshot.invocations[0].span
    return int(trace.snapshot.columns["end"][root] - trace.snapshot.columns["start"][root])


def _results(trace: "Trace") -> list[str]:
    """Returns what the first invocation computed, as far as sketches tell."""
    snapshot = trace.snapshot
    columns, root = snapshot.columns, snapshot.invocations[0].span
    top = np.flatnonzero((columns["parent"] == root) & (columns["operation"] == COMPUTE))
    assert columns["operation"][root] == INVOKE
    return [part for span in top for part in _leaves(trace, int(span))]


def _leaves(trace: "Trace", span: int) -> list[str]:
    """Returns the previews of the parts of a computed value that are not structs themselves."""
    columns = trace.snapshot.columns
    if span in trace.snapshot.sketches or not np.isnan(columns["scalar"][span]):
        return [trace.preview(span)]
    parts = np.flatnonzero((columns["parent"] == span) & (columns["operation"] == COMPUTE))
    return [text for part in parts for text in _leaves(trace, int(part))]
