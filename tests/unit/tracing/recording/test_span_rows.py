"""A row has each fact in the column of its name."""

import numpy as np

from tffsim.tracing.document.operations import RUNNING
from tffsim.tracing.document.schema import COLUMNS
from tffsim.tracing.recording.recorder import Recorder
from tffsim.tracing.recording.span_rows import SPAN_DTYPE, open_rows, pack_row
from tffsim.tracing.recording.spans import Span

OF_SPAN = ("id", "invocation", "layer", "operation", "client", "node", "thread", "worker", "start", "end", "self_time",
           "queue_time", "worker_time", "index")  # fmt: skip


def span_with(**facts):
    span = Span(Recorder(), facts["id"], facts.get("parent"), 0, 0, 0)
    for name in OF_SPAN:
        setattr(span, name, facts[name])
    return span


def test_each_fact_comes_into_its_column():
    facts = {name: 10 + number for number, name in enumerate(OF_SPAN)}
    above = span_with(**facts | {"id": 31})
    (row,) = np.frombuffer(pack_row(span_with(**facts, parent=above), 32, (37, 38, 39), 33, 34, 0.5, 36), SPAN_DTYPE)
    others = {
        "parent": 31, "outcome": 32, "type": 33, "size": 34, "scalar": 0.5, "has_scalar": True, "alias": 36,
        "host": -1, "num_inputs": 3, "first_input": 37, "second_input": 38,
    }  # fmt: skip
    assert {name: row[name].item() for name in SPAN_DTYPE.names} == facts | others
    assert {*COLUMNS} < {*SPAN_DTYPE.names}


def test_what_a_span_does_not_have_is_in_its_row_as_nothing():
    facts = {name: 10 + number for number, name in enumerate(OF_SPAN)}
    (row,) = np.frombuffer(pack_row(span_with(**facts), 0, (7,), -1, 0, None, -1), SPAN_DTYPE)
    assert row["parent"] == -1 and not row["has_scalar"] and np.isnan(row["scalar"])
    assert [row[name] for name in ("num_inputs", "first_input", "second_input")] == [1, 7, -1]


def test_a_span_under_way_is_running_until_now_and_has_no_value():
    facts = {name: 10 + number for number, name in enumerate(OF_SPAN)}
    above = span_with(**facts | {"id": 3})
    rows = open_rows([above, span_with(**facts, parent=above)], 1000, Recorder().offloads)
    assert rows["id"].tolist() == [3, 10] and rows["parent"].tolist() == [-1, 3]
    assert rows["outcome"].tolist() == [RUNNING] * 2 and rows["end"].tolist() == [1000] * 2
    assert rows["client"].tolist() == [facts["client"]] * 2
    assert not rows["has_scalar"].any() and np.isnan(rows["scalar"]).all()
    for name in ("type", "alias", "first_input", "second_input"):
        assert rows[name].tolist() == [-1] * 2
    assert len(open_rows([], 0, Recorder().offloads)) == 0
