"""A trace as messages to the front end: descriptions as JSON, spans as columns of numbers.

The form of the messages is that of `widgets/src/model/messages.ts`; columns and rows are those of the schema.
"""

import functools
import itertools
import logging
import threading
import time
from collections.abc import Callable, Collection, Iterable
from typing import Any

import numpy as np

from tffsim.tracing.analysis.lost_work import lost_work
from tffsim.tracing.document.operations import INVOKE, RUNNING
from tffsim.tracing.document.rows import rows_for_views
from tffsim.tracing.document.snapshot import LISTS_FOR_VIEWS, Legend, Snapshot
from tffsim.tracing.document.span_reader import SpanReader
from tffsim.tracing.recording.reading import read_legend
from tffsim.tracing.recording.source import Source
from tffsim.tracing.recording.span_rows import open_rows
from tffsim.tracing.recording.subscription import Batch
from tffsim.views import PANELS
from tffsim.views.glossary import briefs, hover_texts
from tffsim.views.notebook.cadence import Cadence
from tffsim.views.notebook.previews import previews_by_text
from tffsim.views.notebook.thinning import thinned
from tffsim.views.notebook.view_columns import ViewColumns
from tffsim.views.panels.declared import DECLARED
from tffsim.views.panels.panel_data import data_of_hosts, data_of_legend, data_of_spans
from tffsim.views.panels.value_picture import DrawnValue, drawn_value
from tffsim.views.panels.words import say

_log = logging.getLogger("tffsim")

Message = tuple[dict[str, object], list[bytes]]

# The sentence above the panels tells what the program did, whatever they show.
_PROGRAM = "program"
_SPANS_PER_MESSAGE = 20_000
# While a trace grows, sums over all its spans take a share of the time: most of it the sentence and the words on the
# tabs, which must tell the moment that the tiles and the strip show, and the lines that are marked while they run.
_SHARES = {_PROGRAM: 0.03, "source": 0.01}
_SHARE_OF_PANEL = 0.005
_SECONDS_BETWEEN_SUMS = 0.5
_MAX_SPANS_SUMMED_LIVE = 60_000
_CANNOT_SHOW = (
    "The panel %s cannot show this trace. Other panels are not affected. "
    "This is an error in tffsim, not in your program."
)


class Feed:
    """Makes the messages that keep a front end up to date. Thread-safe.

    Messages must be sent in the order in which they were made: each tells what the ones before did not.

    Args:
        source: Where the trace comes from.
        title: What is shown above it; by default the names of the computations.
        panels: The panels that show it: what none of them needs is not computed.
        clock: Returns seconds, by which it takes a small share of the time for sums over all spans.
        spent: Returns the seconds of processors that this thread has needed. What it waits for, when workers or clients
            are busy, takes nothing from anybody.
    """

    def __init__(
        self,
        source: Source,
        title: str = "",
        panels: Collection[str] = PANELS,
        clock: Callable[[], float] = time.monotonic,
        spent: Callable[[], float] = time.thread_time,
    ) -> None:
        self._source = source
        self._title = title
        self._panels = panels
        shares = dict.fromkeys(panels, _SHARE_OF_PANEL) | _SHARES
        self._cadences = {panel: Cadence(share, _SECONDS_BETWEEN_SUMS, clock, spent) for panel, share in shares.items()}
        self._failed: set[str] = set()
        self._sizes: tuple[int, ...] = ()
        self._num_spans = 0
        self._num_invocations = 0
        self._num_changes = 0
        self._num_restarts = 0
        self._lock = threading.Lock()

    @property
    def is_overtaken(self) -> bool:
        """Whether a call has begun again: then what was told of it does not count, and everything has to be told."""
        recorder = self._source.recorder
        return recorder is not None and recorder.hosts.num_restarts != self._num_restarts

    def everything(self, finished: bool, spans_per_message: int = _SPANS_PER_MESSAGE) -> list[Message]:
        """Returns messages that replace all that was sent before."""
        with self._lock:
            snapshot = self._read()
            columns, num_running = _running_last(snapshot)
            # Those under way go together, in the last message.
            cuts = [0, *range(spans_per_message, snapshot.num_spans - num_running, spans_per_message)]
            description = self._start_anew(snapshot)
            messages = []
            for first, last in itertools.pairwise([*cuts, snapshot.num_spans]):
                is_last = last == snapshot.num_spans
                part = ViewColumns.of({name: column[first:last] for name, column in columns.items()})
                running = num_running if is_last else 0
                content = self._content(
                    part, running, _end(snapshot), finished and is_last, description, reset=first == 0
                )
                messages.append((content, part.buffers()))
                description = {}
            return messages

    def whole(self, most_spans: int | None = None) -> tuple[dict[str, Any], ViewColumns]:
        """Returns a trace as it is, as a single message whose columns are still to be packed.

        Args:
            most_spans: With how many spans; of a larger trace the longest are told, and the sums of the others.
        """
        with self._lock:
            snapshot = self._read()
            columns, num_running = _running_last(snapshot)
            description = self._start_anew(snapshot)
            if most_spans is not None and snapshot.num_spans > most_spans:
                part = thinned(snapshot, most_spans, _spans_of_graph(description))
                columns = {name: column[part.kept[columns["id"]]] for name, column in columns.items()}
                description["left_out"] = part.left_out
            told = ViewColumns.of(columns)
            return self._content(told, num_running, _end(snapshot), True, description, reset=True), told

    def update(self, batch: Batch) -> Message:
        """Returns a message with what happened since the one before."""
        recorder = self._source.recorder
        assert recorder is not None
        with self._lock:
            ended = set(batch.rows["id"].tolist())
            running = [span for span in batch.open_spans if span.id not in ended]
            moment = recorder.now()
            rows = np.concatenate([batch.rows, open_rows(running, moment, recorder.offloads)])
            for name in ("start", "end"):
                rows[name] -= recorder.started
            description: dict[str, Any] = {}
            if self._has_grown() or batch.is_last:
                description = self._description(read_legend(recorder))
            elif recorder.hosts.num_changes != self._num_changes:
                description = self._data(self._panels, functools.partial(data_of_hosts, read_legend(recorder)))
            self._num_changes = recorder.hosts.num_changes
            self._num_spans += len(batch.rows)
            if batch.is_last:
                description |= self._sums(self._panels)
            elif self._cadences[_PROGRAM].is_due:
                description |= self._sums(self._due())
            columns, moment = ViewColumns.of(rows), moment - recorder.started
            content = self._content(columns, len(running), moment, batch.is_last, description, reset=False)
            return content, columns.buffers()

    def _read(self) -> Snapshot:
        recorder = self._source.recorder
        self._num_restarts = recorder.hosts.num_restarts if recorder is not None else 0
        return self._source.snapshot

    def _start_anew(self, snapshot: Snapshot) -> dict[str, object]:
        """Returns all that is not a number."""
        self._num_spans, self._num_invocations = snapshot.num_spans, 0
        return self._description(snapshot) | self._sums(self._panels) | {"words": hover_texts(), "briefs": briefs()}

    def _content(
        self,
        columns: ViewColumns,
        running: int,
        moment: int,
        finished: bool,
        description: dict[str, object],
        reset: bool,
    ) -> dict[str, object]:
        recorder = self._source.recorder
        return {
            "kind": "batch",
            "reset": reset,
            "running": running,
            "count": columns.count,
            "now": moment / 1e6,
            "dropped": recorder.num_dropped if recorder is not None else self._source.snapshot.num_dropped,
            "finished": finished,
            "description": description,
        }

    def _has_grown(self) -> bool:
        """Whether there is more of what is not a number than in the message before."""
        recorder = self._source.recorder
        assert recorder is not None
        lists = (
            recorder.layers,
            recorder.nodes.nodes,
            recorder.nodes.functions,
            recorder.threads,
            recorder.invocations,
            recorder.errors,
        )
        sizes, self._sizes = self._sizes, tuple(map(len, lists))
        return sizes != self._sizes

    def _description(self, legend: Legend | Snapshot) -> dict[str, object]:
        """Returns what is not a number; of invocations only those that were not told before."""
        first, self._num_invocations = self._num_invocations, len(legend.invocations)
        lists = {name: getattr(legend, name) for name in LISTS_FOR_VIEWS} | {"invocations": legend.invocations[first:]}
        return {
            "title": self._title or ", ".join(dict.fromkeys(call.name for call in legend.invocations)),
            **{name: rows_for_views(rows) for name, rows in lists.items()},
            "invocations_from": first,
            "errors": {str(span): text for span, text in legend.errors.items()},
        } | self._data(self._panels, functools.partial(data_of_legend, legend))

    def _due(self) -> list[str]:
        """Returns the panels for which sums over all spans can be afforded now, beside the program."""
        if self._num_spans > _MAX_SPANS_SUMMED_LIVE:
            return []
        return [panel for panel in self._panels if self._cadences[panel].is_due]

    def _sums(self, panels: Iterable[str]) -> dict[str, object]:
        """Returns sums over all spans for the program and for panels, which tell of the same moment."""
        with self._cadences[_PROGRAM].measured():
            snapshot = self._source.snapshot
            data_of = functools.partial(data_of_spans, snapshot)
            sums = self._data([_PROGRAM], data_of)
        for panel in panels:
            if panel != _PROGRAM:
                with self._cadences[panel].measured():
                    sums |= self._data([panel], data_of)
        return sums

    def _data(
        self, panels: Iterable[str], data_of: Callable[[Collection[str]], dict[str, object]]
    ) -> dict[str, object]:
        """Returns the data of panels. A panel whose data cannot be made is told of once, and the others have theirs."""
        data: dict[str, object] = {}
        for panel in panels:
            try:
                data |= data_of([panel])
            except Exception:
                if panel not in self._failed:
                    self._failed.add(panel)
                    _log.exception(_CANNOT_SHOW, DECLARED[panel].title)
        return data

    def previews(self, spans: list[int]) -> dict[str, object]:
        """Returns short descriptions of the values that spans made."""
        return {"kind": "previews", "previews": previews_by_text(SpanReader(self._source.snapshot), spans)}

    def details(self, span: int) -> dict[str, object]:
        """Returns what is known of a span, in lines of a name and a text."""
        snapshot = self._source.snapshot
        reader = SpanReader(snapshot)
        lines: list[list[str]] = []
        drawn: DrawnValue | None = None
        if 0 <= span < snapshot.num_spans:
            columns = snapshot.columns
            if columns["type"][span] >= 0:
                lines.append([say("type"), snapshot.types[columns["type"][span]].text])
            if columns["operation"][span] != INVOKE:
                lines.append([say("value"), reader.preview(span)])
                drawn = drawn_value(reader, span)
            if columns["size"][span]:
                lines.append([say("size"), say("n bytes", count=int(columns["size"][span]))])
            inputs = [value for value in reader.inputs(span) if value >= 0][:6]
            lines += [[say("input n", number=str(k)), reader.preview(value)] for k, value in enumerate(inputs)]
        return {"kind": "details", "span": span, "lines": lines, "drawn": drawn}


def _running_last(snapshot: Snapshot) -> "tuple[dict[str, np.ndarray], int]":
    """Returns the columns, the spans that are under way after all others, and how many these are.

    What was done for nothing is nobody's: it took time, but the clients that are told of are those that count.
    """
    client = np.where(lost_work(snapshot), -1, snapshot.columns["client"])
    columns = snapshot.columns | {"id": np.arange(snapshot.num_spans), "client": client}
    is_running = columns["outcome"] == RUNNING
    if not is_running.any():
        return columns, 0
    order = np.argsort(is_running, kind="stable")
    return {name: column[order] for name, column in columns.items()}, int(is_running.sum())


def _spans_of_graph(description: dict[str, Any]) -> set[int]:
    """Returns the spans that the graph draws."""
    calls = description["graph"]["calls"] if "graph" in description else []
    return {span for call in calls for span in (call["span"], *call.get("members", ()))}


def _end(snapshot: Snapshot) -> int:
    return int(snapshot.columns["end"].max(initial=0))
