"""Coroutines that run on a thread with a loop of its own."""

import asyncio
import concurrent.futures
import contextvars
import threading

import pytest

from tffsim.concurrency import event_loop_thread
from tffsim.concurrency.cancellation import CancellationScope, current_scope
from tffsim.concurrency.event_loop_thread import RunningInvocation

_LONG = 60  # A test that waits that long has failed.

_name = contextvars.ContextVar("_name", default="nobody")


def started(coroutine):
    running = RunningInvocation(coroutine)
    running.start()
    return running


async def current_thread():
    return threading.get_ident()


def test_it_returns_what_the_coroutine_returns_from_another_thread():
    running = started(current_thread())
    assert running.future.result(_LONG) != threading.get_ident()
    assert running.wait(_LONG) and running.has_ended


def test_it_raises_what_the_coroutine_raises():
    async def fail():
        raise ZeroDivisionError("by nobody")

    with pytest.raises(ZeroDivisionError, match="by nobody"):
        started(fail()).future.result(_LONG)


def test_it_sees_the_context_of_the_caller_and_does_not_change_it():
    async def rename():
        before = _name.get()
        _name.set("the coroutine")
        return before

    _name.set("the caller")
    assert started(rename()).future.result(_LONG) == "the caller"
    assert _name.get() == "the caller"


def test_it_works_where_a_loop_runs_already():
    async def main():
        return await asyncio.wrap_future(started(current_thread()).future)

    assert asyncio.run(main()) != threading.get_ident()


def test_a_thread_is_used_again():
    first = started(current_thread()).future.result(_LONG)
    assert first in {started(current_thread()).future.result(_LONG) for _ in range(event_loop_thread._MAX_IDLE_THREADS)}


def test_an_invocation_within_another_has_a_thread_of_its_own():
    async def outer():
        inner = started(current_thread())
        assert inner.wait(_LONG)  # It does not wait for the loop that waits for it.
        return threading.get_ident(), inner.future.result(0)

    assert len(set(started(outer()).future.result(_LONG))) == 2


def test_more_threads_than_are_kept_end():
    is_open = threading.Event()

    async def wait():
        assert await asyncio.to_thread(is_open.wait, _LONG)

    all_running = [started(wait()) for _ in range(event_loop_thread._MAX_IDLE_THREADS + 3)]
    is_open.set()
    for running in all_running:
        running.future.result(_LONG)
    assert len(event_loop_thread._idle) <= event_loop_thread._MAX_IDLE_THREADS


@pytest.mark.parametrize("is_cancelled_by", ["itself", "the scope around it"])
def test_a_cancelled_coroutine_ends_as_cancelled(is_cancelled_by):
    has_begun, has_ended = threading.Event(), threading.Event()

    async def endless():
        has_begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            has_ended.set()

    outer = CancellationScope()
    token = current_scope.set(outer)
    running = started(endless())
    current_scope.reset(token)
    assert has_begun.wait(_LONG) and not running.wait(0)
    (running if is_cancelled_by == "itself" else outer).cancel()
    with pytest.raises(concurrent.futures.CancelledError):
        running.future.result(_LONG)
    assert has_ended.is_set()


def test_what_was_cancelled_before_its_start_never_begins():
    begun = []

    async def begin():
        begun.append(True)

    running = RunningInvocation(begin())
    running.cancel()
    with pytest.raises(concurrent.futures.CancelledError):
        running.future.result(0)
    assert running.has_ended and begun == []


def test_who_waits_for_the_future_cannot_cancel_it():
    running = RunningInvocation(current_thread())
    assert not running.future.cancel()
    running.start()
    assert running.future.result(_LONG)
