"""What is to be said about a run of a computation: who did what, what crossed, what came out, what went wrong."""

import dataclasses

import numpy as np

from tffsim.tracing.analysis.assertions import Assertion, assertion_in
from tffsim.tracing.analysis.births import Birth, Births
from tffsim.tracing.analysis.first_error import error_message, first_of
from tffsim.tracing.analysis.phases import Phases, phases_of
from tffsim.tracing.analysis.program import Program, build_program
from tffsim.tracing.analysis.program_runs import StepRun, owners, step_runs
from tffsim.tracing.analysis.results import numbers_among, values_of_results
from tffsim.tracing.analysis.wrong_values import WrongValue, wrong_values
from tffsim.tracing.document.operations import CANCELLED, ERROR, OK, RUNNING
from tffsim.tracing.document.snapshot import Place, Snapshot
from tffsim.tracing.document.span_reader import SpanReader

_CLIENTS = "CLIENTS"


@dataclasses.dataclass(frozen=True, slots=True)
class Failure:
    """The first operation that failed.

    Attributes:
        span: Which one.
        client: For which client; -1 for none.
        step: In which step of the program; -1 if in none.
        message: What it said.
        assertion: What an assertion compared; None if it was none, or does not say.
        place: The line of the user; None if nobody knows.
        given: The argument that it was given, in short; empty if nobody knows.
        round: In which call of the computation, counted from 1.
    """

    span: int
    client: int
    step: int
    message: str
    assertion: Assertion | None
    place: Place | None
    given: str
    round: int


@dataclasses.dataclass(frozen=True, slots=True)
class RunFacts:
    """The facts of all calls of one computation in a trace.

    Attributes:
        name: The name of the computation.
        num_computations: How many computations were called in the trace, of which it is the last.
        program: What it does.
        runs: What happened in each of its steps, in all calls.
        last_runs: The same, of the last call alone.
        invocations: Its calls, as rows of `trace.invocations`.
        num_clients: How many clients took part in the last call; -1 if the computation has none.
        cohort_sizes: The same of each call.
        num_dropped: How many clients have dropped out of it, beside these.
        num_hosts_lost: How many hosts were lost, whose clients ran again.
        phases: Where the time of all calls went.
        is_running: Whether more is to come: a call is under way, or the code around it.
        is_cancelled: Whether the last call was given up.
        has_ended: Whether the last call ended well.
        is_interrupted: Whether the last call was given up, or the code around was interrupted after it.
        results: The results of each call that has some: of each member, in short.
        numbers: The numbers among the results of each call, by name; "" if the result is one number.
        failure: What failed first; None if nothing did.
        wrong: Where NaN and infinity came from.
        first_wrong: How the first of these came about; None if there is none.
        owners: For each AST node the step to which it belongs; see `program_runs.owners`.
    """

    name: str
    num_computations: int
    program: Program
    runs: list[StepRun]
    last_runs: list[StepRun]
    invocations: list[int]
    num_clients: int
    cohort_sizes: list[int]
    num_dropped: int
    num_hosts_lost: int
    phases: Phases
    is_running: bool
    is_cancelled: bool
    has_ended: bool
    is_interrupted: bool
    results: list[list[str]]
    numbers: dict[str, list[float]]
    failure: Failure | None
    wrong: list[WrongValue]
    first_wrong: Birth | None
    owners: "np.ndarray"


def run_facts(snapshot: Snapshot) -> RunFacts | None:
    """Returns the facts of the computation that was called last; None if none was."""
    if not snapshot.invocations:
        return None
    last = snapshot.invocations[-1]
    rows = [row for row, call in enumerate(snapshot.invocations) if call.root == last.root]
    spans = {snapshot.invocations[row].span for row in rows}
    program = build_program(snapshot, last.root)
    outcome = snapshot.columns["outcome"][last.span]
    results = [values for values in values_of_results(snapshot, rows) if values]
    reader = SpanReader(snapshot)
    cohort_sizes = [snapshot.invocations[row].cardinalities.get(_CLIENTS, -1) for row in rows]
    wrong = [value for value in wrong_values(snapshot) if value.invocation in spans]
    return RunFacts(
        name=last.name,
        num_computations=len({call.root for call in snapshot.invocations}),
        program=program,
        runs=step_runs(snapshot, program, rows),
        last_runs=step_runs(snapshot, program, rows[-1:]),
        invocations=rows,
        num_clients=cohort_sizes[-1],
        cohort_sizes=cohort_sizes,
        num_dropped=last.num_dropped,
        num_hosts_lost=len({e.before for e in snapshot.host_events if e.before >= 0 and e.invocation in spans}),
        phases=_sum(phases_of(snapshot, rows)),
        is_running=bool(outcome == RUNNING) or snapshot.is_active,
        is_cancelled=bool(outcome == CANCELLED),
        has_ended=bool(outcome == OK),
        is_interrupted=bool(outcome == CANCELLED) or snapshot.is_interrupted,
        results=[[reader.preview(value) for value in values] for values in results],
        numbers=_numbers(reader, program, results),
        failure=_failure(reader, program, spans),
        wrong=wrong,
        first_wrong=Births(snapshot).of(wrong[0]) if wrong else None,
        owners=owners(snapshot, program),
    )


def _sum(parts: list[Phases]) -> Phases:
    return Phases(*(sum(times) for times in zip(*map(dataclasses.astuple, parts), strict=True)))


def _numbers(reader: SpanReader, program: Program, results: list[list[int]]) -> dict[str, list[float]]:
    """Returns those members of the results, or whole results, that are a number in all calls."""
    found: dict[str, list[float]] = {}
    for values in results:
        for name, number in numbers_among(reader, program, values).items():
            found.setdefault(name, []).append(number)
    return {name: numbers for name, numbers in found.items() if len(numbers) == len(results)}


def _failure(reader: SpanReader, program: Program, invocations: set[int]) -> Failure | None:
    snapshot = reader.snapshot
    columns = snapshot.columns
    # What failed in a call that returned has been made good, as by others when clients dropped out.
    without_result = [span for span in invocations if columns["outcome"][span] != OK]
    first = first_of(snapshot, (columns["outcome"] == ERROR) & np.isin(columns["invocation"], without_result))
    if first < 0:
        return None
    values = [value for value in reader.inputs(first) if value >= 0 and not _is_function(snapshot, value)]
    error, place = snapshot.errors.get(first, ""), snapshot.places.get(first)
    whole = snapshot.errors.get(int(columns["invocation"][first]), "")
    if whole.startswith("ArgumentError: "):  # Only the call knows that it is about its argument.
        error = whole
    return Failure(
        first,
        int(columns["client"][first]),
        int(owners(snapshot, program)[columns["node"][first]]),
        error_message(error),
        assertion_in(error, place, snapshot.functions),
        place,
        ", ".join(map(reader.preview, values)),
        sum(span <= columns["invocation"][first] for span in invocations),
    )


def _is_function(snapshot: Snapshot, value: int) -> bool:
    number = snapshot.columns["type"][value]
    return number >= 0 and snapshot.types[number].is_function
