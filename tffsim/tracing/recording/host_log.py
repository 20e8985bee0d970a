"""What a trace knows of other processes, such as workers: what happens to them, what they do, and what goes there."""

import collections
import logging
import threading
from collections.abc import Callable, Mapping

from tffsim.tracing.document.operations import HEALTH
from tffsim.tracing.document.snapshot import HostEvent, HostInfo, WireInfo
from tffsim.tracing.recording.wire_bytes import Amount

_log = logging.getLogger("tffsim")
_MAX_EVENTS = 10_000
_GONE = ("lost", "draining")
_Clients = tuple[int, int]
_Run = tuple[int, int, int]


class HostLog:
    """Writes down what is known of hosts. Thread-safe.

    Args:
        now: Tells the time, in nanoseconds.

    Attributes:
        num_changes: How often something was written.
        num_restarts: How often a call has begun again.
    """

    def __init__(self, now: Callable[[], int]) -> None:
        self.num_changes = 0
        self.num_restarts = 0
        self._begun_again: set[int] = set()
        self._now = now
        self._lock = threading.Lock()
        self._is_closed = False
        self._busy: dict[str, int] = {}
        self._health: dict[int, str] = {}
        self._num_lost: collections.Counter[int] = collections.Counter()
        self._runs: dict[_Clients, _Run] = {}
        self._events: list[HostEvent] = []
        self._wire: dict[tuple[int, int, int, bool], Amount] = {}

    def number(self, name: str) -> int:
        """Returns the number of a host."""
        with self._lock:
            return self._number(name)

    def was_busy(self, name: str, nanoseconds: int) -> None:
        """Notes that spans of a host ran for a while."""
        with self._lock:
            self._number(name)
            if not self._is_closed:
                self._busy[name] += nanoseconds
                self.num_changes += 1

    def note_health(self, name: str, health: str, detail: str = "") -> None:
        """Notes how a host is, unless this is known.

        Args:
            name: The host.
            health: One of `operations.HEALTH`; one that serves again has rejoined.
            detail: Who serves there, or why it was lost.
        """
        assert health in HEALTH
        with self._lock:
            host = self._number(name)
            before = self._health.get(host)
            if health == "serving" and before in (*_GONE, "rejoined"):
                health = "rejoined"
            if health != before:
                self._health[host] = health
                self._num_lost[host] += health == "lost"
                self._add(HostEvent(host, self._now(), health, detail=detail))

    def note_clients(self, name: str, invocation: int, first: int, count: int, before: str = "") -> None:
        """Notes that clients run at a host, unless it is where they ran before.

        Args:
            name: The host.
            invocation: The span of the call.
            first: Index of the first client.
            count: How many clients there are.
            before: The host that was lost while it had them; empty if none was.
        """
        with self._lock:
            host, lost = self._number(name), self._number(before) if before else -1
            run = (host, lost, self._num_lost[lost])
            last = self._runs.get((first, count))
            if last == run or (not before and last is not None and last[0] == host):
                return
            self._runs[first, count] = run
            what = "runs again" if before else "runs"
            self._add(HostEvent(host, self._now(), what, invocation, first, count, lost))

    def begin_again(self, invocation: int) -> None:
        """Notes that all is done again for a call: what goes from now on has gone before."""
        with self._lock:
            self._begun_again.add(invocation)
            self.num_restarts += 1
            self.num_changes += 1

    def note_wire(
        self, name: str, amounts: Mapping[int, Amount], invocation: int = -1, *, is_repeated: bool = False
    ) -> None:
        """Adds what went between this process and a host.

        Args:
            name: The host.
            amounts: How much, by the AST node whose values it was; -1 for what is no value.
            invocation: The span of the call for which it went; -1 for none.
            is_repeated: Whether it was done before, at a host that was lost.
        """
        with self._lock:
            host = self._number(name)
            if self._is_closed:
                return
            is_repeated |= invocation in self._begun_again
            for node, amount in amounts.items():
                sum_of_all = self._wire.setdefault((host, invocation, node, is_repeated), Amount())
                sum_of_all.add(amount)
            self.num_changes += 1

    def close(self) -> None:
        """Writes nothing more."""
        with self._lock:
            self._is_closed = True

    def infos(self) -> list[HostInfo]:
        """Returns the hosts."""
        with self._lock:
            return [HostInfo(name, busy) for name, busy in self._busy.items()]

    def events(self, started: int, row_of: Callable[[int], int]) -> list[HostEvent]:
        """Returns what has happened.

        Args:
            started: When the trace began, by the same clock.
            row_of: Returns the row of a span, or -1.
        """
        with self._lock:
            events = list(self._events)
        return [
            HostEvent(
                event.host, max(event.moment - started, 0), event.what, row_of(event.invocation), event.first_client,
                event.num_clients, event.before, event.detail,
            )
            for event in events
        ]  # fmt: skip

    def wire(self, row_of: Callable[[int], int]) -> list[WireInfo]:
        """Returns what went over the wire, given what returns the row of a span, or -1."""
        with self._lock:
            return [
                # What was said of a message that was never sent makes the rest less than nothing.
                WireInfo(host, row_of(invocation), node, max(a.down, 0), max(a.up, 0), a.num_messages, is_repeated)
                for (host, invocation, node, is_repeated), a in self._wire.items()
            ]

    def _number(self, name: str) -> int:
        self._busy.setdefault(name, 0)
        return list(self._busy).index(name)

    def _add(self, event: HostEvent) -> None:
        if self._is_closed:
            return
        self.num_changes += 1
        if len(self._events) < _MAX_EVENTS:
            self._events.append(event)
        elif len(self._events) == _MAX_EVENTS:
            _log.warning("The trace tells of no more than %d events of hosts.", _MAX_EVENTS)
            self._events.append(event)
