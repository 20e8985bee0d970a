"""While programs run at a worker, it is asked what they do; what it says goes to the right trace."""

import asyncio
import types

import grpc
import numpy as np
import pytest

from tests.unit.fake_time import run_in_fake_time
from tffsim.remote.clock_offset import ClockOffset
from tffsim.remote.following import Following
from tffsim.remote.transport import CallError
from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.spans import write_report
from tffsim.tracing.recording.reports import Report
from tffsim.tracing.recording.span_rows import SPAN_DTYPE


class Adopted:
    """Keeps the parts that it was given, each once."""

    def __init__(self):
        self.parts = []

    @property
    def num_parts(self):
        return len(self.parts)

    def take(self, part, report, offset):
        assert part == self.num_parts
        self.parts.append((report.rows["id"].tolist(), offset))


class Worker:
    """Answers with the next part of each program that is asked for, except where it fails."""

    def __init__(self, fails_at=(), drains_at=()):
        self.asked = []
        self._fails_at, self._drains_at = fails_at, drains_at

    async def ask(self, request):
        turn = len(self.asked)
        self.asked.append(dict(request.num_parts))
        if turn in self._fails_at:
            raise CallError(grpc.StatusCode.UNAVAILABLE, "cut")
        response = messages.FollowResponse(is_draining=turn in self._drains_at)
        for program, part in request.num_parts.items():
            rows = np.zeros(1, SPAN_DTYPE)
            rows["id"] = 100 * program + part
            write_report(Report(rows, [], [], [], {}, {}, {}, 0), response.spans.add(), program, part)
        return response


def followed(worker, told_draining, programs, *, seconds, is_lost=False):
    """Runs programs of some seconds at a worker, all at once."""
    session = types.SimpleNamespace(name="s", is_lost=is_lost)

    async def run(following, number, adoption):
        with following.program(number, adoption):
            await asyncio.sleep(seconds)

    async def main():
        following = Following(session, ClockOffset(), worker.ask, lambda: told_draining.append(True))
        await asyncio.gather(*(run(following, number, adoption) for number, adoption in programs.items()))
        await asyncio.sleep(10)

    run_in_fake_time(main())


def test_each_program_gets_its_own_parts_and_the_worker_hears_what_has_arrived():
    worker, programs = Worker(), {1: Adopted(), 2: Adopted()}
    followed(worker, [], programs, seconds=0.7)
    assert worker.asked == [{1: 0, 2: 0}, {1: 1, 2: 1}, {1: 2, 2: 2}]
    assert [[ids for ids, _ in adopted.parts] for adopted in programs.values()] == [
        [[100], [101], [102]],
        [[200], [201], [202]],
    ]


def test_a_short_program_and_one_that_nobody_traces_are_not_asked_about():
    worker = Worker()
    followed(worker, [], {1: Adopted()}, seconds=0.1)
    followed(worker, [], {1: None}, seconds=5)
    assert worker.asked == []


def test_an_answer_that_fails_is_asked_for_again():
    worker, adopted = Worker(fails_at=[1]), Adopted()
    followed(worker, [], {1: adopted}, seconds=0.7)
    assert worker.asked == [{1: 0}, {1: 1}, {1: 1}]
    assert [ids for ids, _ in adopted.parts] == [[100], [101]]


@pytest.mark.parametrize(("drains_at", "told"), [((), []), ((1,), [True])])
def test_a_worker_that_is_about_to_end_is_told_of(drains_at, told):
    told_draining = []
    followed(Worker(drains_at=drains_at), told_draining, {1: Adopted()}, seconds=0.7)
    assert told_draining == told


def test_a_worker_that_is_lost_is_not_asked_any_more():
    worker = Worker()
    followed(worker, [], {1: Adopted()}, seconds=1, is_lost=True)
    assert worker.asked == []
