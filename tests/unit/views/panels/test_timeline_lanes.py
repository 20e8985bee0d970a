"""The rows of a timeline."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tests.unit.tracing.traced_runs import FLOATS, mean_of_doubles, traced
from tffsim.tracing.document.snapshot import ThreadInfo
from tffsim.views.panels.timeline_lanes import timeline_lanes


def _failed():
    @tff.tf_computation(np.float32)
    def positive(x):
        with tf.control_dependencies([tf.debugging.assert_positive(x)]):
            return tf.identity(x)

    total = tff.federated_computation(lambda values: tff.federated_sum(tff.federated_map(positive, values)), FLOATS)
    with pytest.raises(tff.ExecutionError), tff.trace() as trace:
        total([1.0, -1.0])
    return trace


def test_workers_have_lanes_of_their_own():
    trace = _failed()
    lanes = timeline_lanes(trace.snapshot)
    worked = np.unique(trace.snapshot.columns["worker"])
    assert len(lanes.titles) == 1 + (worked >= 0).sum()
    assert (lanes.end >= lanes.start).all()


def _in_threads(trace, num_threads):
    """Returns a trace of which every invocation's spans run in several threads, and part of the work in others."""
    snapshot = trace.snapshot
    columns, count = dict(snapshot.columns), snapshot.num_spans
    columns["thread"] = (np.arange(count) // 5 % num_threads).astype(np.int16)
    worker = np.where(np.arange(count) % 3 == 0, num_threads + np.arange(count) % 2, -1)
    columns["worker"] = worker.astype(np.int16)
    threads = [ThreadInfo(f"thread {k}", 0) for k in range(num_threads + 2)]
    return dataclasses.replace(snapshot, columns=columns, threads=threads)


@pytest.mark.parametrize("num_threads", [1, 2, 5])
def test_no_row_of_a_timeline_belongs_to_two_threads(num_threads):
    _, trace = traced(mean_of_doubles, [1.0] * 9)
    snapshot = _in_threads(trace, num_threads)
    lanes = timeline_lanes(snapshot)
    own, worker = snapshot.columns["thread"], snapshot.columns["worker"]
    thread = np.where(np.arange(len(lanes.span)) < snapshot.num_spans, own[lanes.span], worker[lanes.span])
    rows = [set(lanes.row[thread == k].tolist()) for k in range(num_threads + 2)]
    assert sum(map(len, rows)) == len(set().union(*rows)) == lanes.num_rows
    # The rows of a thread follow one another, below its title.
    assert lanes.titles == {min(rows[k]): f"thread {k}" for k in range(num_threads + 2)}
    assert all(max(found) - min(found) + 1 == len(found) for found in rows)
