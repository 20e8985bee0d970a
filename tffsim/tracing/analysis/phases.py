"""Where the time of a call went: preparing, clients at work, the server alone."""

import dataclasses

import numpy as np

from tffsim.tracing.analysis.client_work import client_work
from tffsim.tracing.analysis.intervals import length, union, without
from tffsim.tracing.analysis.lost_work import lost_work
from tffsim.tracing.document.operations import COMPUTE, CREATE_CALL
from tffsim.tracing.document.snapshot import Snapshot


@dataclasses.dataclass(frozen=True, slots=True)
class Phases:
    """How long a call took, and what of this went where; the three parts add up to the whole.

    Attributes:
        total: From its start to its end, in nanoseconds.
        clients: While at least one client was at work; see `client_work`.
        server: While the server was at work and no client was.
        preparing: The rest: the program is read and its stack made ready, arguments go in, the result comes out. So is
            what was given up, and done again.
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
    return phases_of(snapshot, [invocation])[0]


def phases_of(snapshot: Snapshot, invocations: list[int]) -> list[Phases]:
    """Returns where the time of each of some calls went, in little more time than of one.

    Args:
        snapshot: What was recorded.
        invocations: Rows of `trace.invocations`.
    """
    columns = snapshot.columns
    at_clients = client_work(snapshot)
    at_work = np.flatnonzero((at_clients | _server_work(snapshot)) & ~lost_work(snapshot))
    call = columns["invocation"][at_work]
    order = np.argsort(call, kind="stable")
    at_work, call = at_work[order], call[order]
    roots = [snapshot.invocations[row].span for row in invocations]
    cuts = zip(np.searchsorted(call, roots), np.searchsorted(call, roots, "right"), strict=True)
    return [
        _phases(snapshot, root, at_work[first:last], at_clients)
        for root, (first, last) in zip(roots, cuts, strict=True)
    ]


def _phases(snapshot: Snapshot, root: int, at_work: "np.ndarray", at_clients: "np.ndarray") -> Phases:
    columns = snapshot.columns
    of_clients = _covered(snapshot, at_work[at_clients[at_work]])
    of_server = without(_covered(snapshot, at_work[~at_clients[at_work]]), of_clients)
    total = int(columns["end"][root] - columns["start"][root])
    clients, server = length(of_clients), length(of_server)
    return Phases(total, clients, server, max(total - clients - server, 0))


def _covered(snapshot: Snapshot, spans: "np.ndarray") -> "np.ndarray":
    return union(snapshot.columns["start"][spans], snapshot.columns["end"][spans])


def _server_work(snapshot: Snapshot) -> "np.ndarray":
    is_server = [executor.placement == "server" for executor in snapshot.executors]
    is_work = np.isin(snapshot.columns["operation"], (CREATE_CALL, COMPUTE))
    return np.array([*is_server, False])[snapshot.columns["layer"]] & is_work
