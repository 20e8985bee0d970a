"""The hosts of a stack as boxes: how each worker is, which clients ran there, and what went there and back."""

from typing import TypedDict

from tffsim.tracing.analysis.hosts import Host, Range, host_summaries, ranges_text
from tffsim.tracing.document.snapshot import Legend, Snapshot
from tffsim.tracing.document.units import data_size, duration
from tffsim.views.panels.words import words_about

_MARKS = {"serving": "✓", "rejoined": "✓", "draining": "–", "lost": "✕", "": ""}
_SLOW = "▲"
_MAX_LINES = 4


class HostBox(TypedDict):
    """A host. `lines` say what went there, and what became of clients that ran twice.

    `share` is its time, that of the busiest being 1.
    """

    head: str
    health: str
    facts: list[str]
    share: float
    lines: list[str]
    detail: str


def host_boxes(told: Legend | Snapshot) -> list[HostBox]:
    """Returns a box for each host; none if all was done in this process."""
    found = host_summaries(told)
    rounds = {call.span: number for number, call in enumerate(told.invocations, 1)}
    longest = max((host.busy for host in found), default=0) or 1
    return [_Writer(rounds).box(host, longest) for host in found]


class _Writer:
    def __init__(self, rounds: dict[int, int]) -> None:
        self._words = words_about("hosts")
        self._rounds = rounds

    def box(self, host: Host, longest: int) -> HostBox:
        is_slow = bool(host.slow) and host.health != "lost"
        mark = _SLOW if is_slow else _MARKS[host.health]
        word = self._slow(host) if is_slow else self._health(host)
        return {
            "head": f"{mark} {self._words['name'].format(name=host.name)}".strip(),
            "health": host.health,
            "facts": [
                *([word] if word else []),
                self._clients(host.clients) if host.clients else self._words["no clients"],
                self._words["busy"].format(time=duration(host.busy)),
            ],
            "share": round(host.busy / longest, 4),
            "lines": [self._wire(host), *self._lines(host)],
            "detail": host.detail,
        }

    def _health(self, host: Host) -> str:
        if not host.health:
            return ""
        return self._words[host.health].format(time=duration(host.since), round=self._round(host.invocation))

    def _slow(self, host: Host) -> str:
        return self._words["slow"].format(times=f"{host.slow:.1f}")

    def _round(self, invocation: int) -> str:
        """Returns which call it was, if there are several."""
        number = self._rounds.get(invocation)
        return self._words["in round"].format(round=number) if number and len(self._rounds) > 1 else ""

    def _clients(self, ranges: list[Range]) -> str:
        is_one = len(ranges) == 1 and ranges[0][0] == ranges[0][1]
        return self._words["client" if is_one else "clients"].format(clients=ranges_text(ranges))

    def _wire(self, host: Host) -> str:
        again = self._words["again"].format(size=data_size(host.repeated)) if host.repeated else ""
        return self._words["wire"].format(down=data_size(host.down), up=data_size(host.up)) + again

    def _lines(self, host: Host) -> list[str]:
        """Says once for each other host which clients came from there or went there."""
        taken, moved = _by_host(host.taken), _by_host(host.moved)
        lines = [
            self._words["taken" if other != host.name else "back"].format(clients=self._clients(clients), host=other)
            for other, clients in taken.items()
        ]
        lines += [
            self._words["moved"].format(clients=self._clients(clients), host=other)
            for other, clients in moved.items()
            if other != host.name
        ]
        return lines if len(lines) <= _MAX_LINES else [*lines[: _MAX_LINES - 1], "…"]


def _by_host(moves: list[tuple[Range, str]]) -> dict[str, list[Range]]:
    found: dict[str, set[Range]] = {}
    for clients, other in moves:
        found.setdefault(other, set()).add(clients)
    return {other: sorted(ranges) for other, ranges in found.items()}
