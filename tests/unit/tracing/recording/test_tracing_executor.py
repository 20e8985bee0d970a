"""Hooks around any executor, and what they record of it."""

import asyncio
import threading

import federated_language as fl
import numpy as np
import pytest
from federated_language.framework import Executor, ExecutorValue

import tffsim as tff
from tests.unit.tracing.traced_runs import record
from tffsim.traces.trace import Trace
from tffsim.tracing.recording import spans
from tffsim.tracing.recording.gate import Gate
from tffsim.tracing.recording.recorder import Recorder
from tffsim.tracing.recording.tracing_executor import TracingExecutor

FLOAT = fl.TensorType(np.float32)


class ForeignValue(ExecutorValue):
    def __init__(self, value, type_signature):
        self.reference, self.type_signature = value, type_signature

    reference = type_signature = None

    async def compute(self):
        await asyncio.sleep(0)
        return self.reference


class ForeignExecutor(Executor):
    """Twenty lines that somebody else wrote: numbers, structs, and calls of Python functions."""

    def close(self):
        self.closed = True

    async def create_value(self, value, type_spec=None):
        return ForeignValue(value, type_spec)

    async def create_call(self, comp, arg=None):
        await asyncio.sleep(0)
        return ForeignValue(comp.reference(*([arg.reference] if arg else [])), comp.type_signature.result)

    async def create_struct(self, elements):
        elements = list(elements)
        return ForeignValue([e.reference for e in elements], fl.StructType([e.type_signature for e in elements]))

    async def create_selection(self, source, index):
        return ForeignValue(source.reference[index], source.type_signature[index])


FUNCTION = fl.FunctionType(fl.StructType([FLOAT, FLOAT]), FLOAT)


async def subtract(executor):
    function = await executor.create_value(lambda pair: pair[0] - pair[1], FUNCTION)
    numbers = [await executor.create_value(n, FLOAT) for n in (5.0, 3.0)]
    pair = await executor.create_struct(numbers)
    difference = await executor.create_call(function, pair)
    first = await executor.create_selection(pair, 0)
    return await difference.compute(), await first.compute()


def test_a_foreign_executor_is_traced_without_any_change_to_it():
    recorder = Recorder()
    executor = TracingExecutor(TracingExecutor(ForeignExecutor()))
    assert record(subtract(executor), recorder) == (2, 5)
    trace = Trace(recorder)
    operations = trace.spans.shown("operation").tolist()
    upper = [0] + [n for n in range(1, len(operations)) if trace.spans["parent"][n] == 0]
    assert [operations[n] for n in upper] == [
        "invoke", *["create_value"] * 3, "create_struct", "create_call", "create_selection", "compute", "compute",
    ]  # fmt: skip
    assert len(operations) == 1 + 2 * (len(upper) - 1)
    assert set(trace.executors.shown("name")) == {"TracingExecutor", "ForeignExecutor"}
    struct = operations.index("create_struct")
    assert [trace.preview(value) for value in trace.inputs(struct)] == ["5", "3"]


def test_a_hook_passes_everything_on_when_nobody_watches():
    executor = TracingExecutor(ForeignExecutor())
    assert asyncio.run(subtract(executor)) == (2, 5)
    executor.close()
    assert executor.target.closed


def test_a_failure_is_recorded_and_passed_on_unchanged():
    async def fail(executor):
        function = await executor.create_value(lambda: 1 // 0, fl.FunctionType(None, FLOAT))
        await executor.create_call(function)

    recorder = Recorder()
    with pytest.raises(ZeroDivisionError):
        record(fail(TracingExecutor(ForeignExecutor())), recorder)
    trace = Trace(recorder)
    assert trace.spans.shown("outcome").tolist() == ["error", "ok", "error"]
    assert trace.error(2).startswith("ZeroDivisionError")
    assert not recorder.open_spans


class SpeechlessError(Exception):
    def __str__(self):
        raise RuntimeError("no words")


@pytest.mark.parametrize(
    ("error", "text"), [(SpeechlessError(), "SpeechlessError"), (ValueError("half \ud800"), "ValueError: half ?")]
)
def test_an_error_that_cannot_be_told_is_passed_on_unchanged(error, text):
    class Failing(ForeignExecutor):
        async def create_value(self, value, type_spec=None):
            raise error

    recorder = Recorder()
    with pytest.raises(type(error)) as caught:
        record(TracingExecutor(Failing()).create_value(1.0, FLOAT), recorder)
    assert caught.value is error
    assert Trace(recorder).error(1) == text
    Trace(recorder).summary().encode("utf-8")


def test_a_cancelled_operation_is_recorded_as_such():
    async def endless(executor):
        waiting = asyncio.ensure_future(executor.create_value(1.0, FLOAT))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)

    class Sleeping(ForeignExecutor):
        async def create_value(self, value, type_spec=None):
            await asyncio.Event().wait()

    recorder = Recorder()
    record(endless(TracingExecutor(Sleeping())), recorder)
    assert Trace(recorder).spans.shown("outcome").tolist() == ["ok", "cancelled"]


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


class TestGate:
    def run_behind(self, gate, count=3):
        """Creates values behind a gate in another thread; returns them as they come, and the thread."""
        done = []
        recorder = Recorder(gate=gate)

        async def create(executor):
            for number in range(count):
                await executor.create_value(float(number), FLOAT)
                done.append(number)

        thread = threading.Thread(target=record, args=(create(TracingExecutor(ForeignExecutor())), recorder))
        thread.start()
        return done, thread

    def wait_until_held(self, gate):
        for _ in range(12_000):
            if gate.held:
                return gate.held
            threading.Event().wait(0.005)
        raise AssertionError("Nothing arrived at the gate.")

    def test_an_open_gate_holds_nothing(self):
        done, thread = self.run_behind(Gate())
        thread.join(60)
        assert done == [0, 1, 2]

    def test_a_closed_gate_holds_the_next_operation_until_it_may_step(self):
        gate = Gate(is_open=False)
        done, thread = self.run_behind(gate)
        assert [span.operation for span in self.wait_until_held(gate)] == [1]
        assert done == []
        gate.step()
        self.wait_until_held(gate)
        assert done == [0]
        gate.open()
        thread.join(60)
        assert done == [0, 1, 2]

    def test_steps_can_be_granted_in_advance(self):
        gate = Gate(is_open=False)
        gate.step(3)
        done, thread = self.run_behind(gate)
        thread.join(60)
        assert done == [0, 1, 2]

    def test_no_more_pass_than_steps_were_granted(self):
        gate = Gate(is_open=False)
        gate.step(2)
        done, thread = self.run_behind(gate, count=4)
        self.wait_until_held(gate)
        assert done == [0, 1]
        gate.step()
        self.wait_until_held(gate)
        assert done == [0, 1, 2]
        gate.open()
        thread.join(60)
        assert done == [0, 1, 2, 3]

    def test_steps_that_were_left_when_the_gate_was_opened_count_no_more(self):
        gate = Gate(is_open=False)
        gate.step(5)
        gate.open()
        gate.close()
        done, thread = self.run_behind(gate)
        self.wait_until_held(gate)
        assert done == []
        gate.open()
        thread.join(60)

    def test_an_operation_is_not_held_for_ever(self):
        gate = Gate(is_open=False, timeout=0.05)
        recorder = Recorder(gate=gate)
        with pytest.raises(TimeoutError, match="Open the gate"):
            record(TracingExecutor(ForeignExecutor()).create_value(1.0, FLOAT), recorder)
        assert gate.held == []

    def test_a_stack_can_be_stepped_through(self):
        gate = Gate(is_open=False)
        results = []
        double = tff.tf_computation(lambda x: 2 * x, np.float32)

        def call():
            with tff.use(tff.local_executor_factory()), tff.trace(gate=gate):
                results.append(double(4.0))

        thread = threading.Thread(target=call)
        thread.start()
        steps = 0
        while thread.is_alive() and steps < 12_000:
            gate.step()
            steps += 1
            thread.join(0.01)
        assert results == [8] and steps > 3


def test_subscribers_get_all_spans_in_batches_and_a_last_one():
    batches = []
    recorder = Recorder()
    recorder.subscribe(batches.append, interval=0.01)
    record(subtract(TracingExecutor(ForeignExecutor())), recorder)
    recorder.finish()
    assert [batch.is_last for batch in batches[:-1]] == [False] * (len(batches) - 1) and batches[-1].is_last
    assert sorted(n for batch in batches for n in batch.rows["id"].tolist()) == list(range(9))


def test_a_slow_subscriber_gets_fewer_and_larger_batches_and_slows_nothing():
    may_go_on, batches = threading.Event(), []

    def receive(batch):
        batches.append(batch)
        may_go_on.wait(60)

    recorder = Recorder()
    recorder.subscribe(receive, interval=0.01)
    for _ in range(50):
        record(subtract(TracingExecutor(ForeignExecutor())), recorder)
    may_go_on.set()
    recorder.finish()
    assert len(batches) <= 3
    assert sum(len(batch.rows) for batch in batches) == 50 * 9


def test_a_failing_subscriber_harms_nobody(caplog):
    recorder = Recorder()
    recorder.subscribe(lambda batch: 1 // 0, interval=0.01)
    assert record(subtract(TracingExecutor(ForeignExecutor())), recorder) == (2, 5)
    recorder.finish()
    assert "A subscriber of a trace failed" in caplog.text


def test_what_is_to_be_done_with_a_finished_trace_is_done_once_and_harms_nobody(caplog):
    events = []
    recorder = Recorder()
    recorder.subscribe(lambda batch: events.append("last" if batch.is_last else "batch"), interval=0.01)
    recorder.when_finished(lambda: 1 // 0)
    recorder.when_finished(lambda: events.append("finished"))
    record(subtract(TracingExecutor(ForeignExecutor())), recorder)
    recorder.finish()
    recorder.when_finished(lambda: events.append("at once"))
    recorder.finish()
    assert events[-3:] == ["last", "finished", "at once"] and events.count("finished") == 1
    assert "what was to be done with it failed" in caplog.text
