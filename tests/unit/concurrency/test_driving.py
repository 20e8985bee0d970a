"""Computations that run in the thread that calls them."""

import asyncio
import contextvars
import gc
import threading
import weakref

import pytest

from tffsim.concurrency.cancellation import CancellationScope, current_scope
from tffsim.concurrency.driving import drive_in_caller


async def scope_of_call():
    return current_scope.get()


def test_a_call_inside_of_another_is_forgotten_when_it_has_ended():
    outer = CancellationScope()
    context = contextvars.copy_context()
    context.run(current_scope.set, outer)
    inner = weakref.ref(context.run(drive_in_caller, scope_of_call()))
    gc.collect()
    assert inner() is None
    outer.cancel()


def test_a_call_inside_of_another_is_cancelled_with_it():
    outer = CancellationScope()
    context = contextvars.copy_context()
    context.run(current_scope.set, outer)

    async def cancel_outer():
        outer.cancel()
        return current_scope.get().cancelled

    assert context.run(drive_in_caller, cancel_outer())


def test_an_interrupt_that_takes_the_next_step_of_a_task_away_still_ends_the_call():
    async def interrupted_in_the_loop():
        event = asyncio.Event()
        waiting = asyncio.ensure_future(event.wait())
        await asyncio.sleep(0)
        event.set()
        asyncio.get_running_loop()._ready.clear()  # As when the interrupt comes after the loop has taken the step.
        assert not waiting.done()
        raise KeyboardInterrupt

    def call():
        with pytest.raises(KeyboardInterrupt):
            drive_in_caller(interrupted_in_the_loop())
        ended.set()

    ended = threading.Event()
    threading.Thread(target=call, daemon=True).start()
    assert ended.wait(30)


def test_what_a_failed_coroutine_has_left_gets_a_turn_to_clean_up():
    steps = []

    async def cleans_up():
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            steps.append("cleaned up")

    async def fails():
        steps.append(asyncio.ensure_future(cleans_up()))
        await asyncio.sleep(0)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        drive_in_caller(fails())
    assert steps[1:] == ["cleaned up"]
