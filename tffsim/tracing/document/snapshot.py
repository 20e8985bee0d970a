"""What a trace consists of: plain data, read off a recorder or loaded from a file."""

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from tffsim.tracing.document.ast_nodes import AstNode
from tffsim.tracing.document.operations import RUNNING
from tffsim.tracing.document.sketches import Sketches
from tffsim.tracing.document.type_info import TypeInfo, describe_type
from tffsim.tracing.recording.spans import SPAN_DTYPE, now

if TYPE_CHECKING:
    from tffsim.tracing.recording.layers import Layer
    from tffsim.tracing.recording.recorder import Recorder
    from tffsim.tracing.recording.spans import Span

_T = TypeVar("_T")

COLUMNS: dict[str, str] = {
    "parent": "i4", "invocation": "i4", "layer": "i4", "operation": "u1", "outcome": "u1", "client": "i4", "node": "i4",
    "thread": "i2", "worker": "i2", "start": "i8", "end": "i8", "self_time": "i8", "queue_time": "i8",
    "worker_time": "i8", "type": "i4", "size": "i8", "scalar": "f8", "alias": "i4", "index": "i4", "num_inputs": "i4",
}  # fmt: skip
"""The columns of the spans, by name; the row of a span is its number.

Times are nanoseconds since the trace began. `parent`, `alias` and `inputs` are numbers of
spans, -1 for none. A span that made or computed a value says what it is: `type`, `size` in
bytes, `scalar` (NaN if it is none) and `alias`, the value below that it is the same as.
`index` is the element that a selection selects, -1 for other operations.
"""


@dataclasses.dataclass(frozen=True, slots=True)
class ExecutorInfo:
    """An executor of the stack. `parent` is the number of the one above, or -1."""

    name: str
    role: str
    placement: str
    first_client: int
    num_clients: int
    device: str
    parent: int

    @property
    def label(self) -> str:
        """Its name, and what it is there for."""
        return f"{self.name} · {self.role}" if self.role else self.name


@dataclasses.dataclass(frozen=True, slots=True)
class InvocationInfo:
    """A call of a computation: its root span, name, AST root (or -1) and cardinalities."""

    span: int
    name: str
    root: int
    cardinalities: dict[str, int]


@dataclasses.dataclass(frozen=True, slots=True)
class ThreadInfo:
    """A thread: its name, and for how many nanoseconds spans ran on it."""

    name: str
    busy: int


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """A trace as data.

    Attributes:
        columns: The spans; see `COLUMNS`.
        inputs: The values that the spans use, those of one span after those of another.
        executors: The executors of the stack.
        threads: The threads that ran spans.
        types: The types that `type` numbers.
        nodes: The nodes of the ASTs that `node` numbers.
        invocations: The calls, in the order in which they started.
        errors: What failed spans raised, by the number of the span.
        sketches: What values were, by their number.
        arrays: Whole values, by their number.
        started_at: When the trace began, in seconds since 1970.
        num_dropped: How many spans were not recorded because the trace was full.
        num_values_dropped: How many whole values were not kept for the same reason.
    """

    columns: dict[str, "np.ndarray"]
    inputs: "np.ndarray"
    executors: list[ExecutorInfo]
    threads: list[ThreadInfo]
    types: list[TypeInfo]
    nodes: list[AstNode]
    invocations: list[InvocationInfo]
    errors: dict[int, str]
    sketches: Sketches
    arrays: dict[int, "np.ndarray"]
    started_at: float
    num_dropped: int = 0
    num_values_dropped: int = 0

    @property
    def num_spans(self) -> int:
        """The number of spans."""
        return len(self.columns["parent"])

    @property
    def type_texts(self) -> list[str]:
        """The types, as people read them."""
        return [type_info.text for type_info in self.types]


@dataclasses.dataclass(frozen=True, slots=True)
class Legend:
    """What the numbers of a trace stand for; see `Snapshot`."""

    executors: list[ExecutorInfo]
    threads: list[ThreadInfo]
    nodes: list[AstNode]
    invocations: list[InvocationInfo]
    errors: dict[int, str]


def read_legend(recorder: "Recorder", row_of: Callable[[int], int] = int) -> Legend:
    """Reads off a recorder what is not a number, which takes no longer when there are many spans.

    Args:
        recorder: The recorder.
        row_of: Returns the row of a span; by default its number.
    """
    layers = dict(recorder.layers)
    return Legend(
        [_executor_info(layer, layers) for layer in layers],
        [ThreadInfo(clock.name, clock.busy) for clock in list(recorder.threads)],
        list(recorder.nodes.nodes),
        [
            InvocationInfo(row_of(call.span), call.name, call.root, dict(call.cardinalities))
            for call in list(recorder.invocations)
        ],
        {row_of(number): text for number, text in recorder.errors.copy().items()},
    )


def take_snapshot(recorder: "Recorder") -> Snapshot:
    """Reads off a recorder what it has recorded so far; spans that are open end now."""
    open_spans = list(recorder.open_spans.copy().values())
    chunks = recorder.chunks()
    rows = np.concatenate(chunks) if chunks else np.empty(0, SPAN_DTYPE)
    rows = _with_open(rows, open_spans, recorder)
    rows = rows[np.argsort(rows["id"], kind="stable")]
    inputs = _inputs(rows, dict(recorder.long_inputs))
    renumber = _Renumbering(rows["id"])
    columns = {name: np.ascontiguousarray(rows[name]) for name in COLUMNS}
    for name in ("parent", "alias", "invocation"):
        columns[name] = renumber(columns[name])
    for name in ("start", "end"):
        columns[name] = columns[name] - recorder.started
    legend = read_legend(recorder, renumber.of)
    invocations = [call for call in legend.invocations if call.span >= 0]
    return Snapshot(
        columns,
        renumber(inputs),
        legend.executors,
        legend.threads,
        [describe_type(type_spec) for type_spec in list(recorder.types.types)],
        legend.nodes,
        invocations,
        _of_rows(legend.errors),
        recorder.sketches.table(renumber),
        _of_rows({renumber.of(number): array for number, array in recorder.arrays.copy().items()}),
        recorder.started_at,
        recorder.num_dropped,
        recorder.num_values_dropped,
    )


def _of_rows(known: dict[int, _T]) -> dict[int, _T]:
    """Returns what is known of spans that have a row: one that is about to end has none for a moment."""
    known.pop(-1, None)
    return known


class _Renumbering:
    """Maps the numbers of spans to their rows: numbers that are missing leave no gap."""

    def __init__(self, numbers: "np.ndarray") -> None:
        size = int(numbers[-1]) + 2 if len(numbers) else 1
        self._rows = np.full(size, -1, np.int32)
        self._rows[numbers] = np.arange(len(numbers), dtype=np.int32)

    def __call__(self, numbers: "np.ndarray") -> "np.ndarray":
        return self._rows[np.where((numbers >= 0) & (numbers < len(self._rows)), numbers, -1)]

    def of(self, number: int) -> int:
        return int(self._rows[number]) if 0 <= number < len(self._rows) else -1


def _with_open(rows: "np.ndarray", open_spans: "list[Span]", recorder: "Recorder") -> "np.ndarray":
    """Adds a row for each span that has not ended, unless it ended a moment ago."""
    finished = set(rows["id"][-len(open_spans) * 4 - 4096 :].tolist()) if open_spans else set()
    still_open = [span for span in open_spans if span.id not in finished]
    if not still_open:
        return rows
    added = np.zeros(len(still_open), rows.dtype)
    for row, span in zip(added, still_open, strict=True):
        for name in ("id", "invocation", "layer", "operation", "client", "node", "start", "self_time", "worker"):
            row[name] = getattr(span, name)
        row["parent"] = span.parent.id if span.parent is not None else -1
        row["outcome"], row["end"], row["scalar"] = RUNNING, now(), np.nan
        row["thread"] = span.thread
        row["type"] = row["alias"] = row["index"] = -1
    return np.concatenate([rows, added])


def _inputs(rows: "np.ndarray", long_inputs: dict[int, tuple[int, ...]]) -> "np.ndarray":
    """Returns the inputs of all spans, those of one after those of another."""
    counts = rows["num_inputs"]
    starts = np.cumsum(counts) - counts
    inputs = np.empty(int(counts.sum()), np.int32)
    inputs[starts[counts >= 1]] = rows["first_input"][counts >= 1]
    inputs[starts[counts >= 2] + 1] = rows["second_input"][counts >= 2]
    for row in np.flatnonzero(counts > 2):
        inputs[starts[row] : starts[row] + counts[row]] = long_inputs[int(rows["id"][row])]
    return inputs


def _executor_info(layer: "Layer", numbers: "dict[Layer, int]") -> ExecutorInfo:
    parent = numbers.get(layer.parent, -1) if layer.parent is not None else -1
    return ExecutorInfo(
        layer.name, layer.role, layer.placement, layer.first_client, layer.num_clients, layer.device, parent
    )


def input_offsets(snapshot: Snapshot) -> "np.ndarray":
    """Returns where the inputs of each span begin in `inputs`; one entry more than spans."""
    return np.concatenate([[0], np.cumsum(snapshot.columns["num_inputs"])])


def rows_of_inputs(snapshot: Snapshot) -> "np.ndarray":
    """Returns for each entry of `inputs` the span that uses it."""
    return np.repeat(np.arange(snapshot.num_spans), snapshot.columns["num_inputs"])
