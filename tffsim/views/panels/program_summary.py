"""The program of the last call, what happened in it and how it is said, as the front end draws it."""

import collections
from typing import TypedDict

import numpy as np

from tffsim.tracing.analysis.program import CLIENTS, Program
from tffsim.tracing.analysis.program_runs import StepRun
from tffsim.tracing.analysis.run_facts import RunFacts, run_facts
from tffsim.tracing.analysis.traffic import entering_clients
from tffsim.tracing.document.operations import COMPUTE, CREATE_CALL, OK
from tffsim.tracing.document.rows import saved_text
from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.document.span_reader import SpanReader
from tffsim.views.panels.answers import Fact, answers, whole_run
from tffsim.views.panels.program_layout import LANES, Place, program_layout
from tffsim.views.panels.sentence import how_far, sentence
from tffsim.views.panels.value_words import of_result
from tffsim.views.panels.words import say

MAX_VALUES = 5
"""How many values of clients are shown one by one."""
_MAX_TEXT = 60


class Box(TypedDict):
    """Where something stands."""

    lane: str
    column: int
    row: int


class InputBox(Box):
    """What comes from the user."""

    name: str


class ResultBox(Box):
    """What goes to the user."""

    name: str
    value: str


class Happened(TypedDict):
    """What happened in a step; see `StepRun`."""

    done: int
    failed: int
    cancelled: int
    running: int
    elapsed: int
    work: int
    letters: int
    size: int
    is_sealed: bool


class DrawnStep(Happened):
    """A step, and what happened in it."""

    node: int
    title: str
    written_as: str
    line: int
    variable: str
    crosses_to: str
    takes: Box
    gives: Box
    values: list[str]
    wrong: int


class ProgramSummary(TypedDict):
    """The program as it is drawn; see `program_summary`."""

    sentence: list[list[str]]
    interrupted: str
    scope: list[str]
    answers: dict[str, str]
    whole: list[Fact]
    inputs: list[InputBox]
    steps: list[DrawnStep]
    results: list[ResultBox]
    flows: list[list[str]]
    lanes: list[str]
    num_columns: int
    num_rows: list[int]


def program_summary(snapshot: Snapshot) -> ProgramSummary | None:
    """Returns the program of the computation that was called last; None if none was.

    Returns:
        `sentence`: pairs of a text and how it is set. `interrupted`: how far an interrupted run had come, else "".
        `scope`: what the numbers are of if there are several calls, at length and shortly.
        `answers`: a few words on the tabs of panels. `whole`: what is told of the whole run, each a name and a text.
        `inputs`, `steps`, `results`: the boxes, each with its `lane`, `column` and `row`. `num_columns`;
        `num_rows` of each lane of `lanes`. `flows`: from box to box, each a pair of `i0` (the first input),
        `s0` (the first step) or `r0` (the first result).
    """
    facts = run_facts(snapshot)
    if facts is None:
        return None
    program, layout = facts.program, program_layout(facts.program)
    values = _Values(snapshot, facts)
    return {
        "sentence": [[phrase.text, phrase.kind] for phrase in sentence(facts)],
        "interrupted": how_far(facts).removesuffix(".") if facts.is_interrupted else "",
        "scope": _scope(len(facts.invocations)),
        "answers": answers(facts, snapshot),
        "whole": whole_run(facts, snapshot),
        "inputs": [
            {"name": value.name, **_placed(place)} for value, place in zip(program.inputs, layout.inputs, strict=True)
        ],
        "steps": [
            {
                "node": step.node,
                "title": step.title,
                "written_as": step.written_as,
                "line": step.line,
                "variable": step.variable,
                "crosses_to": step.crosses_to,
                "takes": _placed(layout.takes[number]),
                "gives": _placed(layout.gives[number]),
                "values": values.of_step(number),
                "wrong": values.wrong[number],
                **_happened(facts.runs[number]),
            }
            for number, step in enumerate(program.steps)
        ],
        "results": [
            {"name": name, "value": value, **_placed(place)}
            for name, value, place in zip(_result_names(program), _last_results(facts), layout.results, strict=True)
        ],
        "flows": [[_name(source), f"s{number}"] for number, step in enumerate(program.steps) for source in step.sources]
        + [[_name(source), f"r{number}"] for number, (_, sources) in enumerate(program.results) for source in sources],
        "lanes": list(LANES),
        "num_columns": layout.num_columns,
        "num_rows": list(layout.num_rows),
    }


def _scope(num_calls: int) -> list[str]:
    told = ("of all rounds and the last", "of all rounds")
    return [say(words, count=num_calls) for words in told] if num_calls > 1 else []


def _last_results(facts: RunFacts) -> list[str]:
    """Returns what the last call returned, in short; "" for each result that it has not returned."""
    count = len(facts.program.results)
    has_ended = len(facts.results) == len(facts.invocations) and len(facts.results[-1]) == count
    return [saved_text(of_result(text), _MAX_TEXT) for text in facts.results[-1]] if has_ended else [""] * count


def _result_names(program: Program) -> list[str]:
    """Returns what results are called: one of several without a name as it is written in Python."""
    are_several = len(program.results) > 1
    return [name or f"result[{number}]" * are_several for number, (name, _) in enumerate(program.results)]


def _name(end: int) -> str:
    return f"s{end}" if end >= 0 else f"i{~end}"


def _placed(place: Place) -> Box:
    return {"lane": place.lane, "column": place.column, "row": place.row}


def _happened(run: StepRun) -> Happened:
    return {
        "done": run.done,
        "failed": run.failed,
        "cancelled": run.cancelled,
        "running": run.running,
        "elapsed": run.elapsed,
        "work": run.work,
        "letters": run.letters,
        "size": run.size,
        "is_sealed": run.is_sealed,
    }


class _Values:
    """What the steps made in the last call."""

    def __init__(self, snapshot: Snapshot, facts: RunFacts) -> None:
        self._reader = SpanReader(snapshot)
        self._facts = facts
        columns = snapshot.columns
        last = snapshot.invocations[facts.invocations[-1]].span
        is_last = (columns["invocation"] == last) & (columns["outcome"] == OK)
        self._step = np.where(is_last, facts.owners[columns["node"]], -1)
        self._at_clients = entering_clients(snapshot) & (columns["operation"] == CREATE_CALL)
        is_server = [executor.placement != CLIENTS for executor in snapshot.executors]
        at_server = np.array([*is_server, False])[columns["layer"]]
        self._at_server = at_server & np.isin(columns["operation"], (COMPUTE, CREATE_CALL))
        self._is_compute = columns["operation"] == COMPUTE
        self.wrong = collections.Counter(int(facts.owners[value.node]) for value in facts.wrong)

    def of_step(self, number: int) -> list[str]:
        """Returns the values that a step made, in short: of the first clients, or of the server."""
        if self._facts.program.steps[number].placement == CLIENTS:
            spans = np.flatnonzero((self._step == number) & self._at_clients)
            columns = self._reader.snapshot.columns
            spans = spans[np.argsort(columns["client"][spans], kind="stable")][:MAX_VALUES]
        else:
            spans = np.flatnonzero((self._step == number) & self._at_server)
            computes = spans[self._is_compute[spans]]
            spans = (computes if len(computes) else spans)[-1:]
        return [saved_text(of_result(self._reader.preview(int(span))), _MAX_TEXT) for span in spans]
