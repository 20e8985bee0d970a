"""A loop that another thread may use while its own thread rests."""

import asyncio
import contextvars
import threading

import pytest

from tffsim.concurrency.lendable_loop import LendableLoop

HERE = threading.get_ident


@pytest.fixture
def loop():
    made = LendableLoop("tests")
    yield made
    made.stop()
    made.join()


async def resting(loop):
    """Waits until the thread of a loop has nothing to do."""
    while not loop.loop.at_work.acquire(blocking=False):
        await asyncio.sleep(0)
    loop.loop.at_work.release()


async def where():
    return HERE(), asyncio.get_running_loop()


def run(loop, *coroutines):
    """Runs coroutines one after the other, where they are short."""

    async def main():
        results = []
        for coroutine in coroutines:
            await resting(loop)
            results.append(await loop.run_here(coroutine))
        return results

    return asyncio.run(main())


def test_what_is_short_runs_in_the_calling_thread_and_in_the_loop(loop):
    assert run(loop, where(), where()) == [(HERE(), loop.loop)] * 2


def test_other_work_runs_in_the_thread_of_the_loop(loop):
    thread, running = asyncio.run(loop.run(where()))
    assert thread != HERE() and running is loop.loop


def test_the_caller_is_in_its_own_loop_afterwards(loop):
    async def main():
        await resting(loop)
        await loop.run_here(where())
        return asyncio.get_running_loop()

    assert asyncio.run(main()) is not loop.loop


def test_what_has_to_wait_goes_on_in_the_thread_of_the_loop(loop):
    async def waiting():
        before = await where()
        await asyncio.sleep(0.001)
        return before, await where()

    [(before, after)] = run(loop, waiting())
    assert before == (HERE(), loop.loop)
    assert after[0] != HERE() and after[1] is loop.loop


def test_what_waits_in_the_loop_hears_at_once_what_happens_in_another_thread(loop):
    async def main():
        await resting(loop)
        news = await loop.run_here(future())
        waiting = asyncio.create_task(loop.run(result_of(news)))
        await asyncio.sleep(0)
        await resting(loop)
        # The loop itself lends, also where something waits.
        loop.loop.start_here(tell(news))
        return await asyncio.wait_for(waiting, 60)

    async def future():
        return asyncio.get_running_loop().create_future()

    async def result_of(news):
        return await news

    async def tell(news):
        news.set_result("heard")

    assert asyncio.run(main()) == "heard"


def test_nothing_overtakes_what_was_asked_before(loop):
    begun, may_end, order = threading.Event(), threading.Event(), []

    async def long():
        begun.set()
        may_end.wait(60)
        order.append("long")

    async def short():
        order.append("short")
        return HERE()

    async def main():
        first = asyncio.create_task(loop.run(long()))
        await asyncio.sleep(0)
        second = asyncio.create_task(loop.run_here(short()))
        await asyncio.sleep(0)
        may_end.set()
        await first
        return await second

    assert asyncio.run(main()) != HERE() and order == ["long", "short"]


def test_a_loop_whose_thread_works_is_not_lent(loop):
    begun, may_end = threading.Event(), threading.Event()

    def block():
        begun.set()
        may_end.wait(60)

    loop.loop.call_soon_threadsafe(block)
    assert begun.wait(60)
    coroutine = where()
    assert loop.loop.start_here(coroutine) is None
    coroutine.close()
    may_end.set()


def test_an_error_comes_to_the_caller_and_the_loop_can_be_lent_again(loop):
    async def failing():
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        run(loop, failing())
    assert run(loop, where()) == [(HERE(), loop.loop)]


def test_cancelling_the_caller_cancels_what_waits(loop):
    ended = threading.Event()

    async def waiting():
        try:
            await asyncio.sleep(3600)
        finally:
            ended.set()

    async def main():
        await resting(loop)
        task = asyncio.create_task(loop.run_here(waiting()))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert ended.wait(60)


def test_context_variables_that_are_set_stay_inside(loop):
    variable = contextvars.ContextVar("variable", default="outside")

    async def setting():
        variable.set("inside")

    async def main():
        await resting(loop)
        await loop.run_here(setting())
        return variable.get()

    assert asyncio.run(main()) == "outside"


def test_a_loop_that_is_debugged_lets_no_other_thread_in(loop):
    loop.loop.set_debug(True)
    ((thread, _),) = asyncio.run(only(loop.run_here(where())))
    assert thread != HERE()


async def only(awaitable):
    return [await awaitable]
