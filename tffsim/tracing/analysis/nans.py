"""Where NaN and infinity were made, as a table."""

import numpy as np

from tffsim.tracing.analysis.births import Births
from tffsim.tracing.analysis.wrong_values import wrong_values
from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.document.table import Table


def nans(snapshot: Snapshot) -> Table:
    """Returns one row per value that was made with NaN or infinite numbers in it, of values that had none.

    What is made of such a value later has no row.

    Columns: `what` (`nan`, or `inf` for a value without NaN), `client` (-1 for none), `round` (the number of the
    call, from 0), `function` (your function that made it; empty if the caller gave it), `file` and
    `line` (of the operation in it that makes its result, or of the call of an intrinsic; empty and 0 if nobody knows),
    `given` (what went in, in short), `value` (what came out), `span` (the operation that made it; also the number of
    the value), `is_given` (whether the caller gave it),
    `is_sampled` (whether it has numbers that nobody looked at).
    """
    found = wrong_values(snapshot)
    known = Births(snapshot)
    births = [known.of(wrong) for wrong in found]
    places = [birth.place for birth in births]
    texts: dict[str, list[str]] = {
        "what": ["nan" if wrong.is_nan else "inf" for wrong in found],
        "function": [birth.function for birth in births],
        "file": [place.file if place is not None else "" for place in places],
        "given": [birth.given for birth in births],
        "value": [birth.made for birth in births],
    }
    numbers = np.arange(len(found))
    columns: dict[str, np.ndarray] = {
        "what": numbers,
        "client": np.array([wrong.client for wrong in found], np.int32),
        "round": np.array([birth.round for birth in births], np.int32),
        "function": numbers,
        "file": numbers,
        "line": np.array([place.line if place is not None else 0 for place in places], np.int32),
        "given": numbers,
        "value": numbers,
        "span": np.array([wrong.span for wrong in found], np.int64),
        "is_given": np.array([wrong.is_given for wrong in found], bool),
        "is_sampled": np.array([wrong.is_sampled for wrong in found], bool),
    }
    return Table(columns, texts)
