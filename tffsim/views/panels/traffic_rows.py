"""What crossed between server and clients, as rows: one per intrinsic, direction and visibility."""

import dataclasses
from typing import Any

from tffsim.tracing.analysis.traffic import traffic, traffic_totals
from tffsim.tracing.document.snapshot import Snapshot
from tffsim.views.panels.words import VISIBILITY_WORDS


@dataclasses.dataclass(frozen=True, slots=True)
class TrafficRow:
    """Values that crossed for one reason: what it is, more about it, who could see them, and their size in bytes."""

    name: str
    detail: str
    visibility: str
    size: int


def traffic_rows(snapshot: Snapshot) -> list[TrafficRow]:
    """Returns the rows, the largest first."""
    totals = traffic_totals(traffic(snapshot))
    return [_row_of(totals.row(index)) for index in range(totals.num_rows)]


def _row_of(total: dict[str, Any]) -> TrafficRow:
    direction = total["direction"].replace(" to ", " → ")
    count = f"{total['values']:,} value{'s' * (total['values'] != 1)}"
    # What belongs to no intrinsic is called after its direction.
    parts = [direction if total["intrinsic"] else "", count, VISIBILITY_WORDS[total["visibility"]]]
    detail = " · ".join(part for part in parts if part)
    return TrafficRow(total["intrinsic"] or direction, detail, total["visibility"], total["size"])
