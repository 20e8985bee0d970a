"""What each host did, such as a worker: how it is, which clients ran there, and what went there and back."""

import dataclasses
import statistics
from collections.abc import Iterable

import numpy as np

from tffsim.tracing.document.operations import HEALTH
from tffsim.tracing.document.snapshot import HostEvent, Legend, Snapshot
from tffsim.tracing.document.table import Table

_SLOW = 2.0
_LEAST_SLOW = 100_000_000

Range = tuple[int, int]
"""The first of some clients that follow each other, and the last."""


@dataclasses.dataclass(slots=True)
class Host:
    """What is known of a host.

    Attributes:
        name: What it is called.
        health: One of `operations.HEALTH`; empty if nobody knows.
        since: When that began, in nanoseconds since the beginning of the trace.
        invocation: The span of the call that was under way when it was lost; -1 if none was, or it was not lost.
        detail: Who serves there, or why it was lost.
        clients: Which clients ran there.
        taken: Of these, those that had run elsewhere before, and the host that was lost then.
        moved: Which ran again elsewhere, and where.
        busy: For how many nanoseconds its spans ran.
        slow: How many times as long each client took as at the median host, if that is remarkable; otherwise 0.
        down: How many bytes went to it.
        up: How many came from it.
        repeated: How many of both went because another host was lost.
    """

    name: str
    health: str = ""
    since: int = 0
    invocation: int = -1
    detail: str = ""
    clients: list[Range] = dataclasses.field(default_factory=list)
    taken: list[tuple[Range, str]] = dataclasses.field(default_factory=list)
    moved: list[tuple[Range, str]] = dataclasses.field(default_factory=list)
    busy: int = 0
    slow: float = 0.0
    down: int = 0
    up: int = 0
    repeated: int = 0


def host_summaries(told: Legend | Snapshot) -> list[Host]:
    """Returns what is known of the hosts of a trace, in the order of their names."""
    found = [Host(info.name, busy=info.busy) for info in told.hosts]
    for event in told.host_events:
        _add_event(found, event)
    for row in told.wire:
        host = found[row.host]
        host.down += row.down
        host.up += row.up
        host.repeated += (row.down + row.up) * row.is_repeated
    for host in found:
        host.clients = _joined(host.clients)
    for host in found:
        host.slow = _slowness(host, found)
    return sorted(found, key=lambda host: _by_number(host.name))


def hosts(snapshot: Snapshot) -> Table:
    """Returns what each host did, one row for each.

    Columns: `host`, `health` (`serving`, `lost`, `rejoined`: lost and found again, `draining`: about to end), `since`,
    `clients` (which ran there), `num_taken` (how many of them had run at a host that was lost), `busy` (for how long
    its spans ran; those of several threads count together), `down`, `up` (bytes of messages to it and from it),
    `repeated` (of these, how many because a host was lost), `detail` (who serves there, or why it was lost).
    """
    found = host_summaries(snapshot)
    count = np.arange(len(found))
    return Table(
        {
            "host": count,
            "health": np.array([HEALTH.index(host.health) if host.health else -1 for host in found], np.int64),
            "since": np.array([host.since for host in found], np.int64),
            "clients": count,
            "num_taken": np.array([sum(last + 1 - first for (first, last), _ in h.taken) for h in found], np.int64),
            "busy": np.array([host.busy for host in found], np.int64),
            "down": np.array([host.down for host in found], np.int64),
            "up": np.array([host.up for host in found], np.int64),
            "repeated": np.array([host.repeated for host in found], np.int64),
            "detail": count,
        },
        {
            "host": [host.name for host in found],
            "health": list(HEALTH),
            "clients": [ranges_text(host.clients) for host in found],
            "detail": [host.detail for host in found],
        },
        {"since": "ns", "busy": "ns", "down": "bytes", "up": "bytes", "repeated": "bytes"},
    )


def ranges_text(ranges: Iterable[Range]) -> str:
    """Returns ranges of clients as people write them, such as `0–19, 32`."""
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in ranges)


def _add_event(found: list[Host], event: HostEvent) -> None:
    host = found[event.host]
    if event.what in HEALTH:
        host.health, host.since, host.detail = event.what, event.moment, event.detail or host.detail
        return
    clients = (event.first_client, event.first_client + event.num_clients - 1)
    host.clients.append(clients)
    if event.before >= 0:
        lost = found[event.before]
        host.taken.append((clients, lost.name))
        lost.moved.append((clients, host.name))
        lost.invocation = event.invocation


def _joined(ranges: list[Range]) -> list[Range]:
    """Returns the same clients, in as few ranges as possible."""
    joined: list[Range] = []
    for first, last in sorted(ranges):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = joined[-1][0], max(last, joined[-1][1])
        else:
            joined.append((first, last))
    return joined


def _slowness(host: Host, found: list[Host]) -> float:
    # One that was lost had not ended what its clients began.
    others = [_per_client(other) for other in found if other is not host and other.busy and other.health != "lost"]
    if not others or host.busy < _LEAST_SLOW:
        return 0.0
    times = _per_client(host) / statistics.median(others)
    return times if times >= _SLOW else 0.0


def _per_client(host: Host) -> float:
    """Returns how long a host was busy for each of its clients: one that has taken those of another has more to do."""
    return host.busy / max(1, sum(last + 1 - first for first, last in host.clients))


def _by_number(name: str) -> tuple[str, int]:
    """Lets ports follow each other as numbers."""
    head, _, port = name.rpartition(":")
    return head, int(port) if port.isdecimal() else -1
