"""How much data of its own each client had."""

import numpy as np

from tffsim.tracing.analysis.traffic import entering_clients
from tffsim.tracing.document.operations import CREATE_VALUE, OK
from tffsim.tracing.document.snapshot import InvocationInfo, Snapshot

UNKNOWN = -1


def num_examples(snapshot: Snapshot, call: InvocationInfo) -> "np.ndarray":
    """Returns how long the sequence is that each client of a call was given; `UNKNOWN` where that is not known.

    It is the size of the sequence by that of an element: so it is unknown where elements differ in size, such as
    batches, and of a dataset that does not tell its length. Of several sequences it is that which came first.
    """
    found = np.full(call.cardinalities.get("CLIENTS", 0), UNKNOWN)
    columns = snapshot.columns
    element_size = np.array([info.element_size for info in snapshot.types], np.int64)[columns["type"]]
    is_given = entering_clients(snapshot) & (columns["operation"] == CREATE_VALUE) & (columns["outcome"] == OK)
    is_given &= (columns["invocation"] == call.span) & (columns["client"] < len(found))
    given = np.flatnonzero(is_given & (element_size > 0) & (columns["size"] > 0))[::-1]
    found[columns["client"][given]] = columns["size"][given] // element_size[given]
    return found
