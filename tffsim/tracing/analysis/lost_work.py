"""Work that was done for nothing: for a call that began again, or by clients that ran again, as their host was lost."""

import numpy as np

from tffsim.tracing.document.operations import OK
from tffsim.tracing.document.snapshot import Snapshot


def lost_work(snapshot: Snapshot) -> "np.ndarray":
    """Returns which spans did what was done again later, for the same call, because a host was lost.

    They took time; but what they made, nobody has used. They are of clients that ran again elsewhere, or of all who
    took part in a call that began again without clients that had dropped out. What a host had answered before it was
    lost is not done again.
    """
    columns = snapshot.columns
    is_lost = np.zeros(snapshot.num_spans, bool)
    for event in snapshot.host_events:
        if event.before >= 0:
            is_lost |= (
                (columns["host"] == event.before)
                & (columns["invocation"] == event.invocation)
                & (columns["client"] >= event.first_client)
                & (columns["client"] < event.first_client + event.num_clients)
                & (columns["start"] < event.moment)
            )
    if is_lost.any():
        is_lost &= ~_answered(snapshot)
    return is_lost | given_up(snapshot)


def given_up(snapshot: Snapshot) -> "np.ndarray":
    """Returns which spans are of calls that began again, and were before that."""
    columns = snapshot.columns
    is_given_up = np.zeros(snapshot.num_spans, bool)
    for call in snapshot.invocations:
        if call.counted_from:
            is_given_up |= (columns["invocation"] == call.span) & (columns["start"] < call.counted_from)
            is_given_up[call.span] = False
    return is_given_up


def _answered(snapshot: Snapshot) -> "np.ndarray":
    """Returns which spans a host did for a span here that ended well and had no need of another host."""
    host, parent = snapshot.columns["host"], snapshot.columns["parent"]
    asker = np.arange(snapshot.num_spans)
    while (is_there := (asker >= 0) & (host[asker] >= 0)).any():
        # A file may say anything; here a span starts after its parent.
        asker[is_there] = np.where(parent[asker] < asker, parent[asker], -1)[is_there]
    is_known = (host >= 0) & (asker >= 0)
    hosts_of = np.unique(np.stack([asker[is_known], host[is_known]]), axis=1)[0]
    askers, num_hosts = np.unique(hosts_of, return_counts=True)
    return is_known & np.isin(asker, askers[num_hosts == 1]) & (snapshot.columns["outcome"][asker] == OK)


def counted_columns(snapshot: Snapshot) -> "dict[str, np.ndarray]":
    """Returns the columns of the spans whose work was not lost."""
    is_lost = lost_work(snapshot)
    return {name: column[~is_lost] for name, column in snapshot.columns.items()} if is_lost.any() else snapshot.columns
