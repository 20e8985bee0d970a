"""Places and threads of the worker pool; calls here hold until an event lets them go."""

import asyncio
import contextvars
import gc
import logging
import threading
import weakref

import pytest

from tests.unit.fake_time import run_in_fake_time
from tffsim.concurrency import worker_pool
from tffsim.concurrency.cancellation import CancellationScope, current_scope
from tffsim.concurrency.worker_pool import WorkerPool

_BOUND_SECONDS = 30


class Held:
    """A call that says when it has started, and ends when it is told to."""

    def __init__(self):
        self.started, self.may_end = threading.Event(), threading.Event()

    def __call__(self):
        self.started.set()
        assert self.may_end.wait(_BOUND_SECONDS)
        return "held"

    def has_started(self):
        return self.started.wait(_BOUND_SECONDS)


@pytest.fixture
def holding():
    """Makes calls that hold; all of them end with the test."""
    made = []

    def make():
        made.append(Held())
        return made[-1]

    yield make
    for call in made:
        call.may_end.set()


def submit_in(scope, pool, function, *args):
    """Submits a call of the invocation that has this scope."""
    context = contextvars.copy_context()
    context.run(current_scope.set, scope)
    return context.run(pool.submit, function, *args)


def result(future):
    return future.result(_BOUND_SECONDS)


def test_a_call_returns_or_raises_in_its_future():
    pool = WorkerPool(1)
    assert result(pool.submit(divmod, 7, 2)) == (3, 1)
    assert isinstance(pool.submit(divmod, 7, 0).exception(_BOUND_SECONDS), ZeroDivisionError)


def test_a_call_runs_in_the_context_of_whoever_submitted_it():
    variable = contextvars.ContextVar("variable", default="outside")
    context = contextvars.copy_context()
    context.run(variable.set, "inside")
    assert result(context.run(WorkerPool(1).submit, variable.get)) == "inside"


@pytest.mark.parametrize("num_workers", [1, 2, 3])
def test_no_more_calls_run_at_a_time_than_there_are_workers(num_workers, holding):
    pool, scope = WorkerPool(num_workers), CancellationScope()
    calls = [holding() for _ in range(num_workers)]
    futures = [submit_in(scope, pool, call) for call in calls]
    order = []
    later = [submit_in(scope, pool, order.append, n) for n in range(4)]
    assert all(call.has_started() for call in calls)
    assert order == [] and not any(future.running() for future in later)
    calls[0].may_end.set()
    for future in later:
        result(future)
    assert order == [0, 1, 2, 3]
    assert [future.done() for future in futures] == [True] + [False] * (num_workers - 1)


def test_a_call_that_was_cancelled_in_time_never_runs(holding):
    pool, held, ran = WorkerPool(1), holding(), threading.Event()
    pool.submit(held)
    assert held.has_started()
    waiting = pool.submit(ran.set)
    assert waiting.cancel() and waiting.cancelled()
    held.may_end.set()
    result(pool.submit(int))
    assert not ran.is_set()


@pytest.mark.parametrize("num_workers", [1, 2])
def test_an_abandoned_call_gives_its_place_to_the_next_while_it_still_runs(num_workers, holding):
    pool = WorkerPool(num_workers)
    stuck = [holding() for _ in range(num_workers)]
    futures = [pool.submit(call) for call in stuck]
    assert all(call.has_started() for call in stuck)
    waiting = pool.submit(int)
    for future in futures:
        assert not future.cancel()
    assert result(waiting) == 0
    assert result(pool.submit(int)) == 0
    assert not any(future.done() for future in futures)


def test_a_call_abandoned_twice_gives_away_one_place(holding):
    pool, scope, stuck, held = WorkerPool(1), CancellationScope(), holding(), holding()
    future = submit_in(scope, pool, stuck)
    assert stuck.has_started()
    future.cancel()
    future.cancel()
    submit_in(scope, pool, held)
    assert held.has_started()
    third = submit_in(scope, pool, int)
    stuck.may_end.set()
    result(future)
    assert not third.running() and not third.done()
    held.may_end.set()
    assert result(third) == 0


def test_calls_of_a_cancelled_invocation_that_have_not_started_do_not_start(holding):
    pool, scope, stuck, ran = WorkerPool(1), CancellationScope(), holding(), threading.Event()
    future = submit_in(scope, pool, stuck)
    assert stuck.has_started()
    doomed = submit_in(scope, pool, ran.set)
    scope.cancel()
    future.cancel()
    assert result(pool.submit(int)) == 0
    assert doomed.cancelled() and not ran.is_set()


def test_the_number_of_abandoned_calls_is_bounded_and_the_bound_is_reported(monkeypatch, caplog, holding):
    monkeypatch.setattr(worker_pool, "_MAX_ABANDONED", 2)
    pool, scope = WorkerPool(1), CancellationScope()
    stuck = [holding() for _ in range(3)]
    with caplog.at_level(logging.WARNING, "tffsim"):
        futures = []
        for call in stuck:
            assert not caplog.records
            futures.append(submit_in(scope, pool, call))
            assert call.has_started()
            futures[-1].cancel()
    assert "3 calls that were stopped still run" in caplog.text and "Restart" in caplog.text
    waiting = submit_in(scope, pool, int)
    assert not waiting.running() and not waiting.done()
    stuck[2].may_end.set()
    assert result(waiting) == 0


def test_threads_come_back_after_abandoned_calls_have_ended(holding):
    pool = WorkerPool(1)
    before = set(threading.enumerate())

    def own_threads():
        return [t for t in threading.enumerate() if t not in before]

    for _ in range(5):
        stuck = holding()
        future = pool.submit(stuck)
        assert stuck.has_started()
        future.cancel()
        assert result(pool.submit(int)) == 0
        stuck.may_end.set()
        result(future)
    for thread in own_threads()[2:]:
        thread.join(_BOUND_SECONDS)
    assert len(own_threads()) <= 2
    assert all(thread.daemon for thread in own_threads())


@pytest.mark.parametrize("num_workers", [1, 2, 3])
@pytest.mark.parametrize("depth", [1, 2, 5])
def test_calls_inside_of_calls_end_at_any_depth(num_workers, depth):
    pool = WorkerPool(num_workers)

    def nested(level):
        if level == 0:
            return 0
        inner = [submit_in(CancellationScope(), pool, nested, level - 1) for _ in range(2)]
        return 1 + max(result(future) for future in inner)

    assert [result(f) for f in [pool.submit(nested, depth) for _ in range(num_workers + 1)]] == [depth] * (
        num_workers + 1
    )


def test_a_call_that_waits_for_one_inside_lends_its_place_once(holding):
    pool, inner_scope = WorkerPool(1), CancellationScope()
    first, second = holding(), holding()

    def outer():
        futures = [submit_in(inner_scope, pool, call) for call in (first, second)]
        return [result(future) for future in futures]

    future = pool.submit(outer)
    assert first.has_started()
    assert not second.started.is_set()
    first.may_end.set()
    assert second.has_started()
    second.may_end.set()
    assert result(future) == ["held", "held"]


def test_an_invocation_that_waits_long_for_its_first_place_gets_one():
    """The call that runs may wait for it, by ways that nobody sees."""
    pool, other, hidden = WorkerPool(1), CancellationScope(), threading.Event()

    async def ask_from_another_thread():
        waiting = submit_in(other, pool, hidden.set)
        await asyncio.wrap_future(waiting)

    def outer():
        thread = threading.Thread(target=run_in_fake_time, args=(ask_from_another_thread(),))
        thread.start()
        return hidden.wait(_BOUND_SECONDS)

    assert result(submit_in(CancellationScope(), pool, outer))


def test_an_invocation_with_a_call_under_way_waits_for_its_next_place(holding):
    pool, scope, held = WorkerPool(1), CancellationScope(), holding()

    async def submit_and_wait():
        submit_in(scope, pool, held)
        second = submit_in(scope, pool, int)
        for _ in range(5):
            await asyncio.sleep(3600)
            assert not second.running() and not second.done()
        held.may_end.set()
        return await asyncio.wrap_future(second)

    assert run_in_fake_time(submit_and_wait()) == 0


def test_a_failed_call_keeps_its_arguments_no_longer_than_its_error():
    class Argument:
        pass

    argument, is_gone = Argument(), threading.Event()
    weakref.finalize(argument, is_gone.set)
    gc.disable()
    try:
        future = WorkerPool(1).submit(divmod, argument, 1)
        del argument
        assert isinstance(future.exception(_BOUND_SECONDS), TypeError)
        del future
        assert is_gone.wait(_BOUND_SECONDS)
    finally:
        gc.enable()
