"""Trace files of older versions: which are read, and what these do not say."""

import numpy as np

from tffsim.tracing.document.schema import COLUMNS
from tffsim.tracing.document.sketches import Sketches
from tffsim.tracing.document.trace_file_error import TraceFileError

VERSION = 6
"""The version that is written."""
OLDEST = 3
"""The oldest that is read: files of versions 1 and 2 have other types, and previews instead of sketches."""


def check_version(version: object) -> int:
    """Returns a version that is read.

    Raises:
        TraceFileError: If it is none.
    """
    if type(version) is int and OLDEST <= version <= VERSION:
        return version
    is_older = type(version) is int and version < OLDEST
    advice = "Record the trace again." if is_older else "Install a newer tffsim."
    raise TraceFileError(
        f"it is of version {version!r:.60}; this tffsim reads versions {OLDEST} to {VERSION}. {advice}"
    )


def columns_of(version: int) -> list[str]:
    """Returns the names of the columns that a file of a version has."""
    return [column.name for column in COLUMNS.values() if column.since <= version]


def add_missing(columns: "dict[str, np.ndarray]", sketches: Sketches) -> None:
    """Adds the columns that older files do not have.

    Before version 6, nothing is said of what happened to hosts. Before version 5, all was done in one process. Before
    version 4, NaN stood for no number. A value that was NaN had a sketch.
    """
    if "host" not in columns:
        columns["host"] = np.full(len(columns["parent"]), -1, COLUMNS["host"].dtype)
    if "has_scalar" not in columns:
        has_scalar = ~np.isnan(columns["scalar"])
        has_scalar[sketches.values_of_nan] = True
        columns["has_scalar"] = has_scalar
