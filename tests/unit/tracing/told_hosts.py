"""Traces that tell of hosts only."""

import dataclasses

from tffsim.tracing.document.snapshot import HostEvent, HostInfo, WireInfo
from tffsim.tracing.recording.reading import take_snapshot
from tffsim.tracing.recording.recorder import Recorder

SECOND = 1_000_000_000


def event(moment, host, what, first=-1, count=0, before=-1):
    return HostEvent(host, moment, what, 0, first, count, before, f"{what} {host}")


def told_hosts(names, happened=(), wire=()):
    """Returns a trace with hosts and for how many seconds each was busy, and with what happened, 10 ns apart."""
    infos = [HostInfo(name, int(busy * SECOND)) for name, busy in names]
    events = [event(10 * n, *it) for n, it in enumerate(happened)]
    return dataclasses.replace(take_snapshot(Recorder()), hosts=infos, host_events=events, wire=list(wire))


def one_is_lost():
    """Returns the trace of three workers, of which one is lost, and its clients run again at the others."""
    return told_hosts(
        [("lab:10", 2.0), ("lab:9", 1.0), ("lab:11", 4.8)],
        [
            (0, "serving"), (1, "serving"), (2, "serving"),
            (0, "runs", 0, 10, -1), (1, "runs", 10, 10, -1), (2, "runs", 20, 10, -1),
            (1, "lost"),
            (0, "runs again", 10, 5, 1), (2, "runs again", 15, 5, 1),
        ],
        [WireInfo(0, 0, 3, 100, 20, 2, False), WireInfo(0, 0, 3, 40, 0, 1, True), WireInfo(1, -1, -1, 7, 8, 2, False)],
    )  # fmt: skip
