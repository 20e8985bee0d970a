"""Work that was done for nothing: by clients of a host that was lost, which ran again elsewhere."""

import numpy as np

from tffsim.tracing.document.snapshot import Snapshot


def lost_work(snapshot: Snapshot) -> "np.ndarray":
    """Returns which spans are of clients that ran again later, for the same call, because their host was lost.

    They took time; but what they made, nobody has used.
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
    return is_lost
