"""Where NaN and infinity were made, as a table."""

import numpy as np

from tffsim.tracing.analysis.program import ProgramStep, build_program
from tffsim.tracing.analysis.program_runs import owners
from tffsim.tracing.analysis.wrong_values import WrongValue, wrong_values
from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.document.span_reader import SpanReader
from tffsim.tracing.document.table import Table

_TEXTS = ("what", "function", "file", "given", "value")


def nans(snapshot: Snapshot) -> Table:
    """Returns one row per value that was made with NaN or infinite numbers in it, of values that had none.

    What is made of such a value later has no row.

    Columns: `what` (`nan`, or `inf` for a value without NaN), `client` (-1 for none), `round` (the number of the
    call, from 0), `function` (your function that made it; empty if the caller gave it), `file` and
    `line` (of the operation in it that makes its result, or of the call of an intrinsic; empty and 0 if nobody knows),
    `given` (what went in, in short), `value` (what came out), `span` (the operation that made it; also the number of
    the value), `is_given` (whether the caller gave it),
    `is_sampled` (whether it has numbers that nobody looked at).
    """
    found = wrong_values(snapshot)
    steps = _Steps(snapshot)
    texts: dict[str, list[str]] = {name: [] for name in _TEXTS}
    rounds, lines = [], []
    reader = SpanReader(snapshot)
    for wrong in found:
        row, step = steps.of(wrong)
        rounds.append(row)
        file, line = _place(snapshot, step)
        lines.append(line)
        texts["what"].append("nan" if wrong.is_nan else "inf")
        texts["function"].append(_function(snapshot, wrong, row, step))
        texts["file"].append(file)
        texts["given"].append(", ".join(reader.previews(_data(snapshot, reader.inputs(wrong.span)))))
        texts["value"].append(reader.preview(wrong.span))
    numbers = np.arange(len(found))
    columns: dict[str, np.ndarray] = {
        "what": numbers,
        "client": np.array([wrong.client for wrong in found], np.int32),
        "round": np.array(rounds, np.int32),
        "function": numbers,
        "file": numbers,
        "line": np.array(lines, np.int32),
        "given": numbers,
        "value": numbers,
        "span": np.array([wrong.span for wrong in found], np.int64),
        "is_given": np.array([wrong.is_given for wrong in found], bool),
        "is_sampled": np.array([wrong.is_sampled for wrong in found], bool),
    }
    return Table(columns, texts)


class _Steps:
    """The steps of all programs that were called."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._rows = {call.span: (row, call.root) for row, call in enumerate(snapshot.invocations)}
        programs = [build_program(snapshot, root) for root in {call.root for call in snapshot.invocations}]
        self._known = {program.root: (program.steps, owners(snapshot, program)) for program in programs}

    def of(self, wrong: WrongValue) -> tuple[int, ProgramStep | None]:
        """Returns the number of the call in which a value was made, and the step, if it was made in one."""
        row, root = self._rows[wrong.invocation]
        steps, owners_of_nodes = self._known[root]
        step = -1 if wrong.is_given else int(owners_of_nodes[wrong.node])
        return row, steps[step] if step >= 0 else None


def _function(snapshot: Snapshot, wrong: WrongValue, row: int, step: ProgramStep | None) -> str:
    if wrong.is_given:
        return ""
    return step.title if step is not None else snapshot.invocations[row].name


def _place(snapshot: Snapshot, step: ProgramStep | None) -> tuple[str, int]:
    """Returns the file and the line that make the result of a step."""
    if step is None:
        return "", 0
    is_inside = step.function >= 0 and step.output_line > 0
    function = step.function if is_inside else snapshot.nodes[step.node].function
    return (
        (snapshot.functions[function].file, step.output_line if is_inside else step.line) if function >= 0 else ("", 0)
    )


def _data(snapshot: Snapshot, values: list[int]) -> list[int]:
    """Leaves out functions, and what was not recorded."""
    numbers = snapshot.columns["type"]
    return [value for value in values if value >= 0 and not snapshot.types[numbers[value]].is_function]
