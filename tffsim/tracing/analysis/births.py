"""How NaN and infinity came about: in which function of the user, in which line, and of what."""

import dataclasses

from tffsim.tracing.analysis.program import ProgramStep, build_program
from tffsim.tracing.analysis.program_runs import owners
from tffsim.tracing.analysis.wrong_values import WrongValue
from tffsim.tracing.document.snapshot import Place, Snapshot
from tffsim.tracing.document.span_reader import SpanReader


@dataclasses.dataclass(frozen=True, slots=True)
class Birth:
    """How a value came about that has NaN or infinite numbers.

    Attributes:
        value: Which one.
        round: The number of the call, from 0: a row of `trace.invocations`.
        function: The user's function that made it; empty if the caller gave it.
        placement: Where it was made: `server`, `clients`, or empty if it was at neither.
        place: The line of the operation in it that makes its result, or of the call of an intrinsic; None if nobody
            knows.
        given: What went in, in short; empty if nothing did, or nobody knows.
        made: What came out.
    """

    value: WrongValue
    round: int
    function: str
    placement: str
    place: Place | None
    given: str
    made: str


class Births:
    """Tells of wrong values how they came about.

    Args:
        snapshot: What was recorded.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._reader = SpanReader(snapshot)
        self._rows = {call.span: (row, call.root) for row, call in enumerate(snapshot.invocations)}
        programs = [build_program(snapshot, root) for root in {call.root for call in snapshot.invocations}]
        self._known = {program.root: (program.steps, owners(snapshot, program)) for program in programs}

    def of(self, wrong: WrongValue) -> Birth:
        """Returns how a value came about."""
        row, step = self._step_of(wrong)
        function = "" if wrong.is_given else step.title if step is not None else self._snapshot.invocations[row].name
        given = ", ".join(self._reader.previews(self._data(self._reader.inputs(wrong.span))))
        placement = step.placement if step is not None else ""
        return Birth(wrong, row, function, placement, self._place(step), given, self._reader.preview(wrong.span))

    def _step_of(self, wrong: WrongValue) -> tuple[int, ProgramStep | None]:
        """Returns the number of the call in which a value was made, and the step, if it was made in one."""
        row, root = self._rows[wrong.invocation]
        steps, owners_of_nodes = self._known[root]
        step = -1 if wrong.is_given else int(owners_of_nodes[wrong.node])
        return row, steps[step] if step >= 0 else None

    def _place(self, step: ProgramStep | None) -> Place | None:
        if step is None:
            return None
        is_inside = step.function >= 0 and step.output_line > 0
        function = step.function if is_inside else self._snapshot.nodes[step.node].function
        if function < 0:
            return None
        return Place(self._snapshot.functions[function].file, step.output_line if is_inside else step.line)

    def _data(self, values: list[int]) -> list[int]:
        """Leaves out functions, and what was not recorded."""
        numbers = self._snapshot.columns["type"]
        return [value for value in values if value >= 0 and not self._snapshot.types[numbers[value]].is_function]
