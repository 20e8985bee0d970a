"""Where the time of a call went: preparing, clients at work, the server alone."""

import dataclasses

import numpy as np

from tffsim.tracing.analysis.intervals import length, union, without
from tffsim.tracing.analysis.traffic import entering_clients
from tffsim.tracing.document.operations import COMPUTE, CREATE_CALL
from tffsim.tracing.document.snapshot import Snapshot


@dataclasses.dataclass(frozen=True, slots=True)
class Phases:
    """How long a call took, and what of this went where; the three parts add up to the whole.

    Attributes:
        total: From its start to its end, in nanoseconds.
        clients: While at least one client was at work.
        server: While the server was at work and no client was.
        preparing: The rest: the program is read and its stack made ready, arguments go in, the result comes out.
    """

    total: int
    clients: int
    server: int
    preparing: int


def phases(snapshot: Snapshot, invocation: int) -> Phases:
    """Returns where the time of a call went.

    Args:
        snapshot: What was recorded.
        invocation: A row of `trace.invocations`.
    """
    columns = snapshot.columns
    root = snapshot.invocations[invocation].span
    own = columns["invocation"] == root
    at_clients = _covered(snapshot, own & entering_clients(snapshot) & _does_work(snapshot))
    at_server = without(_covered(snapshot, own & _is_at_server(snapshot) & _does_work(snapshot)), at_clients)
    total = int(columns["end"][root] - columns["start"][root])
    clients, server = length(at_clients), length(at_server)
    return Phases(total, clients, server, max(total - clients - server, 0))


def _covered(snapshot: Snapshot, which: "np.ndarray") -> "np.ndarray":
    return union(snapshot.columns["start"][which], snapshot.columns["end"][which])


def _does_work(snapshot: Snapshot) -> "np.ndarray":
    return np.isin(snapshot.columns["operation"], (CREATE_CALL, COMPUTE))


def _is_at_server(snapshot: Snapshot) -> "np.ndarray":
    is_server = [executor.placement == "server" for executor in snapshot.executors]
    return np.array([*is_server, False])[snapshot.columns["layer"]]
