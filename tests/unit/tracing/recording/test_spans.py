"""Times of operations: when they began and ended, and what of it was their own."""

import asyncio

import federated_language as fl
import numpy as np

from tests.unit.fake_time import FakeClock
from tests.unit.tracing.recording.foreign_executor import FLOAT, ForeignExecutor, record, subtract
from tffsim.traces.trace import Trace
from tffsim.tracing.recording.recorder import Recorder
from tffsim.tracing.recording.tracing_executor import TracingExecutor


class Working(ForeignExecutor):
    """Works for 3 ns before it lets others run, and for 5 ns afterwards."""

    def __init__(self, clock):
        super().__init__()
        self._clock = clock

    async def create_value(self, value, type_spec=None):
        self._clock.advance(3)
        await asyncio.sleep(0)
        self._clock.advance(5)
        return await super().create_value(value, type_spec)


def test_the_time_of_waiting_is_not_the_self_time_of_anybody():
    recorder = Recorder()
    record(subtract(TracingExecutor(ForeignExecutor())), recorder)
    trace = Trace(recorder)
    own = trace.spans["self_time"]
    assert (own <= trace.spans["end"] - trace.spans["start"]).all()
    assert own.sum() == sum(clock.busy for clock in recorder.threads)


def test_the_self_time_of_an_operation_is_that_of_its_own_steps():
    clock = FakeClock(0)
    recorder = Recorder(now=clock)
    executor = TracingExecutor(Working(clock))

    async def both():
        await asyncio.gather(executor.create_value(1.0, FLOAT), executor.create_value(2.0, FLOAT))

    record(both(), recorder)
    spans = Trace(recorder).spans
    assert spans["self_time"].tolist() == [0, 8, 8]
    # Each waits while the other works.
    assert spans["start"].tolist() == [0, 0, 3] and spans["end"].tolist() == [16, 11, 16]
    assert recorder.threads[0].busy == 16


def test_an_operation_that_is_under_way_lasts_until_it_is_looked_at():
    clock = FakeClock(0)
    recorder = Recorder(now=clock)

    class Looking(ForeignExecutor):
        async def create_value(self, value, type_spec=None):
            clock.advance(7)
            self.seen = Trace(recorder).spans
            return await super().create_value(value, type_spec)

    executor = Looking()
    record(TracingExecutor(executor).create_value(1.0, FLOAT), recorder)
    assert executor.seen.shown("outcome").tolist() == ["running", "running"]
    assert executor.seen["end"].tolist() == [7, 7]


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
    clock = FakeClock(0)
    recorder = Recorder(now=clock)
    monkeypatch.setattr(recorder.sketches, "add", lambda *_: clock.advance(100))
    executor = TracingExecutor(ForeignExecutor())
    record(executor.create_value(np.zeros(3), fl.TensorType(np.float64, [3])), recorder)
    assert clock.now == 100
    assert Trace(recorder).spans["end"].tolist() == [100, 0]
