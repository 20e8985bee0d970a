"""One group at a time works for a worker."""

import asyncio

from tffsim.remote.turnstile import Turnstile


def run(*groups, cancelled=()):
    """Returns the order in which work of these groups begins and ends; each takes one step of the loop."""
    log = []

    async def work(turnstile, group, number):
        async with turnstile.turn(group):
            log.append(f"{group}{number}+")
            await asyncio.sleep(0)
            log.append(f"{group}{number}-")

    async def main():
        turnstile = Turnstile()
        tasks = [asyncio.create_task(work(turnstile, group, number)) for number, group in enumerate(groups)]
        await asyncio.sleep(0)
        for number in cancelled:
            tasks[number].cancel()
        await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 10)

    asyncio.run(main())
    return log


def test_groups_take_turns_in_the_order_in_which_they_come():
    assert run("a", "b", "c") == ["a0+", "a0-", "b1+", "b1-", "c2+", "c2-"]


def test_work_of_one_group_goes_together():
    assert run("a", "b", "a") == ["a0+", "a2+", "a0-", "a2-", "b1+", "b1-"]
    assert run("a", "b", "c", "b")[2:6] == ["b1+", "b3+", "b1-", "b3-"]


def test_who_is_cancelled_while_waiting_lets_others_in():
    assert run("a", "b", "c", cancelled=[1]) == ["a0+", "a0-", "c2+", "c2-"]


def test_who_is_cancelled_inside_lets_others_in():
    assert run("a", "b", cancelled=[0]) == ["a0+", "b1+", "b1-"]
