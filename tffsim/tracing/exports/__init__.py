"""Exports: a trace in the formats of other tools.

One module per format, loaded when it is asked for, each with a function `write(trace, path)`:
`perfetto` (a timeline), `graphml` and `dot` (the graph of values and calls), `csv_tables`.
`opentelemetry` sends spans instead of writing a file, so it is called by its own name.
Called by `Trace.export`. Modules here may import `tffsim.tracing`, never TensorFlow.
"""

import importlib
import os
import pathlib
from typing import TYPE_CHECKING

from tffsim.tracing.exports.finished_trace import FinishedTrace

if TYPE_CHECKING:
    from tffsim.traces.trace import Trace

_MODULES = {"perfetto": "perfetto", "graphml": "graphml", "dot": "dot", "csv": "csv_tables"}
_FORMATS_OF_ENDINGS = {".json": "perfetto", ".graphml": "graphml", ".dot": "dot"}

FORMATS = tuple(_MODULES)
"""The names of the formats."""


def export(trace: "Trace", path: "str | os.PathLike[str]", format: str | None = None) -> None:  # noqa: A002
    """Writes a trace in the format of another tool.

    Args:
        trace: The trace, as it is now.
        path: The file, or for `csv` the folder.
        format: One of `FORMATS`; by default the one that the name of the file ends in.

    Raises:
        ValueError: If the format is unknown, or the name of the file does not tell it.
        OSError: If the file cannot be written.
    """
    target = pathlib.Path(path)
    name = _format_of(target) if format is None else format
    if name not in _MODULES:
        raise ValueError(f"There is no export format {name!r}. Formats: {', '.join(FORMATS)}.")
    writer = importlib.import_module(f"{__name__}.{_MODULES[name]}")
    writer.write(FinishedTrace(trace.snapshot), target)


def _format_of(path: pathlib.Path) -> str:
    name = _FORMATS_OF_ENDINGS.get(path.suffix.lower())
    if name is None:
        endings = ", ".join(f"{ending} ({its_format})" for ending, its_format in _FORMATS_OF_ENDINGS.items())
        raise ValueError(
            f"The name {path.name!r} does not tell the export format. "
            f"Let it end in {endings}, or pass `format`, one of {', '.join(FORMATS)}."
        )
    return name
