"""What happened in each line of the user's source that took part.

Time, clients and bytes belong to the lines of intrinsics and to whole functions: to TensorFlow a function is one call,
so that no line inside has a time of its own. Of the values that a function made, the line that makes its result tells.
"""

import dataclasses
import re
from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from tffsim.tracing.analysis.first_error import error_message, first_of
from tffsim.tracing.analysis.intervals import length, union
from tffsim.tracing.analysis.lost_work import lost_work
from tffsim.tracing.analysis.program import CLIENTS, Program, ProgramStep, build_program
from tffsim.tracing.analysis.program_runs import StepRun, owners, step_calls, step_runs, step_times
from tffsim.tracing.analysis.wrong_values import WrongValue, wrong_values
from tffsim.tracing.document.operations import CANCELLED, ERROR, OK, RUNNING
from tffsim.tracing.document.snapshot import FunctionInfo, Snapshot
from tffsim.tracing.document.span_reader import SpanReader

MAX_VALUES = 5
"""How many values of clients are told one by one."""
_DEFINITION = re.compile(r"\s*(async\s+)?def\s")
_RETURN = re.compile(r"\s*return\b")


@dataclasses.dataclass(frozen=True, slots=True)
class Mark:
    """Something that went wrong in a line.

    Attributes:
        kind: `error`, `nan` or `inf`.
        client: The first client for which it did; -1 for none.
        count: For how many.
        text: What an error said; the value that became NaN, if it is known.
        span: The first operation in which it did.
    """

    kind: str
    client: int
    count: int
    text: str
    span: int


@dataclasses.dataclass(frozen=True, slots=True)
class SourceLine:
    """What happened in a line, in all calls of all computations.

    Attributes:
        function: The number of the function that has the line.
        line: Counted from 1, in the file of the function.
        is_whole: Whether numbers are those of all that the function did, and not of the line alone.
        is_passed_on: Whether its time is spent in what the line calls, or in what the function calls.
        at_clients: Whether it is done at clients: it is then counted for each of them, and not once in a call.
        nodes: The AST nodes whose numbers these are, with all nodes below.
        elapsed: For how many nanoseconds something was under way.
        done, failed, cancelled, running: For how many clients, or in how many calls; see `StepRun`.
        expected: For how many it would have been done, had nothing gone wrong; 0 if that is not known.
        letters: How many values crossed between server and clients.
        size: Their size in bytes.
        crosses_to: Where to: `server`, `clients`, or "" if nothing can cross.
        names: What the user calls the values that went in.
        given: The values that went in, in the last call: of the first clients, or of the server.
        values: The values that came out.
        extent: The least and the greatest of those values that are numbers, if there are more than are told.
        marks: What went wrong.
    """

    function: int
    line: int
    is_whole: bool = False
    is_passed_on: bool = False
    at_clients: bool = False
    nodes: tuple[int, ...] = ()
    elapsed: int = 0
    done: int = 0
    failed: int = 0
    cancelled: int = 0
    running: int = 0
    expected: int = 0
    letters: int = 0
    size: int = 0
    crosses_to: str = ""
    names: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    extent: tuple[float, float] | None = None
    marks: tuple[Mark, ...] = ()


def source_lines(snapshot: Snapshot) -> list[SourceLine]:
    """Returns the lines of which something is to be told, by function and line."""
    return _Lines(snapshot).all()


def line_of_definition(function: FunctionInfo) -> int:
    """Returns the line of the `def` of a function, below its decorators; of a lambda, its first line."""
    lines = function.text.splitlines()
    return function.line + next((k for k, line in enumerate(lines) if _DEFINITION.match(line)), 0)


def _line_of_result(step: ProgramStep, function: FunctionInfo) -> int:
    """Returns the line that returns the result of a function, or else makes it, or else defines the function."""
    returns = [k for k, line in enumerate(function.text.splitlines()) if _RETURN.match(line)]
    return function.line + returns[-1] if returns else step.output_line or line_of_definition(function)


def _is_at_clients(step: ProgramStep) -> bool:
    return step.placement == CLIENTS and not step.crosses_to


class _Lines:
    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._values = _Values(snapshot)
        self._found: dict[tuple[int, int], SourceLine] = {}
        self._spans: dict[tuple[int, int], list[np.ndarray]] = defaultdict(list)
        self._places: dict[int, tuple[int, int]] = {}
        self._steps: dict[int, tuple[Program, np.ndarray]] = {}

    def all(self) -> list[SourceLine]:
        calls: dict[int, list[int]] = defaultdict(list)
        for row, call in enumerate(self._snapshot.invocations):
            calls[call.root].append(row)
        for root, rows in calls.items():
            self._add_program(build_program(self._snapshot, root), rows)
        columns = self._snapshot.columns
        for key, parts in self._spans.items():
            spans = np.concatenate(parts)
            elapsed = length(union(columns["start"][spans], columns["end"][spans]))
            self._found[key] = dataclasses.replace(self._found[key], elapsed=elapsed)
        for key, mark in [*self._errors(), *self._wrong_values()]:
            found = self._line(key)
            self._found[key] = dataclasses.replace(found, marks=(*found.marks, mark))
        return [self._found[key] for key in sorted(self._found)]

    def _key(self, function: int, line: int) -> tuple[int, int]:
        """Returns the outermost function that has a line of another one, and the line."""
        file = self._snapshot.functions[function].file
        outer = self._function_at(file, line)
        return (function if outer is None else outer), line

    def _function_at(self, file: str, line: int) -> int | None:
        found = [
            (function.line, -function.text.count("\n"), number)
            for number, function in enumerate(self._snapshot.functions)
            if function.file == file and function.line <= line < function.line + max(len(function.text.splitlines()), 1)
        ]
        return min(found)[2] if found else None

    def _line(self, key: tuple[int, int]) -> SourceLine:
        return self._found.setdefault(key, SourceLine(*key))

    def _add_program(self, program: Program, rows: list[int]) -> None:
        snapshot = self._snapshot
        self._steps[program.root] = program, owners(snapshot, program)
        clients = [max(snapshot.invocations[row].cardinalities.get("CLIENTS", 0), 0) for row in rows]
        root = snapshot.nodes[program.root]
        if root.function >= 0 and root.kind != "CompiledComputation":
            self._add_whole(program, rows)
        runs, times = step_runs(snapshot, program, rows), step_times(snapshot, program, rows)
        for number, (step, run, spans) in enumerate(zip(program.steps, runs, times, strict=True)):
            expected = sum(clients) if _is_at_clients(step) else len(rows) if step.crosses_to != CLIENTS else 0
            node = snapshot.nodes[step.node]
            given, made = self._values.of_step(program, number, rows[-1])
            if node.function >= 0 and node.line and node.kind != "CompiledComputation":
                self._add(self._key(node.function, node.line), step, run, spans, expected, values=made)
            if step.function >= 0:
                function = snapshot.functions[step.function]
                definition = self._key(step.function, line_of_definition(function))
                self._add(definition, step, run, spans, expected, is_whole=True, names=function.parameters, given=given)
                self._tell(self._key(step.function, _line_of_result(step, function)), step.node, made)

    def _add_whole(self, program: Program, rows: list[int]) -> None:
        """Adds the line that defines the computation, with all that its calls did."""
        snapshot = self._snapshot
        function = snapshot.nodes[program.root].function
        spans = np.array([snapshot.invocations[row].span for row in rows])
        outcomes = snapshot.columns["outcome"][spans].tolist()
        counts = {name: outcomes.count(outcome) for name, outcome in _OUTCOMES.items()}
        key = self._key(function, line_of_definition(snapshot.functions[function]))
        line = self._line(key)
        self._found[key] = dataclasses.replace(line, nodes=(*line.nodes, program.root), is_passed_on=True)
        self._count(key, spans, len(rows), StepRun(**counts), is_whole=True, at_clients=False)

    def _add(
        self,
        key: tuple[int, int],
        step: ProgramStep,
        run: StepRun,
        spans: "np.ndarray",
        expected: int,
        *,
        is_whole: bool = False,
        names: tuple[str, ...] = (),
        given: "_Told | None" = None,
        values: "_Told | None" = None,
    ) -> None:
        line = self._line(key)
        crosses_to = "" if is_whole else step.crosses_to
        self._found[key] = dataclasses.replace(
            line,
            nodes=tuple(dict.fromkeys((*line.nodes, step.node))),
            letters=line.letters + (run.letters if crosses_to else 0),
            size=line.size + (run.size if crosses_to else 0),
            crosses_to=line.crosses_to or crosses_to,
            names=names or line.names,
            given=given.texts if given is not None else line.given,
        )
        self._count(key, spans, expected, run, is_whole=is_whole, at_clients=_is_at_clients(step))
        if self._found[key].is_whole == is_whole:
            is_passed_on = not is_whole and step.function >= 0
            self._found[key] = dataclasses.replace(self._found[key], is_passed_on=is_passed_on)
        if values is not None:
            self._tell(key, step.node, values)

    def _count(
        self,
        key: tuple[int, int],
        spans: "np.ndarray",
        expected: int,
        run: StepRun,
        *,
        is_whole: bool,
        at_clients: bool,
    ) -> None:
        """Counts what was done; in a line that is a function and a call in it, only the one that came first."""
        line = self._found[key]
        if key in self._spans and line.is_whole != is_whole:
            return
        self._spans[key].append(spans)
        self._found[key] = dataclasses.replace(
            line,
            is_whole=is_whole,
            at_clients=at_clients,
            done=line.done + run.done,
            failed=line.failed + run.failed,
            cancelled=line.cancelled + run.cancelled,
            running=line.running + run.running,
            expected=line.expected + expected,
        )

    def _tell(self, key: tuple[int, int], node: int, values: "_Told") -> None:
        """Says of a line what values it made."""
        line = self._line(key)
        nodes = tuple(dict.fromkeys((*line.nodes, node)))
        self._found[key] = dataclasses.replace(
            line, nodes=nodes, values=values.texts or line.values, extent=values.extent
        )

    def _errors(self) -> "Iterable[tuple[tuple[int, int], Mark]]":
        snapshot = self._snapshot
        client = snapshot.columns["client"]
        failed = (snapshot.columns["outcome"] == ERROR) & ~lost_work(snapshot)
        failures: dict[tuple[int, int], list[int]] = defaultdict(list)
        for span in snapshot.errors:
            key = self._key_of_failure(span) if failed[span] else None
            if key is not None:
                failures[key].append(span)
        for key, spans in failures.items():
            first = first_of(snapshot, np.isin(np.arange(snapshot.num_spans), spans))
            whom = {int(client[span]) for span in spans} - {-1}
            yield (
                key,
                Mark("error", int(client[first]), max(len(whom), 1), error_message(snapshot.errors[first]), first),
            )

    def _wrong_values(self) -> "Iterable[tuple[tuple[int, int], Mark]]":
        births: dict[tuple[tuple[int, int], bool], list[WrongValue]] = defaultdict(list)
        for value in wrong_values(self._snapshot):
            key = None if value.is_given else self._key_of_birth(value)
            if key is not None:
                births[key, value.is_nan].append(value)
        for (key, is_nan), values in births.items():
            first = min(values, key=lambda value: value.client)
            given = self._values.given_to(first.span)
            yield key, Mark("nan" if is_nan else "inf", first.client, len(values), given, first.span)

    def _step_of(self, span: int) -> ProgramStep | None:
        """Returns the step to which a span belongs."""
        columns = self._snapshot.columns
        call = next((c for c in self._snapshot.invocations if c.span == columns["invocation"][span]), None)
        if call is None:
            return None
        program, owners_of_nodes = self._steps[call.root]
        step = owners_of_nodes[columns["node"][span]]
        return program.steps[step] if step >= 0 else None

    def _key_of_birth(self, value: WrongValue) -> tuple[int, int] | None:
        step = self._step_of(value.span)
        if step is None:
            return None
        if step.function >= 0 and step.output_line:
            return self._key(step.function, step.output_line)
        return self._key_of_call(step)

    def _key_of_failure(self, span: int) -> tuple[int, int] | None:
        """Returns the function and the line in which an operation failed; of the call, if no function has the line."""
        place = self._snapshot.places.get(span)
        function = None if place is None else self._function_at(place.file, place.line)
        if place is not None and function is not None:
            return function, place.line
        step = self._step_of(span)
        return None if step is None else self._key_of_call(step)

    def _key_of_call(self, step: ProgramStep) -> tuple[int, int] | None:
        function = self._snapshot.nodes[step.node].function
        return self._key(function, step.line) if function >= 0 and step.line else None


_OUTCOMES = {"done": OK, "failed": ERROR, "cancelled": CANCELLED, "running": RUNNING}


@dataclasses.dataclass(frozen=True, slots=True)
class _Told:
    """Values, as they are told."""

    texts: tuple[str, ...]
    extent: tuple[float, float] | None = None


class _Values:
    """The values that went into the steps of a program, and that came out."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._reader = SpanReader(snapshot)

    def of_step(self, program: Program, number: int, row: int) -> tuple[_Told, _Told]:
        """Returns what went into a step in a call, and what came out, of each client or at the server."""
        columns = self._snapshot.columns
        spans = step_calls(self._snapshot, program, [row])[number]
        spans = spans[columns["outcome"][spans] == OK]
        if program.steps[number].placement == CLIENTS:
            spans = spans[np.argsort(columns["client"][spans], kind="stable")]
            given = [self.given_to(span) for span in spans[:MAX_VALUES].tolist()]
        else:
            spans = spans[np.argsort(columns["end"][spans], kind="stable")]
            has_ended = columns["outcome"][self._snapshot.invocations[row].span] == OK
            # What a call that failed made last at the server may be a part of a sum.
            spans = spans[-1:] if has_ended else spans[:0]
            given = []
        texts = tuple(self._reader.previews(spans[:MAX_VALUES]))
        return _Told(tuple(given)), _Told(texts, self._extent(spans))

    def given_to(self, span: int) -> str:
        """Returns the data that went into an operation, in short."""
        types, numbers = self._snapshot.types, self._snapshot.columns["type"]
        values = [value for value in self._reader.inputs(span) if value >= 0]
        data = [value for value in values if numbers[value] < 0 or not types[numbers[value]].is_function]
        return ", ".join(self._reader.previews(data))

    def _extent(self, spans: "np.ndarray") -> tuple[float, float] | None:
        if len(spans) <= MAX_VALUES:
            return None
        numbers = [self._reader.value(span) for span in spans.tolist()]
        finite = [number for number in numbers if isinstance(number, float) and np.isfinite(number)]
        return (min(finite), max(finite)) if len(finite) == len(numbers) else None
