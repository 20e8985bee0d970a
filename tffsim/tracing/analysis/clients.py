"""What each client did, and for how long."""

import numpy as np

from tffsim.tracing.analysis.traffic import traffic
from tffsim.tracing.document.operations import ALL_OUTCOMES, CANCELLED, ERROR, OK, RUNNING
from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.document.table import Table

_BY_SEVERITY = (OK, CANCELLED, RUNNING, ERROR)


def clients(snapshot: Snapshot) -> Table:
    """Returns one row per client and invocation.

    Columns: `client`, `invocation` (its root span), `start` and `end` (of the first and last
    thing done for it), `busy` (code that ran for it, in all threads), `queue_time`, `spans`,
    `received` and `sent` (bytes from and to the server; not what the caller passes as an
    argument), `outcome`: `running`, `error`, `cancelled` or `ok`.

    Times are nanoseconds. What is done once for clients that share an executor, such as
    embedding a function, is counted for the first of them.
    """
    columns = snapshot.columns
    at_client = np.flatnonzero(columns["client"] >= 0)
    num_clients = int(columns["client"].max(initial=-1)) + 1
    key = columns["invocation"][at_client].astype(np.int64) * max(num_clients, 1) + columns["client"][at_client]
    groups, group = np.unique(key, return_inverse=True)
    rows = len(groups)
    received, sent = _exchanged(snapshot, groups, num_clients)
    worst = np.zeros(rows, np.int64)
    severity = np.argsort(_BY_SEVERITY)
    np.maximum.at(worst, group, severity[columns["outcome"][at_client]])
    start = np.full(rows, np.iinfo(np.int64).max)
    end = np.zeros(rows, np.int64)
    np.minimum.at(start, group, columns["start"][at_client])
    np.maximum.at(end, group, columns["end"][at_client])
    return Table(
        {
            "client": (groups % max(num_clients, 1)).astype(np.int32),
            "invocation": (groups // max(num_clients, 1)).astype(np.int32),
            "start": start,
            "end": end,
            "busy": _sums(group, columns["self_time"][at_client] + columns["worker_time"][at_client], rows),
            "queue_time": _sums(group, columns["queue_time"][at_client], rows),
            "spans": np.bincount(group, minlength=rows),
            "received": received,
            "sent": sent,
            "outcome": np.array(_BY_SEVERITY)[worst],
        },
        {"outcome": list(ALL_OUTCOMES)},
        {"start": "ns", "end": "ns", "busy": "ns", "queue_time": "ns", "received": "bytes", "sent": "bytes"},
    )


def _exchanged(snapshot: Snapshot, keys: "np.ndarray", num_clients: int) -> "tuple[np.ndarray, np.ndarray]":
    """Returns the bytes that each client received and sent; what clients share counts for each."""
    ledger = traffic(snapshot)
    with_server = ledger.where(ledger["visibility"] != "caller")
    span, copies, size = with_server["span"], with_server["copies"], with_server["size"]
    executors = snapshot.columns["layer"][span]
    served = np.array([executor.first_client for executor in snapshot.executors] + [0])[executors]
    first = np.where(copies > 1, served, with_server["client"])
    base = snapshot.columns["invocation"][span].astype(np.int64) * max(num_clients, 1)
    # What clients share goes to a range of rows: it is added where the range begins, and taken away where it ends.
    begins = np.searchsorted(keys, base + first)
    ends = np.searchsorted(keys, base + np.minimum(first + copies, num_clients))
    outward = with_server.numbers("direction") == 0
    return tuple(  # type: ignore[return-value]
        np.cumsum(_sums(begins[way], size[way], len(keys) + 1) - _sums(ends[way], size[way], len(keys) + 1))[:-1]
        for way in (outward, ~outward)
    )


def _sums(group: "np.ndarray", numbers: "np.ndarray", count: int) -> "np.ndarray":
    return np.bincount(group, weights=numbers, minlength=count).astype(np.int64)
