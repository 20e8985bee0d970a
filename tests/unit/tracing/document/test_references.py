"""Numbers of a trace that refer to something refer to something that is there."""

import dataclasses
import pathlib

import numpy as np
import pytest

import tffsim as tff
from tffsim.tracing.document.operations import CREATE_VALUE
from tffsim.tracing.document.references import check_references
from tffsim.tracing.document.schema import COLUMNS
from tffsim.tracing.document.trace_file_error import TraceFileError

GOLDEN = pathlib.Path(__file__).parents[1] / "golden"
BOUNDED = [column for column in COLUMNS.values() if column.refers_to or column.limit]


@pytest.fixture(scope="module")
def snapshot():
    return tff.load_trace(GOLDEN / "version_4.tfftrace").snapshot


def with_number(snapshot, name, number, span):
    column = snapshot.columns[name].copy()
    column[span] = number
    return dataclasses.replace(snapshot, columns={**snapshot.columns, name: column})


def test_a_trace_that_was_recorded_refers_to_what_is_there(snapshot):
    check_references(snapshot)


@pytest.mark.parametrize("column", BOUNDED, ids=lambda column: column.name)
def test_a_number_beyond_what_the_schema_allows_is_refused(snapshot, column):
    least = 0 if column.dtype.startswith("u") else -2 if column.has_none else -1
    largest = min(np.iinfo(column.dtype).max, 1 << 60)
    for number in {largest, least} - {0}:
        with pytest.raises(TraceFileError, match=column.name if column.name != "num_inputs" else "inputs"):
            check_references(with_number(snapshot, column.name, number, len(snapshot.columns["parent"]) // 2))


@pytest.mark.parametrize(("name", "number"), [("parent", 7), ("layer", -1), ("end", 0)])
def test_numbers_of_one_span_fit_each_other(snapshot, name, number):
    span = 7
    assert snapshot.columns["operation"][span] >= CREATE_VALUE and snapshot.columns["start"][span] > 0
    with pytest.raises(TraceFileError, match=name):
        check_references(with_number(snapshot, name, number, span))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("executors", {"parent": 3}),
        ("nodes", {"parent": 0}),
        ("nodes", {"function": 1000}),
        ("invocations", {"span": 1}),
        ("invocations", {"root": 10_000}),
    ],
)
def test_rows_refer_to_what_is_there(snapshot, name, change):
    first, *others = getattr(snapshot, name)
    changed = dataclasses.replace(snapshot, **{name: [dataclasses.replace(first, **change), *others]})
    with pytest.raises(TraceFileError):
        check_references(changed)
