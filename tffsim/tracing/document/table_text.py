"""A table as text: its first rows, with as many columns as fit the terminal."""

import shutil
from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
from rich.cells import cell_len, set_cell_size

from tffsim.tracing.document.plain_text import plain
from tffsim.tracing.document.units import data_size, duration

_MAX_ROWS = 20
_MAX_CHARACTERS = 40
_GAP = "  "


class Rows(Protocol):
    """What is needed of a table."""

    units: dict[str, str]

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[str]: ...

    def __getitem__(self, name: str, /) -> np.ndarray: ...

    def row(self, index: int) -> dict[str, object]: ...


def table_text(table: Rows) -> str:
    """Returns the first rows of a table; what is not shown is named below."""
    names, rows, note = shown_rows(table)
    columns = [_aligned([name, *(row[k] for row in rows)], _is_text(table, name)) for k, name in enumerate(names)]
    width, shown = shutil.get_terminal_size().columns, 0
    while shown < len(columns) and sum(cell_len(column[0]) + len(_GAP) for column in columns[: shown + 1]) <= width:
        shown += 1
    shown = max(shown, 1)
    lines = [_GAP.join(cells).rstrip() for cells in zip(*columns[:shown], strict=True)]
    if shown < len(columns):
        note += f"; columns that do not fit: {', '.join(names[shown:])}"
    return "\n".join([*lines, note])


def shown_rows(table: Rows) -> tuple[list[str], list[list[str]], str]:
    """Returns the names of the columns, the cells of the first rows, and a note on how many there are."""
    names, count = list(table), min(len(table), _MAX_ROWS)
    rows = [[_cell(value, table.units.get(name, "")) for name, value in table.row(k).items()] for k in range(count)]
    note = f"{len(table):,} row{'s' * (len(table) != 1)}" + (
        f", the first {count} are shown" if count < len(table) else ""
    )
    return names, rows, note


def _cell(value: Any, unit: str) -> str:
    if unit == "ns":
        return duration(value)
    if unit == "bytes":
        return data_size(value)
    text = f"{value:.4g}" if isinstance(value, float) else plain(str(value)).replace("\n", " ").strip()
    return text if len(text) <= _MAX_CHARACTERS else text[: _MAX_CHARACTERS - 1] + "…"


def _is_text(table: Rows, name: str) -> bool:
    return table[name].dtype == object


def _aligned(cells: list[str], to_the_left: bool) -> list[str]:
    width = max(map(cell_len, cells))
    if to_the_left:
        return [set_cell_size(cell, width) for cell in cells]
    return [" " * (width - cell_len(cell)) + cell for cell in cells]
