import asyncio
import gc
import weakref

import pytest

from tffsim.concurrency.deferred import Deferred


def test_work_runs_once_however_often_it_is_asked_for():
    calls = []

    async def work(x):
        calls.append(x)
        return x + 1

    async def main():
        deferred = Deferred(work, 1)
        return await deferred.get(), await deferred.get()

    assert asyncio.run(main()) == (2, 2)
    assert calls == [1]


def test_work_that_nobody_asks_for_never_runs():
    calls = []

    async def work():
        calls.append(1)

    Deferred(work)
    assert calls == []


def test_concurrent_requests_share_one_run():
    calls = []

    async def work():
        calls.append(1)
        await asyncio.sleep(0)
        return 7

    async def main():
        deferred = Deferred(work)
        return await asyncio.gather(*(deferred.get() for _ in range(5)))

    assert asyncio.run(main()) == [7] * 5
    assert calls == [1]


def test_every_request_sees_the_failure():
    async def work():
        raise ValueError("boom")

    async def main():
        deferred = Deferred(work)
        for _ in range(2):
            with pytest.raises(ValueError, match="boom"):
                await deferred.get()

    asyncio.run(main())


def test_inputs_are_freed_as_soon_as_the_work_is_done():
    class Payload:
        pass

    async def work(payload):
        return 1

    payload = Payload()
    alive = weakref.ref(payload)
    deferred = Deferred(work, payload)
    del payload
    asyncio.run(deferred.get())
    gc.collect()
    assert alive() is None


def test_a_long_chain_does_not_exhaust_the_stack():
    async def first():
        return 0

    async def add_one(before):
        return await before.get() + 1

    deferred = Deferred(first)
    for _ in range(3000):
        deferred = Deferred(add_one, deferred)
    assert asyncio.run(deferred.get()) == 3000


def test_claimed_work_is_done_by_who_claims_it():
    async def work():
        raise AssertionError("It was claimed.")

    async def main():
        deferred = Deferred(work)
        deferred.claim()
        waiting = [asyncio.create_task(deferred.get()) for _ in range(3)]
        await asyncio.sleep(0)
        deferred.settle(7)
        return await asyncio.gather(*waiting, deferred.get())

    assert asyncio.run(main()) == [7] * 4


def test_claimed_work_that_is_given_back_is_done_once_by_those_who_wait():
    calls = []

    async def work(x):
        calls.append(x)
        await asyncio.sleep(0)
        return x + 1

    async def main():
        deferred = Deferred(work, 1)
        deferred.claim()
        waiting = [asyncio.create_task(deferred.get()) for _ in range(3)]
        await asyncio.sleep(0)
        deferred.release()
        return await asyncio.gather(*waiting, deferred.get())

    assert asyncio.run(main()) == [2] * 4
    assert calls == [1]


def test_who_waits_for_claimed_work_need_not_do_it():
    async def work():
        raise AssertionError("Nobody asked for it.")

    async def main():
        deferred = Deferred(work)
        deferred.claim()
        waiting = asyncio.create_task(deferred.unclaimed())
        await asyncio.sleep(0)
        assert not waiting.done()
        deferred.release()
        await waiting
        return deferred.is_untouched

    assert asyncio.run(main())
