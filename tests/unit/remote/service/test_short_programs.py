"""A worker learns which programs are short."""

import asyncio

import pytest

from tests.unit.fake_time import FakeClock
from tffsim.remote.service.short_programs import ShortPrograms
from tffsim.remote.wire import executor_pb2 as messages


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def programs(clock):
    return ShortPrograms(clock)


def program(executor="e", digest=b"d", **more):
    made = messages.BatchRequest(executor=executor, **more)
    made.steps.add().value.value.computation = digest
    return made


def run(programs, clock, program, *seconds):
    async def taking(moment):
        clock.advance(moment)

    for moment in seconds:
        asyncio.run(programs.runs_of(program).timed(taking(moment)))
    return programs.runs_of(program).are_short


def test_a_program_is_short_when_eight_runs_were(programs, clock):
    assert not run(programs, clock, program(), *[1e-4] * 7)
    assert run(programs, clock, program(), 1e-4)


def test_one_run_that_the_machine_interrupts_changes_nothing(programs, clock):
    assert run(programs, clock, program(), *[1e-4] * 8, 5e-3)
    assert not run(programs, clock, program(), 5e-3)


def test_a_run_that_is_long_is_not_taken_for_an_interruption(programs, clock):
    assert not run(programs, clock, program(), *[1e-4] * 8, 0.5)
    assert not run(programs, clock, program(), *[1e-4] * 7)


def test_programs_differ_by_their_executor_and_their_computations(programs, clock):
    assert run(programs, clock, program(), *[1e-4] * 8)
    assert not run(programs, clock, program(executor="f"))
    assert not run(programs, clock, program(digest=b"other"))


def test_what_is_traced_or_comes_in_pieces_is_never_short(programs, clock):
    traced, whole, in_pieces = program(watch_spans=True), program(), program()
    whole.steps.add().value.value.payload = 7
    in_pieces.steps.add().value.value.federated.payloads.append(7)
    for one in (traced, whole, in_pieces):
        assert not run(programs, clock, one, *[1e-4] * 9)


def test_a_program_that_fails_teaches_nothing(programs, clock):
    async def failing():
        raise ZeroDivisionError

    runs = programs.runs_of(program())
    for _ in range(8):
        with pytest.raises(ZeroDivisionError):
            asyncio.run(runs.timed(failing()))
    assert not runs.are_short


def test_programs_of_long_ago_are_forgotten(programs, clock):
    assert run(programs, clock, program(), *[1e-4] * 8)
    for number in range(256):
        programs.runs_of(program(executor=str(number)))
    assert not run(programs, clock, program())
