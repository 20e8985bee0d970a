"""How long the work of a span waits for a thread, and runs in one: at its end, before it, and when it is given up."""

import contextvars

import pytest

from tests.unit.tracing.recording.foreign_executor import FLOAT, ForeignExecutor, record
from tffsim.traces.trace import Trace
from tffsim.tracing.recording.recorder import Recorder
from tffsim.tracing.recording.spans import current_span
from tffsim.tracing.recording.tracing_executor import TracingExecutor


class Offloading(ForeignExecutor):
    """Hands its work to a thread, which this test plays.

    Args:
        offloads: Hear of it.
        moments: When it is submitted, starts and ends; fewer if it does not come so far.
        asked_at: When it is asked how long that has taken.
    """

    def __init__(self, offloads, moments, asked_at=0):
        super().__init__()
        self.offloads, self.moments, self.asked_at, self.told = offloads, moments, asked_at, None

    async def create_value(self, value, type_spec=None):
        self.context = contextvars.copy_context()
        said = (self.offloads.submitted, self.offloads.started, self.offloads.ended)
        for say, moment in zip(said, self.moments, strict=False):
            say(moment)
        self.told = self.offloads.so_far(current_span.get(), self.asked_at)
        if len(self.moments) < len(said):
            raise ValueError("given up")
        return await super().create_value(value, type_spec)


def times_of(trace):
    return [(row["queue_time"], row["worker_time"]) for row in map(trace.spans.row, range(len(trace.spans)))]


def test_what_has_ended_is_counted_as_it_was():
    recorder = Recorder()
    record(TracingExecutor(Offloading(recorder.offloads, (10, 30, 70))).create_value(1.0, FLOAT), recorder)
    assert (20, 40) in times_of(Trace(recorder))


@pytest.mark.parametrize(("moments", "told"), [((), (0, 0)), ((10,), (90, 0)), ((10, 30), (20, 70))])
def test_before_its_end_it_is_known_how_long_it_has_taken(moments, told):
    recorder = Recorder()
    executor = Offloading(recorder.offloads, moments, asked_at=100)
    with pytest.raises(ValueError, match="given up"):
        record(TracingExecutor(executor).create_value(1.0, FLOAT), recorder)
    assert executor.told == told


def test_what_a_thread_goes_on_with_is_nobodys_time_when_the_call_was_given_up():
    recorder = Recorder()
    executor = Offloading(recorder.offloads, (0, 5))
    with pytest.raises(ValueError, match="given up"):
        record(TracingExecutor(executor).create_value(1.0, FLOAT), recorder)
    before, busy = times_of(Trace(recorder)), [clock.busy for clock in recorder.threads]
    assert any(worker_time > 0 for _, worker_time in before)
    for say in (recorder.offloads.started, recorder.offloads.ended):
        executor.context.run(say, 10**18)
    assert times_of(Trace(recorder)) == before
    assert [clock.busy for clock in recorder.threads] == busy


def test_outside_of_spans_nobody_is_told():
    recorder = Recorder()
    for say in (recorder.offloads.submitted, recorder.offloads.started, recorder.offloads.ended):
        say(1)
    assert recorder.threads == []
