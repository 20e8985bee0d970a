"""The program of the last call, what happened in it and how it is said, as the front end draws it."""

import dataclasses
from typing import Any

import numpy as np

from tffsim.tracing.analysis.program import CLIENTS
from tffsim.tracing.analysis.run_facts import RunFacts, run_facts
from tffsim.tracing.analysis.traffic import entering_clients
from tffsim.tracing.document.operations import COMPUTE, CREATE_CALL, OK
from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.document.span_reader import SpanReader
from tffsim.views.panels.program_layout import LANES, Place, program_layout
from tffsim.views.panels.sentence import sentence

MAX_VALUES = 5
"""How many values of clients are shown one by one."""
_MAX_TEXT = 60


def program_summary(snapshot: Snapshot) -> dict[str, Any] | None:
    """Returns the program of the computation that was called last; None if none was.

    Returns:
        `sentence`: pairs of a text and how it is set.
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
                "is_wrong": number in values.wrong,
                **dataclasses.asdict(facts.runs[number]),
            }
            for number, step in enumerate(program.steps)
        ],
        "results": [
            {"name": name, "value": value, **_placed(place)}
            for (name, _), value, place in zip(program.results, _last_results(facts), layout.results, strict=True)
        ],
        "flows": [[_name(source), f"s{number}"] for number, step in enumerate(program.steps) for source in step.sources]
        + [[_name(source), f"r{number}"] for number, (_, sources) in enumerate(program.results) for source in sources],
        "lanes": list(LANES),
        "num_columns": layout.num_columns,
        "num_rows": list(layout.num_rows),
    }


def _last_results(facts: RunFacts) -> list[str]:
    """Returns what the last call returned, in short; "" for each result that it has not returned."""
    count = len(facts.program.results)
    has_ended = len(facts.results) == len(facts.invocations) and len(facts.results[-1]) == count
    return [text[:_MAX_TEXT] for text in facts.results[-1]] if has_ended else [""] * count


def _name(end: int) -> str:
    return f"s{end}" if end >= 0 else f"i{~end}"


def _placed(place: Place) -> dict[str, Any]:
    return dataclasses.asdict(place)


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
        self.wrong = {int(facts.owners[value.node]) for value in facts.wrong}

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
        return [self._reader.preview(int(span))[:_MAX_TEXT] for span in spans]
