"""Spans as messages."""

import federated_language as fl
import numpy as np
import pytest

from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.malformed import MalformedError
from tffsim.remote.wire.spans import read_report, write_report
from tffsim.tracing.document.snapshot import ExecutorInfo, Place, ThreadInfo
from tffsim.tracing.recording.reports import Report
from tffsim.tracing.recording.span_rows import SPAN_DTYPE


def report():
    rows = np.zeros(3, SPAN_DTYPE)
    rows["id"], rows["num_inputs"] = [0, 1, 2], [0, 1, 3]
    executors = [ExecutorInfo("A", "server", "server", -1, 0, "", -1), ExecutorInfo("B", "", "clients", 3, 4, "d", 0)]
    return Report(
        rows, executors, [ThreadInfo("main", 17)], [fl.TensorType(np.float32)], {2: "text"},
        {2: Place("model.py", 7)}, {2: (0, 1, -1)}, 5,
    )  # fmt: skip


def test_a_report_arrives_as_it_was():
    message, sent = messages.Spans(), report()
    write_report(sent, message, program=3, part=1)
    found = read_report(messages.Spans.FromString(message.SerializeToString()))
    assert found.rows.tobytes() == sent.rows.tobytes()
    for name in ("executors", "threads", "types", "errors", "places", "long_inputs", "num_dropped"):
        assert getattr(found, name) == getattr(sent, name)


@pytest.mark.parametrize(
    ("field", "value"),
    [("rows", b"123"), ("lists", b""), ("lists", b"[]"), ("lists", b"{}"), ("lists", b'{"executors": [[1]]}')],
)
def test_what_is_no_report_is_malformed(field, value):
    message = messages.Spans()
    write_report(report(), message, program=3, part=1)
    setattr(message, field, value)
    with pytest.raises(MalformedError):
        read_report(message)
