"""What truly went between this process and others, such as workers: bytes of messages, beside those of values.

A value that many clients get goes to a worker once, and a worker adds up what its clients send: so what goes over the
wire is often less than what crosses. Of a message it is known for which AST node it brings values; not which part of it
is that of a single client.
"""

import collections
from collections.abc import Iterable
from typing import TypeAlias

import numpy as np

from tffsim.tracing.analysis.crossing_nodes import call_nodes, intrinsic_labels
from tffsim.tracing.document.snapshot import Snapshot, WireInfo
from tffsim.tracing.document.table import Table

Crossing: TypeAlias = tuple[int, bool]
"""The call of an intrinsic, by its AST node (-1 for the caller), and whether it goes to clients."""


def wire(snapshot: Snapshot) -> Table:
    """Returns what went over the wire: one row per host, call, AST node, and whether it was done before.

    Columns: `host`, `round` (a row of `trace.invocations`; -1 for what belongs to no call, such as heart-beats), `node`
    (the AST node whose values they are; -1 for programs, spans and leases), `intrinsic` (what it calls), `down` and
    `up` (bytes to the host and from it), `num_messages`, `is_repeated` (whether it went a second time, because the host
    to which it had gone was lost). The frames of the network are not counted.
    """
    rows = snapshot.wire
    rounds = {call.span: number for number, call in enumerate(snapshot.invocations)}
    labels = intrinsic_labels(snapshot.nodes)
    names = sorted(set(labels) - {""})
    return Table(
        {
            "host": _column(row.host for row in rows),
            "round": _column(rounds.get(row.invocation, -1) for row in rows),
            "node": _column(row.node for row in rows),
            "intrinsic": _column(names.index(labels[r.node]) if r.node >= 0 and labels[r.node] else -1 for r in rows),
            "down": _column(row.down for row in rows),
            "up": _column(row.up for row in rows),
            "num_messages": _column(row.num_messages for row in rows),
            "is_repeated": np.array([row.is_repeated for row in rows], bool),
        },
        {"host": [host.name for host in snapshot.hosts], "intrinsic": names},
        {"down": "bytes", "up": "bytes"},
    )


def wire_of_crossings(snapshot: Snapshot) -> dict[Crossing, int]:
    """Returns how many bytes went over the wire for values that crossed for one reason, in all calls."""
    found: collections.Counter[Crossing] = collections.Counter()
    calls, labels = call_nodes(snapshot.nodes), intrinsic_labels(snapshot.nodes)
    for row in snapshot.wire:
        if row.node >= 0:
            node = int(calls[row.node]) if labels[row.node] else -1
            found[node, True] += row.down
            found[node, False] += row.up
    return dict(found)


def wire_of_others(snapshot: Snapshot) -> int:
    """Returns how many bytes went for what is no value: programs, spans and leases."""
    return sum(_size(row) for row in snapshot.wire if row.node < 0)


def wire_repeated(snapshot: Snapshot) -> int:
    """Returns how many bytes went a second time."""
    return sum(_size(row) for row in snapshot.wire if row.is_repeated)


def _size(row: WireInfo) -> int:
    return row.down + row.up


def _column(numbers: Iterable[int]) -> "np.ndarray":
    return np.array(list(numbers), np.int64)
