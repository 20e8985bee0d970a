"""What each client did, and for how long."""

from typing import TYPE_CHECKING

import numpy as np

from tffsim.tracing.snapshot import ALL_OUTCOMES, RUNNING
from tffsim.tracing.spans import COMPUTE, CREATE_VALUE
from tffsim.tracing.table import Table
from tffsim.tracing.traffic import entering_clients

if TYPE_CHECKING:
    from tffsim.tracing.trace import Trace


def clients(trace: "Trace") -> Table:
    """Returns one row per client and invocation.

    Columns: `client`, `invocation` (its root span), `start` and `end` (of the first and last
    thing done for it), `busy` (code that ran for it, in all threads), `queue_time`, `spans`,
    `received` and `sent` (bytes), `outcome`: `running`, `error`, `cancelled` or `ok`.

    Times are nanoseconds. What is done once for clients that share an executor, such as
    embedding a function, is counted for the first of them.
    """
    snapshot = trace.snapshot
    columns = snapshot.columns
    at_client = np.flatnonzero(columns["client"] >= 0)
    num_clients = int(columns["client"].max(initial=-1)) + 1
    key = columns["invocation"][at_client].astype(np.int64) * max(num_clients, 1) + columns["client"][at_client]
    groups, group = np.unique(key, return_inverse=True)
    rows = len(groups)
    entering = entering_clients(trace)[at_client]
    operation, size = columns["operation"][at_client], columns["size"][at_client]
    worst = np.zeros(rows, np.int64)
    severity = np.array([0, 3, 1, 2])  # ok, cancelled, running, error: the later the worse
    np.maximum.at(worst, group, severity[columns["outcome"][at_client]])
    start = np.full(rows, np.iinfo(np.int64).max)
    end = np.zeros(rows, np.int64)
    np.minimum.at(start, group, columns["start"][at_client])
    np.maximum.at(end, group, columns["end"][at_client])
    by_severity = np.array([0, 2, RUNNING, 1])
    return Table(
        {
            "client": (groups % max(num_clients, 1)).astype(np.int32),
            "invocation": (groups // max(num_clients, 1)).astype(np.int32),
            "start": start,
            "end": end,
            "busy": _sums(group, columns["self_time"][at_client] + columns["worker_time"][at_client], rows),
            "queue_time": _sums(group, columns["queue_time"][at_client], rows),
            "spans": np.bincount(group, minlength=rows),
            "received": _sums(group, np.where(entering & (operation == CREATE_VALUE), size, 0), rows),
            "sent": _sums(group, np.where(entering & (operation == COMPUTE), size, 0), rows),
            "outcome": by_severity[worst],
        },
        {"outcome": list(ALL_OUTCOMES)},
        {"start": "ns", "end": "ns", "busy": "ns", "queue_time": "ns", "received": "bytes", "sent": "bytes"},
    )


def _sums(group: "np.ndarray", numbers: "np.ndarray", count: int) -> "np.ndarray":
    return np.bincount(group, weights=numbers, minlength=count).astype(np.int64)
