"""Reading off a recorder while it records."""

import contextlib
import gc
import itertools
import threading

import numpy as np
import pytest

import tffsim as tff
from tests.unit.fake_time import FakeClock
from tests.unit.tracing.recording.foreign_executor import FLOAT, ForeignExecutor, record
from tffsim.tracing.recording.reading import take_snapshot
from tffsim.tracing.recording.recorder import Recorder
from tffsim.tracing.recording.sketching.sketch_pad import SketchPad
from tffsim.tracing.recording.tracing_executor import TracingExecutor


@contextlib.contextmanager
def at_every_collection(function):
    """Calls a function whenever garbage is collected, which is as often as can be: then another thread may run."""
    threshold = gc.get_threshold()
    gc.callbacks.append(lambda phase, info: function())
    gc.set_threshold(1)
    try:
        yield
    finally:
        gc.set_threshold(*threshold)
        gc.callbacks.pop()


@pytest.mark.parametrize("known", ["errors", "arrays"])
def test_a_snapshot_is_taken_while_another_thread_records(known):
    double = tff.tf_computation(lambda x: 2 * x, tff.TensorType(np.float32, [3]))
    numbers = itertools.count(1_000_000)
    with tff.trace(values="all") as t:
        for _ in range(20):
            double([1.0, 2.0, 3.0])
        recorded = getattr(t.recorder, known)
        new = {"errors": "late", "arrays": np.zeros(1)}[known]
        recorded.update({next(numbers): new for _ in range(10_000)})
        with at_every_collection(lambda: recorded.setdefault(next(numbers), new)):
            snapshot = take_snapshot(t.recorder)
    assert len(snapshot.columns["parent"]) >= 20


def test_times_count_from_the_start_of_the_recording():
    clock = FakeClock(5000)
    recorder = Recorder(now=clock)
    clock.advance(20)
    record(TracingExecutor(ForeignExecutor()).create_value(1.0, FLOAT), recorder)
    columns = take_snapshot(recorder).columns
    assert columns["start"].tolist() == [20, 20] and columns["end"].tolist() == [20, 20]


def test_a_snapshot_leaves_out_the_sketch_of_a_span_that_is_about_to_end():
    double = tff.tf_computation(lambda x: 2 * x, tff.TensorType(np.float32, [3]))
    with tff.trace() as t:
        double([1.0, 2.0, 3.0])
        before = dict(take_snapshot(t.recorder).sketches)
        t.recorder.sketches.add(1_000_000, np.full(3, 7.0))
        assert list(map(str, take_snapshot(t.recorder).sketches.values())) == list(map(str, before.values()))


def test_a_snapshot_has_whole_sketches_while_another_thread_records():
    pad, is_done = SketchPad(), threading.Event()

    def record():
        for number in range(3000):
            pad.add(number, np.full(1 + number % 100, float(number)))
        is_done.set()

    thread = threading.Thread(target=record)
    thread.start()
    tables = [pad.table()]
    while not is_done.is_set():
        tables.append(pad.table())
    thread.join()
    for table in (*tables[:20], pad.table()):
        assert [sketch.mean for sketch in table.values()] == list(range(len(table)))
    assert len(pad.table()) == 3000
