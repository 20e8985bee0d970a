"""What clients made of their data: one number or one array of each, so that they can be compared."""

import dataclasses
import math

import numpy as np

from tffsim.tracing.analysis.lost_work import lost_work
from tffsim.tracing.analysis.program import CLIENTS, build_program
from tffsim.tracing.analysis.program_runs import owners
from tffsim.tracing.analysis.traffic import entering_clients
from tffsim.tracing.analysis.value_parts import ValuePart, first_numbers, value_parts
from tffsim.tracing.document.operations import CREATE_CALL, OK
from tffsim.tracing.document.sketch_coordinates import cell_coordinates, grid
from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.document.span_reader import SpanReader

MAX_LOOKED_AT = 4000
"""How many values are looked at: those of the latest calls."""
MAX_CALLS = 30


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class ClientMeasure:
    """A part of what a function made at each client.

    Attributes:
        function: The title of the step of the program.
        path: Where in the value it is; empty if it is all of it.
        shape: Its shape; `()` if it is one number.
        calls: The calls that are told, as rows of `trace.invocations`; the last is that of `spans` and of `cells`.
        numbers: By call and client: the number, or the norm of an array. NaN also where there is none.
        spans: The value of each client in the last call; -1 for none.
        cells: By client: numbers of its array, on an even grid of rows and columns; empty for single numbers.
        distances: By client: how far its value is from the mean of all. NaN where there is none.
        is_sampled: Whether norms or distances are those of a part of the numbers.
    """

    function: str
    path: str
    shape: tuple[int, ...]
    calls: tuple[int, ...]
    numbers: "np.ndarray"
    spans: "np.ndarray"
    cells: "np.ndarray"
    distances: "np.ndarray"
    is_sampled: bool

    @property
    def grid(self) -> tuple[int, int]:
        """How many rows and columns of cells there are."""
        return grid(self.shape)


def client_measures(snapshot: Snapshot) -> list[ClientMeasure]:
    """Returns what can be compared of the clients of the computation that was called last."""
    calls = [row for row, call in enumerate(snapshot.invocations) if call.cardinalities.get("CLIENTS", 0) > 0]
    if not calls:
        return []
    root = snapshot.invocations[calls[-1]].root
    calls = [row for row in calls if snapshot.invocations[row].root == root][-MAX_CALLS:]
    program, reader = build_program(snapshot, root), SpanReader(snapshot)
    columns = snapshot.columns
    is_made = entering_clients(snapshot) & (columns["operation"] == CREATE_CALL) & (columns["outcome"] == OK)
    is_made &= ~lost_work(snapshot)
    step_of = np.where(is_made, owners(snapshot, program)[columns["node"]], -1)
    measures: list[ClientMeasure] = []
    for number, step in enumerate(program.steps):
        if step.placement == CLIENTS and not step.crosses_to:
            spans = [_spans_by_client(snapshot, np.flatnonzero(step_of == number), row) for row in calls]
            measures += _measures(reader, step.title, calls, spans)
    return measures


def _spans_by_client(snapshot: Snapshot, spans: "np.ndarray", row: int) -> "np.ndarray":
    """Returns the last of some spans of each client in a call; -1 for none."""
    call, columns = snapshot.invocations[row], snapshot.columns
    mine = spans[columns["invocation"][spans] == call.span]
    found = np.full(call.cardinalities["CLIENTS"], -1)
    known = columns["client"][mine] < len(found)
    found[columns["client"][mine[known]]] = mine[known]
    return found


def _measures(reader: SpanReader, title: str, calls: list[int], spans: "list[np.ndarray]") -> list[ClientMeasure]:
    """Returns a measure for each part of the values that a step made."""
    looked_at = np.cumsum([len(of_call) for of_call in reversed(spans)]) <= MAX_LOOKED_AT
    told = max(int(looked_at.sum()), 1)
    calls, spans = calls[-told:], spans[-told:]
    parts = [[_parts(reader, span) for span in of_call.tolist()] for of_call in spans]
    keys = dict.fromkeys(key for of_client in parts[-1] for key in of_client)
    made = [_measure(reader, title, calls, spans[-1], parts, *key) for key in keys]
    return [measure for measure in made if measure is not None]


def _parts(reader: SpanReader, span: int) -> dict[tuple[str, str], ValuePart]:
    return {} if span < 0 else {(part.path, part.type): part for part in value_parts(reader, span)}


def _measure(
    reader: SpanReader,
    title: str,
    calls: list[int],
    spans: "np.ndarray",
    parts: list[list[dict[tuple[str, str], ValuePart]]],
    path: str,
    type_text: str,
) -> ClientMeasure | None:
    count = max(map(len, parts))
    numbers = np.full((len(calls), count), np.nan)
    values: list[_Value | None] = [None] * len(spans)
    for call, of_call in enumerate(parts):
        for client, of_client in enumerate(of_call):
            part = of_client.get((path, type_text))
            value = None if part is None else _value_of(reader, part)
            if value is not None:
                numbers[call, client] = value.number
                if call == len(parts) - 1:
                    values[client] = value
    known = [value for value in values if value is not None]
    if not known:
        return None
    shape = known[0].shape
    alike = [value if value is not None and value.shape == shape else None for value in values]
    distances, is_exact = _distances(alike)
    cells = np.full((len(values), *grid(shape)), np.nan)
    for client, value in enumerate(alike):
        if value is not None and value.cells is not None:
            cells[client] = value.cells
    is_sampled = not is_exact or any(value.is_sampled for value in known)
    return ClientMeasure(title, path, shape, tuple(calls), numbers, spans, cells, distances, is_sampled)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Value:
    """A number; or the norm of an array, its cells, and all of it if it was kept."""

    number: float
    shape: tuple[int, ...]
    cells: "np.ndarray | None" = None
    whole: "np.ndarray | None" = None
    is_sampled: bool = False


def _value_of(reader: SpanReader, part: ValuePart) -> _Value | None:
    if part.leaf is not None and part.number is None:
        sketch = reader.sketch(part.value)
        assert sketch is not None
        is_largest = sketch.form.leaves[sketch.form.largest].path == part.leaf.path if sketch.leaves else False
        cells = sketch.cells if is_largest and sketch.form.largest >= 0 else None
        return _Value(part.leaf.norm, part.leaf.shape, cells, None, sketch.is_sampled) if part.leaf.shape else None
    whole = None if part.leaf is not None else reader.value(part.value)
    if isinstance(whole, np.ndarray) and whole.size > 1 and whole.dtype.kind in "fiub":
        numbers = whole.astype(np.float64)
        cells = numbers.reshape(-1)[cell_coordinates(whole.shape)].reshape(grid(whole.shape))
        return _Value(float(np.linalg.norm(numbers)), whole.shape, cells, numbers)
    sketch = reader.sketch(part.value) if part.leaf is None and whole is None else None
    if sketch is not None and sketch.kind == "array" and sketch.size > 1 and sketch.dtype != "str":
        return _Value(sketch.norm, sketch.shape, sketch.cells, None, sketch.is_sampled)
    numbers, is_whole = first_numbers(reader, part)
    return _Value(float(numbers[0]), ()) if is_whole and len(numbers) == 1 else None


def _distances(values: list[_Value | None]) -> "tuple[np.ndarray, bool]":
    """Returns how far each value is from the mean of all, and whether that is known of all their numbers."""
    found = np.full(len(values), np.nan)
    clients = [client for client, value in enumerate(values) if value is not None]
    known = [value for value in values if value is not None]
    arrays = [_numbers_of(value, all(other.whole is not None for other in known)) for value in known]
    taken = [array for array in arrays if array is not None]
    if len(taken) < len(known) or not known:
        return found, True
    stacked = np.stack(taken)
    finite = np.isfinite(stacked).all(axis=1)
    if finite.any():
        apart = np.linalg.norm(stacked - stacked[finite].mean(axis=0), axis=1)
        found[clients] = np.where(finite, apart, np.nan)
    return found, stacked.shape[1] == math.prod(known[0].shape)


def _numbers_of(value: _Value, is_whole: bool) -> "np.ndarray | None":
    """Returns the numbers of a value in a row: all, or its cells."""
    if not value.shape:
        return np.array([value.number])
    numbers = value.whole if is_whole else value.cells
    return None if numbers is None else np.asarray(numbers, np.float64).reshape(-1)
