"""The lines of the user's source with what happened in them, as figures and the front end draw them."""

import dataclasses

from tffsim.tracing.analysis.source_lines import MAX_VALUES, SourceLine, source_lines
from tffsim.tracing.document.snapshot import FunctionInfo, Snapshot
from tffsim.tracing.document.units import short_number
from tffsim.views.panels.value_words import of_result
from tffsim.views.panels.words import say

_MAX_TEXT, _MAX_SHORT = 40, 20


@dataclasses.dataclass(frozen=True, slots=True)
class DrawnMark:
    """Something that went wrong; see `source_lines.Mark`."""

    kind: str
    text: str
    span: int


@dataclasses.dataclass(frozen=True, slots=True)
class SourceRow:
    """A line; see `source_lines.SourceLine`. `notes` are the values that went in and came out, as they stand below."""

    function: int
    line: int
    is_passed_on: bool
    at_clients: bool
    nodes: list[int]
    elapsed: int
    done: int
    failed: int
    cancelled: int
    running: int
    expected: int
    letters: int
    size: int
    crosses_to: str
    notes: list[str]
    marks: list[DrawnMark]


def source_rows(snapshot: Snapshot) -> list[SourceRow]:
    """Returns the lines of which something is to be told, by function and line."""
    return [
        SourceRow(
            line.function,
            line.line,
            line.is_passed_on,
            line.at_clients,
            list(line.nodes),
            line.elapsed,
            line.done,
            line.failed,
            line.cancelled,
            line.running,
            line.expected,
            line.letters,
            line.size,
            line.crosses_to,
            _notes(line),
            [
                DrawnMark(mark.kind, _mark_text(mark.kind, mark.client, mark.count, mark.text), mark.span)
                for mark in line.marks
            ],
        )
        for line in source_lines(snapshot)
    ]


def functions_by_file(functions: list[FunctionInfo]) -> dict[str, list[int]]:
    """Returns the functions of each cell or file that no other function contains, in the order of their lines."""
    outer = [
        number
        for number, function in enumerate(functions)
        if not any(_contains(other, function) for k, other in enumerate(functions) if k != number)
    ]
    files: dict[str, list[int]] = {}
    for number in outer:
        files.setdefault(functions[number].file, []).append(number)
    return {file: sorted(numbers, key=lambda number: functions[number].line) for file, numbers in files.items()}


def _contains(outer: FunctionInfo, inner: FunctionInfo) -> bool:
    if outer.file != inner.file or _last(outer) - outer.line <= _last(inner) - inner.line:
        return False
    return outer.line <= inner.line and _last(inner) <= _last(outer)


def _last(function: FunctionInfo) -> int:
    return function.line + max(len(function.text.splitlines()), 1) - 1


def _notes(line: SourceLine) -> list[str]:
    names = ", ".join(line.names)
    given = _listed(line.given, is_more=line.expected > MAX_VALUES)
    notes = [f"{names} = {given}" if names else given] if given else []
    made = _listed(line.values, is_more=len(line.values) == MAX_VALUES)
    if line.extent is not None:
        made = " … ".join(map(short_number, line.extent))
    return [*notes, made] if made else notes


def _listed(values: tuple[str, ...], *, is_more: bool) -> str:
    """Returns the first values; of values that take much room, a piece of the first."""
    texts = [" ".join(of_result(value).split()) for value in values]
    if any(len(text) > _MAX_SHORT for text in texts):
        return f"{texts[0][: _MAX_TEXT - 1]}…" if len(texts[0]) > _MAX_TEXT else f"{texts[0]}, …"
    told = ", ".join(texts[:3])
    return f"{told}, …" if len(values) > 3 or (is_more and told) else told


def _mark_text(kind: str, client: int, count: int, text: str) -> str:
    what = text if kind == "error" else f"{text} → {kind}" if text else kind
    who = f"{say('client n', client=str(client))}: " if client >= 0 else ""
    more = say("and more", count=count - 1) if count > 1 else ""
    return f"{who}{what}{more}"
