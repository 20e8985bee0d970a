"""What crossed between server and clients, added up for a picture."""

from typing import Any

from tffsim.tracing.trace import Trace


def traffic_summary(trace: Trace) -> list[dict[str, Any]]:
    """Returns the ledger added up: per intrinsic, direction and what the server sees; the largest first."""
    table = trace.traffic()
    totals: dict[tuple[str, str, str], list[int]] = {}
    columns = [table.shown(name).tolist() for name in ("intrinsic", "direction", "visibility", "copies", "size")]
    for intrinsic, direction, visibility, copies, size in zip(*columns, strict=True):
        total = totals.setdefault((intrinsic, direction, visibility), [0, 0])
        total[0] += copies
        total[1] += copies * size
    return [
        {"intrinsic": intrinsic, "direction": direction, "visibility": visibility, "values": values, "bytes": size}
        for (intrinsic, direction, visibility), (values, size) in sorted(totals.items(), key=lambda item: -item[1][1])
    ]
