"""Spans of a trace as those of OpenTelemetry."""

import sys

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from tests.unit.tracing.traced_runs import mean_of_doubles, traced
from tffsim.tracing.exports.opentelemetry import export_spans


def exported(trace, processor=SimpleSpanProcessor):
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(processor(exporter))
    export_spans(trace.snapshot, provider)
    provider.shutdown()
    return exporter.get_finished_spans()


def test_opentelemetry_gets_every_span_with_its_parent_and_times(trace):
    spans = exported(trace)
    numbers = {span.context.span_id: number for number, span in enumerate(spans)}
    parents = [numbers[span.parent.span_id] if span.parent is not None else -1 for span in spans]
    assert parents == trace.spans["parent"].tolist()
    assert len({span.context.trace_id for span in spans}) == 1
    began = int(trace.snapshot.started_at * 1e9)
    assert [span.start_time - began for span in spans] == trace.spans["start"].tolist()
    assert [span.end_time - began for span in spans] == trace.spans["end"].tolist()


def test_opentelemetry_spans_have_names_and_attributes(trace):
    spans = exported(trace)
    assert spans[0].name == "mean_of_doubles"
    (call,) = [
        span for span in spans
        if span.name == "EagerTFExecutor.create_call" and span.attributes.get("tffsim.client") == 3
    ]  # fmt: skip
    assert dict(call.attributes) == {
        "tffsim.operation": "create_call", "tffsim.executor": "EagerTFExecutor · clients 0-19", "tffsim.client": 3,
        "tffsim.node": "call federated_map", "tffsim.type": "float32", "tffsim.size": 4, "tffsim.outcome": "ok",
    }  # fmt: skip


def test_failed_spans_have_an_error_status(failed):
    status = [span.status for span in exported(failed)]
    expected = failed.spans["outcome"] == "error"
    assert expected.any()
    assert [s.status_code is StatusCode.ERROR for s in status] == expected.tolist()
    assert any("too large" in (s.description or "") for s in status)


def test_a_span_of_the_caller_is_no_parent(trace):
    provider = TracerProvider()
    with provider.get_tracer("mine").start_as_current_span("outer"):
        assert exported(trace)[0].parent is None


def test_a_batch_processor_drops_nothing():
    trace = traced(mean_of_doubles, [1.0] * 150)[1]
    assert trace.spans.num_rows > 2048
    assert len(exported(trace, BatchSpanProcessor)) == trace.spans.num_rows


def test_without_a_tracer_provider_the_error_says_what_to_do(trace):
    with pytest.raises(ValueError, match="set_tracer_provider"):
        export_spans(trace.snapshot)


def test_without_opentelemetry_the_error_says_what_to_install(trace, monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", None)
    with pytest.raises(ImportError, match=r"pip install tffsim\[opentelemetry\]"):
        export_spans(trace.snapshot)
