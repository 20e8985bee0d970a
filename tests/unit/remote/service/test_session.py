"""What a worker holds for a controller, and for how long."""

import asyncio

import pytest

from tests.unit.fake_time import FakeClock, run_in_fake_time
from tffsim.remote.service import session as sessions
from tffsim.remote.service.session import LostError, Session, Values
from tffsim.remote.wire import executor_pb2 as messages


class Closable:
    is_closed = False

    def close(self):
        self.is_closed = True


@pytest.fixture
def clock(monkeypatch):
    standing = FakeClock()
    monkeypatch.setattr(sessions.time, "monotonic", standing)
    return standing


@pytest.fixture
def session(clock):
    made = Session("s", lambda *_: Closable(), 30)
    yield made
    made.close()


def test_a_lease_ends_when_nothing_is_heard(session, clock):
    clock.advance(29)
    assert not session.has_ended
    session.renew()
    clock.advance(29)
    assert not session.has_ended
    clock.advance(2)
    assert session.has_ended


def test_an_executor_is_there_until_it_is_disposed(session):
    name = session.add_executor(4, 8, 20)
    executor = session.executor(name)
    session.dispose_executor(name)
    session.dispose_executor(name)
    assert executor.is_closed
    with pytest.raises(LostError, match="no executor"):
        session.executor(name)


def test_places_with_one_counter_count_together(session):
    place = messages.Place(seed=1, number_of_run=2, path=[3, -1], counter=9)
    first = session.place(place).next_seeds()
    second = session.place(place).next_seeds()
    assert first != second
    place.counter = 10
    assert session.place(place).next_seeds() == first


def test_a_value_can_be_waited_for():
    async def main():
        values = Values()
        waiting = asyncio.create_task(values.get(7))
        await asyncio.sleep(0)
        values.put(7, "seven")
        return await waiting, await values.get(7)

    assert run_in_fake_time(main()) == ("seven", "seven")


def test_a_value_that_does_not_come_is_lost():
    async def main():
        await Values().get(7)

    with pytest.raises(LostError, match="no value 7"):
        run_in_fake_time(main())


def test_who_waits_for_a_value_hears_at_once_that_it_failed():
    async def main():
        values, loop = Values(), asyncio.get_running_loop()
        waiting = asyncio.create_task(values.get(7))
        await asyncio.sleep(0)
        before = loop.time()
        values.fail(7)
        with pytest.raises(LostError):
            await waiting
        return loop.time() - before

    assert run_in_fake_time(main()) == 0


def test_forgetting_twice_is_harmless_and_too_many_values_are_refused():
    values = Values(max_values=1)
    values.put(1, "one")
    with pytest.raises(LostError, match="holds 1 values"):
        values.put(2, "two")
    values.forget([1, 1, 5])
    assert len(values) == 0
