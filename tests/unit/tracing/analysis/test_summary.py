"""A trace as tables of text."""

import dataclasses
import re

import numpy as np
import pytest

import tffsim as tff
from tests.unit.tracing.traced_runs import double, sum_of_products, traced
from tffsim.traces.trace import Trace
from tffsim.tracing.document.operations import OPERATIONS
from tffsim.tracing.document.units import data_size, duration


@pytest.fixture(scope="module")
def trace():
    return traced(sum_of_products, [1.0, 2.0], 3.0)[1]


def rows_of(trace, title):
    """Returns the rows of a table of the summary, each by the names of its columns."""
    (table,) = re.findall(f"<caption>{title}</caption>(.*?)</table>", trace._repr_html_(), re.DOTALL)
    (columns, *rows) = [re.findall("<t[hd]>(.*?)</t[hd]>", row) for row in re.findall("<tr>(.*?)</tr>", table)]
    return [dict(zip(columns, row, strict=True)) for row in rows]


def test_clients_are_told_with_their_times_and_sizes(trace):
    clients = trace.clients()
    busiest_first = sorted(map(clients.row, range(clients.num_rows)), key=lambda row: -row["busy"])
    assert rows_of(trace, "Clients, the busiest first") == [
        {
            "client": str(row["client"]),
            "busy": duration(row["busy"]),
            "queued": duration(row["queue_time"]),
            "received": data_size(row["received"]),
            "sent": data_size(row["sent"]),
            "outcome": "ok",
        }
        for row in busiest_first
    ]


def test_times_are_told_of_each_operation_of_each_executor(trace):
    timing = trace.timing()
    *told, rest = rows_of(trace, "Where the time went")
    assert rest["executor"] == f"… {timing.num_rows - len(told)} more"
    for row, of_table in zip(told, map(timing.row, range(len(told))), strict=True):
        assert (row["executor"], row["operation"], row["calls"]) == (
            of_table["executor"] or "execution context", of_table["operation"], str(of_table["calls"]),
        )  # fmt: skip
        assert [row[name] for name in ("self", "queued", "p50", "max")] == [
            duration(of_table[name]) for name in ("self_time", "queue_time", "p50", "max")
        ]


def test_what_crossed_is_told_with_who_saw_it(trace):
    totals = trace.traffic_totals()
    assert rows_of(trace, "What clients received and sent") == [
        {
            "intrinsic": row["intrinsic"] or "–",
            "direction": row["direction"],
            "values": str(row["values"]),
            "size": data_size(row["size"]),
            "the server sees": row["visibility"],
        }
        for row in map(totals.row, range(totals.num_rows))
    ]


@pytest.mark.parametrize(("columns", "margin", "gap"), [("80", 1, 2), ("100", 2, 3)])
def test_columns_stand_closer_together_where_there_is_less_room(trace, monkeypatch, columns, margin, gap):
    monkeypatch.setenv("COLUMNS", columns)
    (head,) = re.findall(r"(?m)^( +)computation .*? took( +)outcome", trace.summary())
    assert tuple(map(len, head)) == (margin, gap)


def test_of_many_rows_the_last_one_tells_how_many_are_left_out():
    with tff.use(tff.local_executor_factory()), tff.trace() as trace:
        for _ in range(14):
            sum_of_products([1.0] * 20, 3.0)
    for title, count in (("Invocations", 14), ("Clients, the busiest first", trace.clients().num_rows)):
        *told, (rest, *others) = map(dict.values, rows_of(trace, title))
        assert len(told) == 12
        assert rest == f"… {count - 12} more" and set(others) == {""}


def test_an_error_is_told_with_the_executor_and_the_client_where_it_happened(trace):
    columns, executors = trace.snapshot.columns, trace.snapshot.executors
    for span in range(trace.snapshot.num_spans):
        snapshot = dataclasses.replace(trace.snapshot, errors={span: "too large"})
        (row,) = rows_of(Trace(snapshot), "Errors")
        layer, client = columns["layer"][span], columns["client"][span]
        label = executors[layer].label if layer >= 0 else "execution context"
        at_client = f", client {client}" if client >= 0 else ""
        assert row == {"where": f"{label}, {OPERATIONS[columns['operation'][span]]}{at_client}", "error": "too large"}


def test_an_invocation_is_told_with_its_clients_and_its_time(trace):
    (row,) = rows_of(trace, "Invocations")
    invocation = trace.invocations.row(0)
    assert row == {
        "computation": "sum_of_products",
        "clients": "2",
        "took": duration(invocation["end"] - invocation["start"]),
        "outcome": "ok",
    }


def test_the_summary_says_how_many_rows_it_leaves_out():
    def summary(count):
        with tff.use(tff.local_executor_factory()), tff.trace() as trace:
            for _ in range(count):
                double(1.0)
        return str(trace)

    assert "… 0 more" not in summary(12)
    assert "… 1 more" in summary(13)


@pytest.mark.parametrize(("columns", "widest"), [("64", 64), ("80", 80), ("300", 100)])
def test_tables_are_as_wide_as_the_terminal_but_stay_readable(broadcast, monkeypatch, columns, widest):
    monkeypatch.setenv("COLUMNS", columns)
    assert max(map(len, broadcast.summary().splitlines())) in range(widest - 6, widest + 1)


def test_a_narrow_table_leaves_out_columns_before_it_breaks_names(broadcast, monkeypatch):
    names = {executor.label.split(" ")[0] for executor in broadcast.snapshot.executors}
    shown = []
    for columns in ("120", "80", "60"):
        monkeypatch.setenv("COLUMNS", columns)
        (table,) = re.findall(r"Where the time went\n\n(.*?)\n\n\n", broadcast.summary(), re.DOTALL)
        shown.append(table.splitlines()[0].split())
        assert set(re.findall(r"\w*Exe\w*", table)) <= names
        assert set(re.findall(r"\w*_\w*", table)) <= set(OPERATIONS)
    assert shown[0] == ["executor", "operation", "calls", "self", "queued", "p50", "max"]
    assert set(shown[0]) > set(shown[2]) >= {"executor", "operation", "self"} and set(shown[1]) >= set(shown[2])


@pytest.mark.parametrize("columns", ["80", "100"])
def test_the_summary_fits_100_columns_and_names_what_matters(broadcast, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    text = str(broadcast)
    assert max(map(len, text.splitlines())) <= 100
    for word in ("sum_of_products", "EagerTFExecutor", "federated_sum", "individual"):
        assert word in text
    assert "<td>sum_of_products</td>" in broadcast._repr_html_()


def test_names_are_escaped_in_html():
    evil = tff.tf_computation(lambda x: x, np.float32)
    evil.__name__ = "<script>alert(1)</script>"
    _, trace = traced(evil, 1.0)
    assert "<script>" not in trace._repr_html_() and "&lt;script&gt;" in trace._repr_html_()
