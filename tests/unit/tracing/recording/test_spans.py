"""Times of operations: when they began and ended, and what of it was their own."""

import asyncio

import federated_language as fl
import numpy as np

from tests.unit.tracing.recording.foreign_executor import FLOAT, ForeignExecutor, record, subtract
from tffsim.traces.trace import Trace
from tffsim.tracing.recording import spans
from tffsim.tracing.recording.recorder import Recorder
from tffsim.tracing.recording.tracing_executor import TracingExecutor


def test_the_time_of_waiting_is_not_the_self_time_of_anybody():
    recorder = Recorder()
    record(subtract(TracingExecutor(ForeignExecutor())), recorder)
    trace = Trace(recorder)
    own = trace.spans["self_time"]
    assert (own <= trace.spans["end"] - trace.spans["start"]).all()
    assert own.sum() == sum(clock.busy for clock in recorder.threads)


def test_an_operation_that_is_abandoned_while_it_waits_ends_after_all_within_it():
    class Sleeping(ForeignExecutor):
        async def create_value(self, value, type_spec=None):
            await asyncio.Event().wait()

    async def abandon(executor):
        waiting = executor.create_value(1.0, FLOAT)
        waiting.send(None)
        waiting.close()

    recorder = Recorder()
    record(abandon(TracingExecutor(TracingExecutor(Sleeping()))), recorder)
    table = Trace(recorder).spans
    assert table.shown("outcome").tolist() == ["ok", "error", "error"]
    assert not recorder.open_spans
    start, end = table["start"], table["end"]
    assert (start <= end).all() and end[2] <= end[1] <= end[0]


def test_looking_at_a_value_is_no_time_of_the_operation_that_made_it(monkeypatch):
    looked_at = []

    def look(number, *_):
        looked_at.append((number, spans.now()))

    recorder = Recorder()
    monkeypatch.setattr(recorder.sketches, "add", look)
    executor = TracingExecutor(ForeignExecutor())
    record(executor.create_value(np.zeros(3), fl.TensorType(np.float64, [3])), recorder)
    ((number, moment),) = looked_at
    assert Trace(recorder).spans["end"][number] + recorder.started <= moment
