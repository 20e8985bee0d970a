"""What a view tells of one value: of which parts it consists, and a picture of its numbers."""

import math
from typing import TypedDict

import numpy as np

from tffsim.tracing.analysis.value_parts import description, value_parts
from tffsim.tracing.document.span_reader import SpanReader

_MAX_CELLS = 1024
"""Of how many numbers a picture is drawn that has all of them."""
_DIGITS = 4


class DrawnValue(TypedDict):
    """What is told of a value: lines of a name and a text; and its numbers on a grid, or some of them.

    A number that is not finite is null.
    """

    lines: list[list[str]]
    grid: list[int]
    cells: list[float | None]
    is_sampled: bool


def drawn_value(reader: SpanReader, value: int) -> DrawnValue | None:
    """Returns what is told of a value beside its preview; None if there is no more to tell.

    A matrix is a picture of its rows and columns, of the size that it has if all of it was kept (`values="all"`) and
    it is not large; else of the numbers that the sketch has.
    """
    parts = value_parts(reader, value)
    lines = [[part.path, description(reader, part)] for part in parts] if len(parts) > 1 else []
    grid, cells, is_sampled = _cells(reader, value)
    if not lines and cells.size < 2:
        return None
    return {"lines": lines, "grid": grid, "cells": _told(cells), "is_sampled": is_sampled}


def _cells(reader: SpanReader, value: int) -> "tuple[list[int], np.ndarray, bool]":
    """Returns a grid of rows and columns, numbers on it, and whether the value has more."""
    whole = reader.value(value)
    if isinstance(whole, np.ndarray) and 1 < whole.size <= _MAX_CELLS and whole.dtype.kind in "fiub":
        columns = whole.shape[-1]
        return [whole.size // columns, columns], whole.astype(np.float64).reshape(-1), False
    sketch = reader.sketch(value)
    if sketch is None:
        return [0, 0], np.zeros(0), False
    cells = np.asarray(sketch.cells).reshape(-1)
    return list(sketch.form.grid), cells, cells.size < sketch.size


def _told(cells: "np.ndarray") -> list[float | None]:
    return [float(f"{cell:.{_DIGITS}g}") if math.isfinite(cell) else None for cell in cells.tolist()]
