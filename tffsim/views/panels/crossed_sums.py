"""What crossed between server and clients, in bars: how often, how many bytes, and who could read it."""

from typing import TypedDict

import numpy as np

from tffsim.tracing.analysis.privacy_cut import DOWN, FROM_CALLER, CrossingKind, PrivacyCut, privacy_cut
from tffsim.tracing.analysis.wire import wire_of_crossings
from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.document.units import data_size
from tffsim.views.panels.wire_words import wire_said
from tffsim.views.panels.words import say

MAX_SEGMENTS = 60
"""A bar has a segment for each call; of more calls, some have one together."""
_MAX_CALLS = 12
_SEEN = {
    "individual": "sees individual", "aggregate": "sees aggregate", "caller": "sees nothing", "hidden": "sees nothing",
}  # fmt: skip


class CrossingBar(TypedDict):
    """All that crossed for one reason; see `CrossingKind`. `sizes` are bytes, by call or by a few calls together."""

    name: str
    detail: str
    node: int
    line: int
    direction: str
    visibility: str
    letters: int
    size: int
    sizes: list[int]


class CrossedSums(TypedDict):
    """See `crossed_sums`."""

    bars: list[CrossingBar]
    num_calls: int
    plain: int
    ratio: float | None
    warnings: list[str]
    said: list[str]


def crossed_sums(snapshot: Snapshot) -> CrossedSums:
    """Returns how much crossed between server and clients.

    Returns:
        `bars`, one for each kind of crossing; the bytes `plain` of a plain upload, and the `ratio` to it; `warnings`
        of what protects nobody, and what else is to be `said`.
    """
    return sums_of(snapshot, privacy_cut(snapshot))


def sums_of(snapshot: Snapshot, cut: PrivacyCut) -> CrossedSums:
    """Returns the same of a privacy cut that is there already."""
    return {
        "bars": _bars(snapshot, cut),
        "num_calls": len(cut.calls),
        "plain": cut.plain_size,
        "ratio": cut.ratio,
        "warnings": _warnings(cut),
        "said": [*_said(cut), *wire_said(snapshot)],
    }


def _bars(snapshot: Snapshot, cut: PrivacyCut) -> list[CrossingBar]:
    wire = wire_of_crossings(snapshot)
    return [_bar(snapshot, kind, wire.get(_crossing(kind), 0)) for kind in cut.kinds]


def _crossing(kind: CrossingKind) -> tuple[int, bool]:
    return kind.node, kind.direction in (DOWN, FROM_CALLER)


def _bar(snapshot: Snapshot, kind: CrossingKind, wire: int) -> CrossingBar:
    count, size = sum(kind.letters), sum(kind.sizes)
    node = snapshot.nodes[kind.node] if kind.node >= 0 else None
    parts = [
        say(kind.direction) if kind.intrinsic else "",
        say("n values", count=count),
        say(_SEEN[kind.visibility]) if kind.visibility else "",
        say("on the wire", size=data_size(wire)) if wire else "",
    ]
    return {
        "name": _title(kind, node.variable if node else ""),
        "detail": " · ".join(part for part in parts if part),
        "node": kind.node,
        "line": node.line if node else 0,
        "direction": kind.direction,
        "visibility": kind.visibility,
        "letters": count,
        "size": size,
        "sizes": _segments(kind.sizes),
    }


def _title(kind: CrossingKind, variable: str) -> str:
    if not kind.intrinsic:
        return say(kind.direction)
    name = kind.name
    return f"{name} · {variable}" if variable else name


def _segments(sizes: tuple[int, ...]) -> list[int]:
    """Returns the bytes of each call; of many calls, of some of them together."""
    count = min(len(sizes), MAX_SEGMENTS)
    where = np.arange(len(sizes)) * count // max(len(sizes), 1)
    return np.bincount(where, np.array(sizes), count).astype(np.int64).tolist()  # type: ignore[no-any-return]


def _warnings(cut: PrivacyCut) -> list[str]:
    warnings = []
    calls = sorted({call + 1 for _, call in cut.totals_of_one()})
    if calls:
        told = ", ".join(map(str, calls[:_MAX_CALLS])) + "…" * (len(calls) > _MAX_CALLS)
        warnings.append(say("seals nothing", calls=told))
    given = [kind for kind in cut.kinds if kind.is_given and not kind.is_sealed]
    if given:
        names = dict.fromkeys(kind.name for kind in given)
        warnings.append(say("raw", names=", ".join(names)))
    return warnings


def _said(cut: PrivacyCut) -> list[str]:
    said = []
    costs = np.cumsum(cut.sizes_up) > cut.plain_size
    if cut.plain_size and costs.any():
        said.append(say("costs more", call=int(np.argmax(costs)) + 1))
    return [*said, say("simulation")] if cut.kinds else said
