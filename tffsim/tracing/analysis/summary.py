"""A trace as text: a few tables that fit a terminal, and the same as HTML."""

import html
import io
import shutil
from typing import TypeAlias

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from tffsim.tracing.analysis.clients import clients
from tffsim.tracing.analysis.hosts import host_summaries, ranges_text
from tffsim.tracing.analysis.lost_work import lost_work
from tffsim.tracing.analysis.timing import timing
from tffsim.tracing.analysis.traffic import traffic_totals
from tffsim.tracing.document.operations import OPERATIONS
from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.document.tables import invocation_table
from tffsim.tracing.document.units import data_size, duration

_WIDEST, _NARROWEST = 100, 40
_MAX_ROWS = 12
_MAX_ERROR = 400
# What a narrow terminal has no room for, the first first.
_LEAST_NEEDED = ("queued", "p50", "calls", "max", "values")
_LEFT = {
    "computation",
    "executor",
    "operation",
    "intrinsic",
    "direction",
    "where",
    "error",
    "client",
    "outcome",
    "worker",
    "health",
    "ran clients",
}

_Rows: TypeAlias = list[tuple[str, ...]]


def summary(snapshot: Snapshot) -> str:
    """Returns the trace as tables of text, as wide as the terminal, but at most 100 columns."""
    output = io.StringIO()
    width = max(_NARROWEST, min(shutil.get_terminal_size((_WIDEST, 0)).columns, _WIDEST))
    console = Console(file=output, width=width, color_system=None, legacy_windows=False, force_jupyter=False)
    console.print(Text(_headline(snapshot)))
    for title, columns, rows in _tables(snapshot):
        if rows:
            console.print()
            console.print(_rich_table(title, columns, rows, width))
    return "\n".join(line.rstrip() for line in output.getvalue().splitlines()).rstrip("\n")


def summary_html(snapshot: Snapshot) -> str:
    """Returns the same tables as HTML without scripts; all text is escaped."""
    parts = [f"<p>{html.escape(_headline(snapshot))}</p>"]
    for title, columns, rows in _tables(snapshot):
        if rows:
            head = "".join(f"<th>{html.escape(name)}</th>" for name in columns)
            body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
            parts.append(f"<table><caption>{html.escape(title)}</caption><tr>{head}</tr>{body}</table>")
    return "".join(parts)


def _headline(snapshot: Snapshot) -> str:
    text = f"Trace: {_count(len(snapshot.invocations), 'invocation')}, {_count(snapshot.num_spans, 'span')}"
    text += f", {_count(len(snapshot.executors), 'executor')}, {_count(len(snapshot.threads), 'thread')}"
    if snapshot.num_dropped:
        text += f"; dropped {snapshot.num_dropped:,} spans, because the trace was full"
    return text


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"


def _tables(snapshot: Snapshot) -> list[tuple[str, tuple[str, ...], _Rows]]:
    timing_columns = ("executor", "operation", "calls", "self", "queued", "p50", "max")
    client_columns = ("client", "busy", "queued", "received", "sent", "outcome")
    traffic_columns = ("intrinsic", "direction", "values", "size", "the server sees")
    return [
        ("Invocations", ("computation", "clients", "took", "outcome"), _invocation_rows(snapshot)),
        ("Where the time went", timing_columns, _timing_rows(snapshot)),
        ("Clients, the busiest first", client_columns, _client_rows(snapshot)),
        ("What clients received and sent", traffic_columns, _traffic_rows(snapshot)),
        ("Workers", ("worker", "health", "ran clients", "busy", "to it", "from it"), _host_rows(snapshot)),
        ("Errors", ("where", "error"), _error_rows(snapshot)),
    ]


def _invocation_rows(snapshot: Snapshot) -> _Rows:
    table = invocation_table(snapshot)
    rows = []
    for row in map(table.row, range(min(table.num_rows, _MAX_ROWS))):
        clients = str(row["num_clients"]) if row["num_clients"] >= 0 else "–"
        rows.append((row["name"], clients, duration(row["end"] - row["start"]), row["outcome"]))
    return [*rows, *_more(table.num_rows, 4)]


def _timing_rows(snapshot: Snapshot) -> _Rows:
    table = timing(snapshot)
    rows = [
        (
            row["executor"] or "execution context", row["operation"], f"{row['calls']:,}", duration(row["self_time"]),
            duration(row["queue_time"]), duration(row["p50"]), duration(row["max"]),
        )
        for row in map(table.row, range(min(table.num_rows, _MAX_ROWS)))
    ]  # fmt: skip
    return [*rows, *_more(table.num_rows, 7)]


def _client_rows(snapshot: Snapshot) -> _Rows:
    table = clients(snapshot)
    order = (-table["busy"]).argsort(kind="stable")[:_MAX_ROWS].tolist()
    rows = [
        (
            str(row["client"]), duration(row["busy"]), duration(row["queue_time"]), data_size(row["received"]),
            data_size(row["sent"]), row["outcome"],
        )
        for row in map(table.row, order)
    ]  # fmt: skip
    return [*rows, *_more(table.num_rows, 6)]


def _traffic_rows(snapshot: Snapshot) -> _Rows:
    totals = traffic_totals(snapshot)
    rows = [
        (row["intrinsic"] or "–", row["direction"], f"{row['values']:,}", data_size(row["size"]), row["visibility"])
        for row in map(totals.row, range(min(totals.num_rows, _MAX_ROWS)))
    ]
    return [*rows, *_more(totals.num_rows, 5)]


def _host_rows(snapshot: Snapshot) -> _Rows:
    found = host_summaries(snapshot)
    rows = [
        (
            host.name, host.health or "–", ranges_text(host.clients), duration(host.busy), data_size(host.down),
            data_size(host.up),
        )
        for host in found[:_MAX_ROWS]
    ]  # fmt: skip
    return [*rows, *_more(len(found), 6)]


def _error_rows(snapshot: Snapshot) -> _Rows:
    """The innermost span of each error: the first that it passed. Not what is done again since."""
    columns, is_lost = snapshot.columns, lost_work(snapshot)
    errors = {span: text for span, text in snapshot.errors.items() if not is_lost[span]}
    failed_below = {int(columns["parent"][span]) for span in errors}
    rows = []
    for span, text in errors.items():
        if span not in failed_below:
            layer, client = int(columns["layer"][span]), int(columns["client"][span])
            executor = snapshot.executors[layer].label if layer >= 0 else "execution context"
            place = f"{executor}, {OPERATIONS[columns['operation'][span]]}" + (
                f", client {client}" if client >= 0 else ""
            )
            rows.append((place, text[:_MAX_ERROR]))
    return [*rows[:_MAX_ROWS], *_more(len(rows), 2)]


def _more(count: int, width: int) -> _Rows:
    return [(f"… {count - _MAX_ROWS:,} more", *[""] * (width - 1))] if count > _MAX_ROWS else []


def _fitting(columns: tuple[str, ...], rows: _Rows, width: int) -> tuple[tuple[str, ...], _Rows]:
    """Leaves out what is needed least, until the names in the other columns stay whole."""
    kept = list(range(len(columns)))
    for name in _LEAST_NEEDED:
        if name in columns and _narrowest(columns, rows, kept) > width:
            kept.remove(columns.index(name))
    return tuple(columns[k] for k in kept), [tuple(row[k] for k in kept) for row in rows]


def _narrowest(columns: tuple[str, ...], rows: _Rows, kept: list[int]) -> int:
    """Returns how wide a table must be in which texts are broken between words only, and numbers nowhere."""
    cells = [[row[k] for row in (columns, *rows)] for k in kept]
    parts = [" ".join(texts).split() if columns[k] in _LEFT else texts for k, texts in zip(kept, cells, strict=True)]
    return sum(max(map(len, column)) + 2 for column in parts)


def _rich_table(title: str, columns: tuple[str, ...], rows: _Rows, width: int) -> RichTable:
    columns, rows = _fitting(columns, rows, width)
    table = RichTable(
        title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, width=width,
        collapse_padding=width < _WIDEST, pad_edge=width == _WIDEST,  # Names stay whole in 80 columns.
    )  # fmt: skip
    for name in columns:
        table.add_column(name, justify="left" if name in _LEFT or "sees" in name else "right", overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    return table
