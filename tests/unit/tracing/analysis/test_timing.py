"""Where the time went."""

import numpy as np

from tests.unit.tracing.traced_runs import rows
from tffsim.tracing.analysis.timing import thread_time


def test_timing_adds_up_for_every_thread(trace):
    threads = thread_time(trace.snapshot)
    assert threads["busy"].sum() > 0
    assert threads["busy"].tolist() == threads["self_time"].tolist()


def test_timing_tells_calls_and_percentiles_per_executor_and_operation(trace):
    table = rows(trace.timing(), executor="EagerTFExecutor · clients 0-2", operation="create_call")
    row = table.row(0)
    spans = rows(trace.spans, executor="EagerTFExecutor · clients 0-2", operation="create_call")
    durations = np.sort(spans["end"] - spans["start"])
    assert row["calls"] == 3
    assert row["total"] == durations.sum()
    assert (row["p50"], row["max"]) == (durations[1], durations[2])
    assert 1 <= row["parallelism"] <= 3
