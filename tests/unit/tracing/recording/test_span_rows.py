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
    others = {
        "parent": 31, "outcome": 32, "type": 33, "size": 34, "scalar": 0.5, "has_scalar": True, "alias": 36,
        "host": 40, "num_inputs": 37, "first_input": 38, "second_input": 39,
    }  # fmt: skip
    (row,) = np.frombuffer(pack_row(span_with(**facts), **others), SPAN_DTYPE)
    assert {name: row[name].item() for name in SPAN_DTYPE.names} == facts | others
    assert {*COLUMNS} < {*SPAN_DTYPE.names}


def test_a_span_under_way_is_running_until_now_and_has_no_value():
    facts = {name: 10 + number for number, name in enumerate(OF_SPAN)}
    above = span_with(**facts | {"id": 3})
    rows = open_rows([above, span_with(**facts, parent=above)], 1000)
    assert rows["id"].tolist() == [3, 10] and rows["parent"].tolist() == [-1, 3]
    assert rows["outcome"].tolist() == [RUNNING] * 2 and rows["end"].tolist() == [1000] * 2
    assert rows["client"].tolist() == [facts["client"]] * 2
    assert not rows["has_scalar"].any() and np.isnan(rows["scalar"]).all()
    for name in ("type", "alias", "first_input", "second_input"):
        assert rows[name].tolist() == [-1] * 2
    assert len(open_rows([], 0)) == 0
