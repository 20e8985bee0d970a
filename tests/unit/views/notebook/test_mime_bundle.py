"""What a notebook keeps of a trace."""

import pytest

from tests.unit.tracing.traced_runs import mean_of_doubles, traced
from tffsim.views.notebook.mime_bundle import mime_bundle


@pytest.fixture(scope="module")
def trace():
    return traced(mean_of_doubles, [1.0, 2.0, 6.0])[1]


def test_a_very_large_trace_is_not_put_into_a_notebook(trace, monkeypatch):
    monkeypatch.setattr("tffsim.views.notebook.mime_bundle.MAX_SPANS_EMBEDDED", 10)
    shown = mime_bundle(trace.snapshot)["text/html"]
    assert "too large" in shown and "<iframe" not in shown and "<table" in shown


def test_a_trace_of_nothing_is_one_line_and_no_page():
    _, nothing = traced(lambda: None)
    assert mime_bundle(nothing.snapshot) == {"text/plain": "Trace: 0 invocations, 0 spans, 0 executors, 0 threads"}
