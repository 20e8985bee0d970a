"""The tables of a trace as a folder of CSV files, with texts instead of numbers for them."""

import csv
import pathlib
from collections.abc import Iterable, Mapping

from tffsim.tracing.document.output_files import whole_text_file
from tffsim.tracing.document.plain_text import plain
from tffsim.tracing.document.snapshot import AstNode
from tffsim.tracing.document.table import Table
from tffsim.tracing.document.tables import executor_table, invocation_table, span_table, value_table
from tffsim.tracing.exports.plain_reader import PlainReader

_Columns = Mapping[str, Iterable[object]]


def write(reader: PlainReader, folder: pathlib.Path) -> None:
    """Writes `spans.csv`, `values.csv`, `executors.csv`, `invocations.csv` and `nodes.csv`.

    Args:
        reader: Reads the trace.
        folder: Made if it is not there. Times are nanoseconds since the trace began.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, columns in _tables(reader).items():
        _write_table(folder / f"{name}.csv", columns)


def _tables(reader: PlainReader) -> dict[str, _Columns]:
    snapshot = reader.snapshot
    spans, values, executors = span_table(snapshot), value_table(snapshot), executor_table(snapshot)
    produced = values["value"].tolist()
    return {
        "spans": {
            "span": range(spans.num_rows),
            "name": map(reader.name, range(spans.num_rows)),
            **_shown(spans),
            "error": map(reader.error, range(spans.num_rows)),
        },
        "values": {**_shown(values), "preview": map(reader.preview, produced)},
        "executors": {"executor": range(executors.num_rows), **_shown(executors)},
        "invocations": _shown(invocation_table(snapshot)),
        "nodes": _node_columns(snapshot.nodes),
    }


def _shown(table: Table) -> _Columns:
    return {name: table.shown(name).tolist() for name in table}


def _node_columns(nodes: list[AstNode]) -> _Columns:
    fields = ("parent", "kind", "label", "type", "edge", "line", "variable")
    return {"node": range(len(nodes)), **{field: [getattr(node, field) for node in nodes] for field in fields}}


def _write_table(path: pathlib.Path, columns: _Columns) -> None:
    with whole_text_file(path, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in zip(*columns.values(), strict=True):
            writer.writerow([plain(cell) if isinstance(cell, str) else cell for cell in row])
