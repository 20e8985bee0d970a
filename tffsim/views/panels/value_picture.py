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
    """What is told of a value: lines of a name and a text; and numbers on a grid, null where one is not finite."""

    lines: list[list[str]]
    grid: list[int]
    cells: list[float | None]


def drawn_value(reader: SpanReader, value: int) -> DrawnValue | None:
    """Returns what is told of a value beside its preview; None if there is no more to tell.

    A matrix is a picture of its rows and columns, of the size that it has if all of it was kept (`values="all"`) and
    it is not large; else of the numbers that the sketch has.
    """
    parts = value_parts(reader, value)
    lines = [[part.path, description(reader, part)] for part in parts] if len(parts) > 1 else []
    grid, cells = _cells(reader, value)
    return {"lines": lines, "grid": grid, "cells": _told(cells)} if lines or cells.size > 1 else None


def _cells(reader: SpanReader, value: int) -> "tuple[list[int], np.ndarray]":
    whole = reader.value(value)
    if isinstance(whole, np.ndarray) and 1 < whole.size <= _MAX_CELLS and whole.dtype.kind in "fiub":
        columns = whole.shape[-1]
        return [whole.size // columns, columns], whole.astype(np.float64).reshape(-1)
    sketch = reader.sketch(value)
    return ([0, 0], np.zeros(0)) if sketch is None else (list(sketch.form.grid), np.asarray(sketch.cells).reshape(-1))


def _told(cells: "np.ndarray") -> list[float | None]:
    return [float(f"{cell:.{_DIGITS}g}") if math.isfinite(cell) else None for cell in cells.tolist()]
