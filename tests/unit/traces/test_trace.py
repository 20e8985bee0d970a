"""What a trace tells about computations that ran."""

import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tests.unit.tracing.traced_runs import FLOATS, mean_of_doubles, rows, traced
from tffsim.tracing.document.trace_file_error import TraceFileError
from tffsim.tracing.recording.tracing_executor import TracingExecutor


@pytest.fixture(scope="module")
def trace():
    return traced(mean_of_doubles, [1.0, 2.0, 6.0])[1]


def test_without_a_trace_a_stack_has_no_hooks():
    factory = tff.local_executor_factory()
    executor = factory.create_executor({tff.CLIENTS: 2})
    while hasattr(executor, "target"):
        assert not isinstance(executor, TracingExecutor)
        executor = executor.target


def test_the_table_of_spans_has_the_columns_that_it_names(trace):
    assert set(trace.spans) == {
        "parent", "invocation", "executor", "operation", "outcome", "client", "node",
        "thread", "worker", "start", "end", "self_time", "queue_time", "worker_time", "host",
    }  # fmt: skip


def test_values_have_types_sizes_and_previews(trace):
    span = rows(trace.spans, executor="ReferenceResolvingExecutor · clients 0-2", operation="create_call")
    values = trace.values
    value = values.where(
        np.isin(values["value"], np.flatnonzero(trace.spans.shown("executor") == span.shown("executor")[0]))
    )
    doubled = [trace.preview(int(n)) for n in value["value"] if trace.spans.row(int(n))["operation"] == "create_call"]
    assert doubled == ["2", "4", "12"]
    assert set(value.shown("placement")) == {"clients"}


def test_a_failing_block_leaves_a_complete_trace_with_the_error():
    @tff.tf_computation(np.float32)
    def positive(x):
        with tf.control_dependencies([tf.debugging.assert_positive(x, message="too small")]):
            return tf.identity(x)

    total = tff.federated_computation(lambda values: tff.federated_sum(tff.federated_map(positive, values)), FLOATS)
    with pytest.raises(tff.ExecutionError), tff.trace() as trace:
        total([1.0, -1.0, 1.0])
    spans = trace.spans
    failed = rows(spans, outcome="error")
    assert "running" not in set(spans.shown("outcome"))
    assert 1 in failed["client"]
    errors = [trace.error(n) for n in range(spans.num_rows) if trace.error(n)]
    assert any("too small" in error and "assert_positive" in error for error in errors)
    assert not any("{{" in error for error in errors)
    assert "InvalidArgumentError" in str(trace) and "too small" in trace._repr_html_()
    assert "error" in trace.clients().shown("outcome")


def test_an_empty_trace_answers_every_question():
    with tff.trace() as trace:
        pass
    assert trace.spans.num_rows == trace.timing().num_rows == trace.clients().num_rows == trace.traffic().num_rows == 0
    assert len(trace.graph()) == len(trace.graph(collapse="clients")) == 0
    assert "0 invocations" in str(trace)


def test_the_ending_of_a_trace_may_be_left_out(tmp_path):
    trace = traced(mean_of_doubles, [1.0])[1]
    for name in ("run", "run.3"):
        trace.save(tmp_path / f"{name}.tfftrace")
        assert str(tff.load_trace(tmp_path / name)) == str(trace)
    (tmp_path / "run").write_bytes(b"hello")
    with pytest.raises(TraceFileError, match="run is no trace"):
        tff.load_trace(tmp_path / "run")
