"""Work that was done for nothing: for a call that began again, or by clients that ran again, as their host was lost."""

import numpy as np

from tffsim.tracing.document.snapshot import Snapshot


def lost_work(snapshot: Snapshot) -> "np.ndarray":
    """Returns which spans did what was done again later, for the same call, because a host was lost.

    They took time; but what they made, nobody has used. They are of clients that ran again elsewhere, or of all who
    took part in a call that began again without clients that had dropped out.
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
    for call in snapshot.invocations:
        if call.counted_from:
            is_lost |= (columns["invocation"] == call.span) & (columns["start"] < call.counted_from)
            is_lost[call.span] = False
    return is_lost


def counted_columns(snapshot: Snapshot) -> "dict[str, np.ndarray]":
    """Returns the columns of the spans whose work was not lost."""
    is_lost = lost_work(snapshot)
    return {name: column[~is_lost] for name, column in snapshot.columns.items()} if is_lost.any() else snapshot.columns
