import asyncio
import contextvars

import pytest

from tffsim.concurrency import concurrency

_variable = contextvars.ContextVar("variable", default="unset")


async def _immediate(value):
    return value


async def _failing(error):
    raise error


async def _after(event, value):
    await event.wait()
    return value


def test_a_coroutine_that_does_not_wait_is_driven_without_an_event_loop():
    started = concurrency.start(_immediate(3))
    assert started.done()
    with pytest.raises(StopIteration) as stop:
        next(started.__await__())
    assert stop.value.value == 3


def test_a_coroutine_that_waits_goes_on_in_a_task():
    async def main():
        event = asyncio.Event()
        started = concurrency.start(_after(event, 5))
        assert not started.done()
        event.set()
        return await started

    assert asyncio.run(main()) == 5


def test_a_failure_is_kept_until_it_is_awaited():
    async def main():
        started = concurrency.start(_failing(ValueError("boom")))
        with pytest.raises(ValueError, match="boom"):
            await started

    asyncio.run(main())


def test_context_variables_stay_inside_the_coroutine():
    async def set_and_wait(event):
        _variable.set("inside")
        await event.wait()
        return _variable.get()

    async def main():
        event = asyncio.Event()
        started = concurrency.start(set_and_wait(event))
        assert _variable.get() == "unset"
        event.set()
        return await started

    assert asyncio.run(main()) == "inside"


def test_gather_keeps_the_order_of_its_arguments():
    async def main():
        event = asyncio.Event()
        first = _after(event, 1)
        asyncio.get_running_loop().call_soon(event.set)
        return await concurrency.gather(first, _immediate(2), _immediate(3))

    assert asyncio.run(main()) == [1, 2, 3]


def test_gather_cancels_the_others_when_one_fails():
    cancelled = []

    async def wait_for_ever():
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    async def main():
        with pytest.raises(ValueError, match="boom"):
            await concurrency.gather(_failing(ValueError("boom")), wait_for_ever())
        return len(asyncio.all_tasks())

    assert asyncio.run(main()) == 1
    assert cancelled == [True]


def test_in_order_keeps_a_bounded_number_under_way():
    under_way, most = 0, 0

    async def work(index):
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        return index

    async def main():
        return [i async for i in concurrency.in_order((work(i) for i in range(20)), limit=lambda _: 3)]

    assert asyncio.run(main()) == list(range(20))
    assert most == 3


def test_in_order_starts_a_coroutine_only_when_it_has_a_place():
    under_way, most = set(), {}

    async def work(index):
        under_way.add(index)
        most[index] = len(under_way)
        await asyncio.sleep(0)
        return index

    async def main():
        async for index in concurrency.in_order((work(i) for i in range(9)), limit=lambda number: 1 + number // 3):
            under_way.remove(index)

    asyncio.run(main())
    assert all(most[index] <= 1 + index // 3 for index in range(9))
    assert set(most.values()) == {1, 2, 3}


def test_cancelling_cancels_what_is_under_way():
    started, cancelled = [], []

    async def work(index):
        started.append(index)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(index)
            raise

    async def main():
        async def consume():
            return [i async for i in concurrency.in_order((work(i) for i in range(9)), limit=lambda _: 4)]

        task = asyncio.create_task(consume())
        while len(started) < 4:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return len(asyncio.all_tasks())

    assert asyncio.run(main()) == 1
    assert sorted(cancelled) == [0, 1, 2, 3]
