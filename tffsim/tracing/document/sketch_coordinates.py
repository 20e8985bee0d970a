"""Which numbers of an array a sketch looks at: the same ones in every array of one shape.

Small arrays are looked at whole. Of larger ones every k-th number is taken, in the order of C; k shares
no divisor with the sizes of the array, so that no row and no column is missed for good. The cells are those of
an even grid: the array is seen as a matrix with the last axis as its columns.
"""

import dataclasses
import functools
import math

import numpy as np

MAX_CELLS = 64
MAX_FIRST = 6
_NONE = np.zeros(0, np.int64)
_MAX_TRIED = 1000


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Coordinates:
    """What is copied of an array, and where in the copy the cells and the first numbers are.

    Attributes:
        step: Every `step`-th number is copied.
        extra: The coordinates of what is copied after these.
        examined: How many numbers that makes.
        cells: Where in the copy the cells are.
        first: Where in the copy the first numbers of the array are.
        key: What tells copies of one array apart.
    """

    step: int
    extra: "np.ndarray"
    examined: int
    cells: "np.ndarray"
    first: "np.ndarray"
    key: int


@functools.lru_cache(maxsize=1024)
def coordinates(shape: tuple[int, ...], limit: int, has_cells: bool) -> Coordinates:
    """Returns what is looked at in an array.

    Args:
        shape: Its shape.
        limit: How many numbers are taken at most, beside cells and first ones.
        has_cells: Whether cells are taken.
    """
    size = math.prod(shape)
    step = _step(shape, -(-size // limit)) if size > limit else 1
    cells = cell_coordinates(shape) if has_cells else _NONE
    first = np.arange(min(size, MAX_FIRST))
    wanted = np.union1d(cells, first) if has_cells else _NONE
    extra = wanted[wanted % step != 0]
    num_steps = -(-size // step)

    def place(flat: "np.ndarray") -> "np.ndarray":
        return np.where(flat % step == 0, flat // step, num_steps + np.searchsorted(extra, flat))

    # A copy of all numbers is the same one with cells and without.
    key = 2 * step + has_cells if step > 1 else 0
    return Coordinates(step, extra, num_steps + len(extra), place(cells), place(first) if has_cells else first[:1], key)


def cell_coordinates(shape: tuple[int, ...]) -> "np.ndarray":
    """Returns the coordinates of the cells in the flat array, row by row; none if it has less than two numbers."""
    size = math.prod(shape)
    if size < 2:
        return _NONE
    num_rows, num_columns = grid(shape)
    columns = [length for length in shape if length > 1][-1]
    rows = size // columns
    row, column = np.arange(num_rows) * rows // num_rows, np.arange(num_columns) * columns // num_columns
    return (row[:, None] * columns + column).reshape(-1)


@functools.lru_cache(maxsize=1024)
def grid(shape: tuple[int, ...]) -> tuple[int, int]:
    """Returns how many rows and columns the cells of an array have, together at most 64; (0, 0) if it has none."""
    size = math.prod(shape)
    if size < 2:
        return 0, 0
    # Axes of length 1 are no axes to the eye.
    columns = [length for length in shape if length > 1][-1]
    rows = size // columns
    num_rows = min(rows, max(8, MAX_CELLS // columns))
    return num_rows, min(columns, MAX_CELLS // num_rows)


def _step(shape: tuple[int, ...], least: int) -> int:
    """Returns the first step that shares no divisor with a size; `least` itself if none comes soon."""
    tried = range(least, least + _MAX_TRIED)
    return next((step for step in tried if all(math.gcd(step, length) == 1 for length in shape)), least)
