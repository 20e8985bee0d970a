"""Who is told of spans while they are recorded."""

import threading

from tests.unit.tracing.recording.foreign_executor import ForeignExecutor, record, subtract
from tffsim.tracing.recording.recorder import Recorder
from tffsim.tracing.recording.tracing_executor import TracingExecutor


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
