"""The rounds of a run as rows: time, bytes, clients, what they returned and what went wrong."""

import dataclasses

import numpy as np

from tffsim.tracing.analysis.rounds import Round, rounds
from tffsim.tracing.document.operations import ALL_OUTCOMES
from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.document.units import data_size, duration, short_number
from tffsim.views.panels.words import say

MAX_BARS = 40
"""Into how many bars the clients of a round are put."""


@dataclasses.dataclass(frozen=True, slots=True)
class RoundRow:
    """A call of a computation; see `rounds.Round`. Times are nanoseconds.

    Attributes:
        span: Its root span.
        bars: For how long clients were busy, each bar the longest of as many clients as `clients_per_bar`.
        notes: What is to be said of clients, such as `2 slow: 5, 6`.
        failed: How many clients failed.
        wrong: How many made NaN or an infinite number.
        numbers: What it returned, by name.
        words: All of this in words.
    """

    span: int
    name: str
    outcome: str
    is_first: bool
    preparing: int
    clients: int
    server: int
    down: int
    up: int
    num_clients: int
    bars: list[int]
    clients_per_bar: int
    done: int
    running: int
    failed: int
    wrong: int
    notes: list[str]
    numbers: dict[str, str]
    words: str


def round_rows(snapshot: Snapshot) -> list[RoundRow]:
    """Returns the rows, in the order in which the calls started."""
    return [_row(number, found) for number, found in enumerate(rounds(snapshot), 1)]


def _row(number: int, found: Round) -> RoundRow:
    bars, per_bar = _bars(found.busy)
    return RoundRow(
        span=found.call.span,
        name=found.call.name,
        outcome=ALL_OUTCOMES[found.outcome],
        is_first=found.is_first,
        preparing=found.phases.preparing,
        clients=found.phases.clients,
        server=found.phases.server,
        down=found.down,
        up=found.up,
        num_clients=len(found.busy),
        bars=bars,
        clients_per_bar=per_bar,
        done=found.done,
        running=found.running,
        failed=len(found.failed),
        wrong=len(found.wrong),
        notes=_notes(found),
        numbers=_numbers(found),
        words=_words(number, found),
    )


def _numbers(found: Round) -> dict[str, str]:
    return {name: short_number(number) for name, number in found.numbers.items()}


def _words(number: int, found: Round) -> str:
    spent = found.phases
    parts = [
        say("row of round", round=str(number), name=found.call.name),
        say(
            "row phases",
            time=duration(spent.total),
            preparing=duration(spent.preparing),
            clients=duration(spent.clients),
            server=duration(spent.server),
        ),
        say("row bytes", down=data_size(found.down), up=data_size(found.up)) if found.down + found.up else "",
        say("row done", done=found.done, count=len(found.busy)) if len(found.busy) else "",
        *_notes(found),
        *(f"{name or say('result')} {told}" for name, told in _numbers(found).items()),
    ]
    return "; ".join(filter(None, parts))


def _bars(busy: "np.ndarray") -> tuple[list[int], int]:
    per_bar = max(-(-len(busy) // MAX_BARS), 1)
    if not len(busy):
        return [], per_bar
    return np.maximum.reduceat(busy, np.arange(0, len(busy), per_bar)).tolist(), per_bar


def _notes(found: Round) -> list[str]:
    wrong = sorted({client for client in found.wrong if client >= 0})
    told = [
        _counted("these failed", found.failed),
        _counted("these are wrong", wrong),
        _counted("these are slow", found.slow),
    ]
    return [note for note in told if note] + ([say("first call")] if found.is_first else [])


def _counted(word: str, clients: list[int]) -> str:
    if not clients:
        return ""
    named = ", ".join(map(str, clients[:3])) + (", …" if len(clients) > 3 else "")
    return say(word, count=len(clients), clients=named)
