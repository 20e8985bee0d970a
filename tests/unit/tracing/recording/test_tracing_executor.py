"""Hooks around any executor, and what they record of it."""

import asyncio

import federated_language as fl
import pytest

from tests.unit.tracing.recording.foreign_executor import FLOAT, ForeignExecutor, record, subtract
from tffsim.traces.trace import Trace
from tffsim.tracing.recording.recorder import Recorder
from tffsim.tracing.recording.tracing_executor import TracingExecutor


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
