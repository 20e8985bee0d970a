"""Where the boxes of a program stand: a lane per placement, a column per step, and rows where ways would meet.

Columns are the order of the program, not time. A step in which values cross is a bridge: it has a half in each
lane, one above the other.
"""

import dataclasses

from tffsim.tracing.analysis.program import CLIENTS, SERVER, Program, ProgramStep

LANES = (SERVER, CLIENTS, "")


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """Where a box stands: its lane, its column, and its row in the lane, the highest first."""

    lane: str
    column: int
    row: int


@dataclasses.dataclass(frozen=True, slots=True)
class ProgramLayout:
    """Where all boxes of a program stand.

    Attributes:
        inputs: The places of the inputs, in column 0.
        takes: Where each step takes what it uses.
        gives: Where each step gives what it made; the same place, if nothing crosses in it.
        results: The places of the results, in the last column.
        num_columns: How many columns there are.
        num_rows: How many rows each lane of `LANES` has; 0 for a lane without boxes.
    """

    inputs: tuple[Place, ...]
    takes: tuple[Place, ...]
    gives: tuple[Place, ...]
    results: tuple[Place, ...]
    num_columns: int
    num_rows: tuple[int, ...]


def program_layout(program: Program) -> ProgramLayout:
    """Returns where the boxes of a program stand."""
    columns = _columns(program)
    last = max(columns, default=0) + 1
    used_until = _used_until(program, columns, last)
    lanes = _Lanes()
    inputs = tuple(
        lanes.place(value.placement, 0, 0, used_until[~number]) for number, value in enumerate(program.inputs)
    )
    takes: list[Place] = []
    gives: list[Place] = []
    for number, step in enumerate(program.steps):
        column, until = columns[number], used_until[number]
        since = min((_column(source, columns) + 1 for source in step.sources), default=column)
        if step.crosses_to:
            takes.append(lanes.place(_other(step.crosses_to), column, since, column))
            gives.append(lanes.place(step.crosses_to, column, column, until))
        else:
            gives.append(lanes.place(step.placement, column, since, until))
            takes.append(gives[-1])
    ends = {~number: place for number, place in enumerate(inputs)} | dict(enumerate(gives))
    results = tuple(_result(sources, ends, lanes, last) for _, sources in program.results)
    return ProgramLayout(inputs, tuple(takes), tuple(gives), results, last + 1, lanes.num_rows())


def _result(sources: tuple[int, ...], ends: dict[int, Place], lanes: "_Lanes", column: int) -> Place:
    if not sources:
        return lanes.place("", column, column, column)
    source = ends[sources[0]]
    if source.lane == CLIENTS:
        return lanes.place(CLIENTS, column, source.column + 1, column)
    return Place(source.lane, column, source.row)


def lane_of(step: ProgramStep) -> str:
    """Returns the lane in which a step gives its result."""
    return step.crosses_to or step.placement


def _column(end: int, columns: list[int]) -> int:
    return columns[end] if end >= 0 else 0


def _other(lane: str) -> str:
    return SERVER if lane == CLIENTS else CLIENTS


def _columns(program: Program) -> list[int]:
    """Returns the column of each step: right of all that it uses, and no two of a lane in one column."""
    columns: list[int] = []
    taken: set[tuple[str, int]] = set()
    for step in program.steps:
        lane = lane_of(step)
        lanes = (lane, _other(lane)) if step.crosses_to else (lane,)
        column = max((columns[source] for source in step.sources if source >= 0), default=0) + 1
        while any((other, column) in taken for other in lanes):
            column += 1
        taken.update((other, column) for other in lanes)
        columns.append(column)
    return columns


def _used_until(program: Program, columns: list[int], last: int) -> dict[int, int]:
    """Returns up to which column the way of each value leads."""
    until = dict.fromkeys(range(-len(program.inputs), 0), 0) | dict(enumerate(columns))
    for number, step in enumerate(program.steps):
        for source in step.sources:
            until[source] = max(until[source], columns[number] - 1)
    for _, sources in program.results:
        for source in sources:
            until[source] = last
    return until


class _Lanes:
    """Gives out rows.

    Above the wall a value runs along the row of the box that made it, below the wall along the row of the
    box that uses it. So the first of several bridges stands highest, and no way crosses the pipe of another.
    """

    def __init__(self) -> None:
        self._taken: dict[str, list[set[int]]] = {lane: [] for lane in LANES}

    def place(self, lane: str, column: int, since: int, until: int) -> Place:
        """Places a box whose values come from column `since` - 1, and are used up to column `until`."""
        needed = {column, *(range(since, column) if lane == CLIENTS else range(column, until + 1))}
        rows = self._taken[lane]
        for row, taken in enumerate(rows):
            if not taken & needed:
                taken |= needed
                return Place(lane, column, row)
        rows.append(needed)
        return Place(lane, column, len(rows) - 1)

    def num_rows(self) -> tuple[int, ...]:
        return tuple(len(self._taken[lane]) for lane in LANES)
