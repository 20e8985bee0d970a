"""What the front end is told of a trace besides spans: the data that panels declare, by their names."""

import dataclasses
from collections.abc import Callable, Collection

from tffsim.tracing.document.snapshot import Legend, Snapshot
from tffsim.views.panels.ast_rows import depths
from tffsim.views.panels.client_tiles import client_tiles
from tffsim.views.panels.crossings import crossings
from tffsim.views.panels.declared import DECLARED
from tffsim.views.panels.graph_summary import graph_summary
from tffsim.views.panels.host_boxes import host_boxes
from tffsim.views.panels.program_summary import program_summary
from tffsim.views.panels.round_rows import round_rows
from tffsim.views.panels.source_rows import source_rows
from tffsim.views.panels.stack_boxes import Box, arrangements, num_columns

_Data = dict[str, object]

_OF_LEGEND: dict[str, Callable[[Legend | Snapshot], object]] = {
    "stack": lambda legend: [_arrangement(boxes) for boxes in arrangements(legend.executors)],
    "hosts": lambda legend: host_boxes(legend),
    "ast": lambda legend: depths(legend.nodes),
}
_OF_SPANS: dict[str, Callable[[Snapshot], object]] = {
    "program": program_summary,
    "source": lambda snapshot: [dataclasses.asdict(row) for row in source_rows(snapshot)],
    "rounds": lambda snapshot: [dataclasses.asdict(row) for row in round_rows(snapshot)],
    "graph": graph_summary,
    "traffic": crossings,
    "tiles": client_tiles,
}
PANEL_DATA = frozenset({*_OF_LEGEND, *_OF_SPANS})
"""What a panel may declare as its data, besides `spans`, which every view gets."""


def data_of_legend(legend: Legend | Snapshot, panels: Collection[str]) -> _Data:
    """Returns the data of panels that follow from what is not a number; they are cheap."""
    return {name: make(legend) for name, make in _OF_LEGEND.items() if name in _needed(panels)}


def data_of_hosts(legend: Legend | Snapshot, panels: Collection[str]) -> _Data:
    """Returns of these what other processes change, which is more often than the rest."""
    return {"hosts": _OF_LEGEND["hosts"](legend)} if "hosts" in _needed(panels) else {}


def data_of_spans(snapshot: Snapshot, panels: Collection[str]) -> _Data:
    """Returns the data of panels for which all spans are looked at."""
    return {name: make(snapshot) for name, make in _OF_SPANS.items() if name in _needed(panels)}


def _needed(panels: Collection[str]) -> set[str]:
    return {name for panel in panels for name in DECLARED[panel].data}


def _arrangement(boxes: list[Box]) -> _Data:
    return {"across": num_columns(boxes), "boxes": [_box(box) for box in boxes]}


def _box(box: Box) -> _Data:
    return {"layers": box.layers, "role": box.role, "below": [_box(lower) for lower in box.below]}
