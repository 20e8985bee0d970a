"""What is said of bytes on the wire, beside those of the values that cross."""

from tffsim.tracing.analysis.wire import wire_of_others, wire_repeated
from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.document.units import data_size
from tffsim.views.panels.words import say


def wire_said(snapshot: Snapshot) -> list[str]:
    """Returns how much went to workers and back; nothing if there were none."""
    if not snapshot.wire:
        return []
    down, up = sum(row.down for row in snapshot.wire), sum(row.up for row in snapshot.wire)
    others, repeated = wire_of_others(snapshot), wire_repeated(snapshot)
    said = [say("wire", down=data_size(down), up=data_size(up), others=data_size(others))]
    return [*said, say("wire again", size=data_size(repeated))] if repeated else said
