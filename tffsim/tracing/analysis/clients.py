"""What each client did, and for how long."""

import numpy as np

from tffsim.tracing.analysis.lost_work import lost_work
from tffsim.tracing.analysis.traffic import traffic
from tffsim.tracing.document.operations import ALL_OUTCOMES, CANCELLED, ERROR, OK, RUNNING
from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.document.table import Table

_BY_SEVERITY = (OK, CANCELLED, RUNNING, ERROR)
NOT_STARTED = "not started"
_NEVER = -1
_MOST_ROWS = 1_000_000


def clients(snapshot: Snapshot) -> Table:
    """Returns one row per client and invocation.

    Columns: `client`, `round` (the number of the call, from 0: a row of `trace.invocations`), `outcome`: `running`,
    `error`, `cancelled`, `ok`, or `not started` for a client whose turn had not come when its call failed or was
    cancelled; `start` and `end` (of the first and last thing done for it; -1 if there was none), `busy` (code that
    ran for it, in all threads), `queue_time`, `received` and `sent` (bytes from and to the server; not what the
    caller passes as an argument), `spans`, `invocation` (its root span).

    Times are nanoseconds. What is done once for clients that share an executor, such as
    embedding a function, is counted for the first of them. What was done again later, because a worker was lost, is
    not counted.
    """
    columns = snapshot.columns
    at_client = np.flatnonzero((columns["client"] >= 0) & ~lost_work(snapshot))
    missing = _clients_of_calls_that_did_not_end_well(snapshot)
    num_clients = 1 + max(int(columns["client"].max(initial=-1)), int(missing[1].max(initial=-1)))
    key = columns["invocation"][at_client].astype(np.int64) * max(num_clients, 1) + columns["client"][at_client]
    groups = np.unique(np.concatenate([key, missing[0] * num_clients + missing[1]]))
    group = np.searchsorted(groups, key)
    rows = len(groups)
    received, sent = _exchanged(snapshot, groups, num_clients)
    worst = np.zeros(rows, np.int64)
    severity = np.argsort(_BY_SEVERITY)
    np.maximum.at(worst, group, severity[columns["outcome"][at_client]])
    start = np.full(rows, np.iinfo(np.int64).max)
    end = np.full(rows, _NEVER)
    np.minimum.at(start, group, columns["start"][at_client])
    np.maximum.at(end, group, columns["end"][at_client])
    spans = np.bincount(group, minlength=rows)
    invocation = (groups // max(num_clients, 1)).astype(np.int32)
    return Table(
        {
            "client": (groups % max(num_clients, 1)).astype(np.int32),
            "round": np.searchsorted([call.span for call in snapshot.invocations], invocation).astype(np.int32),
            "outcome": np.where(spans > 0, np.array(_BY_SEVERITY)[worst], len(ALL_OUTCOMES)),
            "start": np.where(spans > 0, start, _NEVER),
            "end": end,
            "busy": _sums(group, columns["self_time"][at_client] + columns["worker_time"][at_client], rows),
            "queue_time": _sums(group, columns["queue_time"][at_client], rows),
            "received": np.where(spans > 0, received, 0),  # Shared values are counted for all clients of an executor.
            "sent": sent,
            "spans": spans,
            "invocation": invocation,
        },
        {"outcome": [*ALL_OUTCOMES, NOT_STARTED]},
        {"start": "ns", "end": "ns", "busy": "ns", "queue_time": "ns", "received": "bytes", "sent": "bytes"},
    )


def _clients_of_calls_that_did_not_end_well(snapshot: Snapshot) -> "tuple[np.ndarray, np.ndarray]":
    """Returns the calls that ended early, by their root spans, with each of the clients that they had."""
    outcomes = snapshot.columns["outcome"]
    early = {
        call.span: call.cardinalities.get("CLIENTS", 0)
        for call in snapshot.invocations
        if outcomes[call.span] not in (OK, RUNNING)
    }
    # A file from elsewhere may tell any numbers.
    counts = np.minimum(np.array([*early.values()], np.int64), _MOST_ROWS // max(len(early), 1))
    invocations = np.repeat(np.array([*early], np.int64), counts)
    return invocations, np.arange(len(invocations)) - np.repeat(np.cumsum(counts) - counts, counts)


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
