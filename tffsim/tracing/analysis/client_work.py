"""Which spans are the work of clients."""

import numpy as np

from tffsim.tracing.analysis.traffic import entering_clients
from tffsim.tracing.document.operations import COMPUTE, CREATE_CALL, CREATE_VALUE
from tffsim.tracing.document.snapshot import Snapshot


def client_work(snapshot: Snapshot) -> "np.ndarray":
    """Returns which spans are work of a client, at its border.

    It is work to run a function, to compute a value, and to take what a step of the program brings to the client:
    above all its function, which TensorFlow makes ready for the first one. What the caller passes is not.
    """
    operation = snapshot.columns["operation"]
    is_step = np.array([*(node.kind == "Call" for node in snapshot.nodes), False])[snapshot.columns["node"]]
    is_work = np.isin(operation, (CREATE_CALL, COMPUTE)) | ((operation == CREATE_VALUE) & is_step)
    return entering_clients(snapshot) & is_work
