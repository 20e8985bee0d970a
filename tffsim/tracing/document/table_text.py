"""A table as text: its first and its last rows, with as many columns as fit the terminal."""

import shutil
from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
from rich.cells import cell_len, set_cell_size

from tffsim.tracing.document.plain_text import plain
from tffsim.tracing.document.units import data_size, duration, short_number

_FIRST, _LAST = 15, 5
_MAX_CHARACTERS = 40
_GAP = "  "


class Rows(Protocol):
    """What is needed of a table."""

    units: dict[str, str]

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[str]: ...

    def __getitem__(self, name: str, /) -> np.ndarray: ...

    def row(self, index: int) -> dict[str, object]: ...


def table_text(table: Rows, num_first: int = _FIRST, num_last: int = _LAST) -> str:
    """Returns the first and the last rows of a table; what is not shown is named below."""
    names, numbers, rows, note = shown_rows(table, num_first, num_last)
    if len(numbers) < len(table):
        rows.insert(num_first, ["…"] * len(names))
    columns = [_aligned([name, *(row[k] for row in rows)], is_text(table, name)) for k, name in enumerate(names)]
    width, shown = shutil.get_terminal_size().columns, 0
    while shown < len(columns) and sum(cell_len(column[0]) + len(_GAP) for column in columns[: shown + 1]) <= width:
        shown += 1
    shown = max(shown, 1)
    lines = [_GAP.join(cells).rstrip() for cells in zip(*columns[:shown], strict=True)]
    if shown < len(columns):
        note += f"; columns that do not fit: {', '.join(names[shown:])}"
    return "\n".join([*lines, note])


def shown_rows(table: Rows, num_first: int, num_last: int) -> tuple[list[str], list[int], list[list[str]], str]:
    """Returns what is shown of a table.

    Args:
        table: The table.
        num_first: How many of its first rows are shown, if there are more than these and the last.
        num_last: How many of its last rows are.

    Returns:
        The names of the columns, the numbers of the rows that are shown, their cells, and a note on how many there are.
    """
    count = len(table)
    is_whole = count <= num_first + num_last
    numbers = list(range(count)) if is_whole else [*range(num_first), *range(count - num_last, count)]
    rows = [[_cell(value, table.units.get(name, "")) for name, value in table.row(k).items()] for k in numbers]
    note = f"{count:,} row{'s' * (count != 1)}"
    if not is_whole:
        note += f": the first {num_first}" + (f" and the last {num_last}" if num_last else "")
    return list(table), numbers, rows, note


def is_text(table: Rows, name: str) -> bool:
    """Whether a column holds texts, and not numbers."""
    return table[name].dtype == object


def _cell(value: Any, unit: str) -> str:
    if unit == "ns":
        return duration(value) if value >= 0 else "–"
    if unit == "bytes":
        return data_size(value)
    text = short_number(value) if isinstance(value, float) else plain(str(value)).replace("\n", " ").rstrip()
    return text if len(text) <= _MAX_CHARACTERS else text[: _MAX_CHARACTERS - 1] + "…"


def _aligned(cells: list[str], to_the_left: bool) -> list[str]:
    width = max(map(cell_len, cells))
    if to_the_left:
        return [set_cell_size(cell, width) for cell in cells]
    return [" " * (width - cell_len(cell)) + cell for cell in cells]
