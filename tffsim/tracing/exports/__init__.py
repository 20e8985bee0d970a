"""Exports: a trace in the formats of other tools.

One module per format, each with a function `write(reader, path)`:
`perfetto` (a timeline), `graphml` and `dot` (the graph of values and calls), `csv_tables`.
`opentelemetry` sends spans instead of writing a file, so it is called by its own name.
Called by `Trace.export`. Modules here read documents, and never load TensorFlow.
"""

import os
import pathlib
from collections.abc import Callable

from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.exports import csv_tables, dot, graphml, perfetto
from tffsim.tracing.exports.plain_reader import PlainReader

_WRITERS: dict[str, Callable[[PlainReader, pathlib.Path], None]] = {
    "perfetto": perfetto.write,
    "graphml": graphml.write,
    "dot": dot.write,
    "csv": csv_tables.write,
}
_FORMATS_OF_ENDINGS = {".json": "perfetto", ".graphml": "graphml", ".dot": "dot"}

FORMATS = tuple(_WRITERS)
"""The names of the formats."""


def export(snapshot: Snapshot, path: "str | os.PathLike[str]", format: str | None = None) -> None:  # noqa: A002
    """Writes a trace in the format of another tool.

    Args:
        snapshot: What was recorded.
        path: The file, or for `csv` the folder.
        format: One of `FORMATS`; by default the one that the name of the file ends in.

    Raises:
        ValueError: If the format is unknown, or the name of the file does not tell it.
        OSError: If the file cannot be written.
    """
    target = pathlib.Path(path)
    name = _format_of(target) if format is None else format
    if name not in _WRITERS:
        raise ValueError(f"There is no export format {name!r}. Formats: {', '.join(FORMATS)}.")
    _WRITERS[name](PlainReader(snapshot), target)


def _format_of(path: pathlib.Path) -> str:
    name = _FORMATS_OF_ENDINGS.get(path.suffix.lower())
    if name is None:
        endings = ", ".join(f"{ending} ({its_format})" for ending, its_format in _FORMATS_OF_ENDINGS.items())
        raise ValueError(
            f"The name {path.name!r} does not tell the export format. "
            f"Let it end in {endings}, or pass `format`, one of {', '.join(FORMATS)}."
        )
    return name
