"""The spans that have ended, as rows of numbers: the columns of the schema, and what connects rows."""

import math
import struct
from collections.abc import Callable, Sequence

import numpy as np

from tffsim.tracing.document.operations import RUNNING
from tffsim.tracing.document.schema import COLUMNS, INPUTS_DTYPE
from tffsim.tracing.recording.offloads import Offloads
from tffsim.tracing.recording.spans import Span

# A span knows its parent as a span, and these as numbers.
_OF_SPAN = [name for name in COLUMNS if name in Span.__slots__ and name != "parent"]
_OTHERS = [name for name in COLUMNS if name not in _OF_SPAN]
_LINKS = {"first_input": INPUTS_DTYPE, "second_input": INPUTS_DTYPE}

SPAN_DTYPE = np.dtype([("id", "i4"), *((name, COLUMNS[name].dtype) for name in (*_OF_SPAN, *_OTHERS)), *_LINKS.items()])
"""A span that has ended: its number, all its columns, and the first two of its inputs."""

# What a span does not know itself, and how it follows from the parameters of `pack_row`.
_PARAMETERS = "span, outcome, inputs, type_number, size, scalar, alias"
_FOLLOWING = {
    "parent": "span.parent.id if span.parent is not None else -1",
    "outcome": "outcome",
    "type": "type_number",
    "size": "size",
    "scalar": "scalar if scalar is not None else nan",
    "has_scalar": "scalar is not None",
    "alias": "alias",
    "host": "-1",
    "num_inputs": "len(inputs)",
    "first_input": "inputs[0] if inputs else -1",
    "second_input": "inputs[1] if len(inputs) > 1 else -1",
}
_FORMATS = {"i4": "i", "u1": "B", "b1": "?", "i2": "h", "i8": "q", "f8": "d"}


def _packer() -> Callable[..., bytes]:
    """Returns a function that packs the row of a span.

    It is written as text, as data classes are: to ask a span for a list of names takes twice as long.
    """
    names = SPAN_DTYPE.names or ()
    values = [_FOLLOWING.get(name, f"span.{name}") for name in names]
    pack = struct.Struct("=" + "".join(_FORMATS[SPAN_DTYPE[name].str[1:]] for name in names)).pack
    function: Callable[..., bytes] = eval(
        f"lambda {_PARAMETERS}: pack({', '.join(values)})", {"pack": pack, "nan": math.nan}
    )
    return function


pack_row = _packer()
"""Returns the bytes of a row: `pack_row(span, outcome, inputs, type_number, size, scalar, alias)`."""


def open_rows(spans: Sequence[Span], moment: int, offloads: Offloads) -> "np.ndarray":
    """Returns rows for spans that are under way, as if they ended now.

    Args:
        spans: The spans.
        moment: Now, in nanoseconds of the clock of the recorder.
        offloads: What is known of their work in other threads.
    """
    rows = np.zeros(len(spans), SPAN_DTYPE)
    for name in (*COLUMNS, *_LINKS):
        if name in _LINKS or COLUMNS[name].has_none:
            rows[name] = -1
    for name in ("id", *_OF_SPAN):
        rows[name] = [getattr(span, name) for span in spans]
    rows["parent"] = [span.parent.id if span.parent is not None else -1 for span in spans]
    times = [offloads.so_far(span, moment) for span in spans]
    rows["queue_time"], rows["worker_time"] = np.array(times, np.int64).reshape(-1, 2).T
    rows["outcome"], rows["end"], rows["scalar"] = RUNNING, moment, np.nan
    return rows
