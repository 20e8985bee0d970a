"""Writes what follows from the schema of a trace outside Python: `make schema`.

That is `widgets/src/model/schema.ts`, and the table of columns in `docs/reference/trace_columns.md`.
"""

import dataclasses
import inspect
import json
import pathlib
import sys
from typing import Any, get_args, get_origin

from tffsim.tracing.document import units
from tffsim.tracing.document.operations import ALL_OUTCOMES, OPERATIONS
from tffsim.tracing.document.rows import OneOf, fields_of, is_for_views, parts_of
from tffsim.tracing.document.schema import (
    COLUMNS,
    NUMBERS_FOR_VIEWS,
    OPTIONAL_FOR_VIEWS,
    TICK,
    TIMES_FOR_VIEWS,
    Column,
)
from tffsim.tracing.document.snapshot import LISTS_FOR_VIEWS, ROWS

ROOT = pathlib.Path(__file__).parents[1]
NAMES = {
    "executors": "Executor",
    "threads": "Thread",
    "nodes": "AstNode",
    "functions": "UserFunction",
    "invocations": "Invocation",
}
"""What the rows that views get are called there."""

_WIDTH = 120


def typescript() -> str:
    """Returns `schema.ts`."""
    parts = [
        "// Made by `make schema` from tffsim/tracing/document. Change it there.",
        *(_interface(name) for name in LISTS_FOR_VIEWS),
        _constant("Whole numbers, one for each span; -1 is none.", "INT_COLUMNS", ["id", *NUMBERS_FOR_VIEWS]),
        _constant("Times, one for each span, in milliseconds.", "TIME_COLUMNS", list(TIMES_FOR_VIEWS)),
        _constant(
            "Numbers of some spans: those whose column `has_…` is 1. NaN is a number, none is not.",
            "OPTIONAL_COLUMNS",
            list(OPTIONAL_FOR_VIEWS),
        ),
        "export type IntColumn = (typeof INT_COLUMNS)[number];\n"
        "export type TimeColumn = (typeof TIME_COLUMNS)[number];\n"
        "export type OptionalColumn = (typeof OPTIONAL_COLUMNS)[number];",
        _constant("", "OPERATIONS", list(OPERATIONS)),
        _constant("", "OUTCOMES", list(ALL_OUTCOMES)),
        _numbers("The numbers of operations.", "OPERATION", {name: k for k, name in enumerate(OPERATIONS)}),
        _numbers(
            "The numbers of outcomes; of a span that is not there, the last.",
            "OUTCOME",
            {**{name: k for k, name in enumerate(ALL_OUTCOMES)}, "unknown": 255},
        ),
        "/** The number that stands for none, in all columns but that of outcomes. */\nexport const NONE = -1;",
        f"/** In how many milliseconds a page counts times. */\nexport const TICK = {TICK / 1e6};",
        _units("The units of times, the largest first, in nanoseconds.", "TIMES", units.TIMES),
        _units("The units of sizes, the largest first, in bytes.", "SIZES", units.SIZES),
        "/** From how much of a unit on a number is told in it; and from how much of it with fewer decimals. */\n"
        f"export const ENOUGH = {units.ENOUGH};\n"
        f"export const NO_DECIMALS = {units.NO_DECIMALS};\n"
        f"export const ONE_DECIMAL = {units.ONE_DECIMAL};",
    ]
    return "\n\n".join(parts) + "\n"


def table() -> str:
    """Returns the page of columns."""
    lines = [
        "# The columns of a trace",
        "",
        "<!-- Made by `make schema` from tffsim/tracing/document/schema.py. Change it there. -->",
        "",
        "One number for each span. The number of a span is its row, in the order in which spans started.",
        "Where a column numbers the rows of something, such as executors, that is named.",
        "Times count from the beginning of the trace.",
        "",
        "`t.spans` and `t.values` show these columns with texts for numbers.",
        "`t.snapshot.columns` has them as they are, and so has a `.tfftrace` file.",
        "",
        "| column | dtype | unit | numbers | none is | says |",
        "|---|---|---|---|---|---|",
        *map(_line, COLUMNS.values()),
    ]
    return "\n".join(lines) + "\n"


MADE = {
    ROOT / "widgets/src/model/schema.ts": typescript,
    ROOT / "docs/reference/trace_columns.md": table,
}
"""The files that are made, and how."""


def _line(column: Column) -> str:
    none = "-1" if column.has_none else f"`{column.validity}` = 0" if column.is_optional else ""
    return f"| `{column.name}` | {column.dtype} | {column.unit} | {column.refers_to} | {none} | {column.meaning} |"


def _interface(name: str) -> str:
    cls = ROWS[name]
    first_line = (inspect.getdoc(cls) or "").splitlines()[0]
    fields = [f"  {field}: {_type(hint)};" for field, hint in fields_of(cls).items() if is_for_views(cls, field)]
    return "\n".join([f"/** {first_line} */", f"export interface {NAMES[name]} {{", *fields, "}"])


def _type(hint: Any) -> str:
    """Returns the TypeScript for the type of a field."""
    kind, marks = parts_of(hint)
    for mark in marks:
        if isinstance(mark, OneOf):
            return " | ".join(json.dumps(word) for word in mark.words)
    if get_origin(kind) is tuple:
        return f"{_type(get_args(kind)[0])}[]"
    if get_origin(kind) is dict:
        return f"Record<string, {_type(get_args(kind)[1])}>"
    assert not dataclasses.is_dataclass(kind), kind
    return {str: "string", int: "number", bool: "boolean"}[kind]


def _constant(means: str, name: str, words: list[str]) -> str:
    """Returns a list of words as prettier lays it out."""
    quoted = [json.dumps(word) for word in words]
    line = f"export const {name} = [{', '.join(quoted)}] as const;"
    if len(line) > _WIDTH:
        line = "\n".join([f"export const {name} = [", *(f"  {word}," for word in quoted), "] as const;"])
    return f"/** {means} */\n{line}" if means else line


def _numbers(means: str, name: str, known: dict[str, int]) -> str:
    lines = [f"  {word}: {number}," for word, number in known.items()]
    return "\n".join([f"/** {means} */", f"export const {name} = {{", *lines, "} as const;"])


def _units(means: str, name: str, known: units.Units) -> str:
    lines = [f"  [{json.dumps(unit, ensure_ascii=False)}, {size:.0f}]," for unit, size in known]
    return "\n".join([f"/** {means} */", f"export const {name}: readonly [string, number][] = [", *lines, "];"])


def main(only_check: bool) -> int:
    """Writes the files, or says which of them are not what the schema makes; returns how many that are."""
    stale = [path for path, make in MADE.items() if not path.exists() or path.read_text(encoding="utf-8") != make()]
    for path in stale:
        if only_check:
            print(f"{path.relative_to(ROOT)} is not what the schema makes. Run `make schema`.", file=sys.stderr)
        else:
            path.write_text(MADE[path](), encoding="utf-8")
    return len(stale) if only_check else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv))
