import _thread
import contextvars
import itertools
import sys
import threading

import pytest

from tffsim.concurrency.cancellation import CancellationScope, current_scope


def inside(scope, function):
    """Calls a function as a part of the invocation that has this scope."""
    context = contextvars.copy_context()
    context.run(current_scope.set, scope)
    return context.run(function)


def in_foreign_thread(function):
    """Calls a function in a thread that Python did not start, as TensorFlow's are."""
    done, results = threading.Event(), []

    def call():
        results.append(function())
        done.set()

    _thread.start_new_thread(call, ())
    assert done.wait(30)
    return results[0]


def cancellations_of(inner):
    calls = []
    inner.on_cancel_of_outer(lambda: calls.append("cancelled"))
    return calls


def test_a_cancelled_scope_aborts_what_is_registered_and_what_comes_later():
    scope, aborted = CancellationScope(), []
    scope.on_cancel(lambda: aborted.append("before"))
    forget = scope.on_cancel(lambda: aborted.append("forgotten"))
    forget()
    forget()
    scope.cancel()
    scope.on_cancel(lambda: aborted.append("after"))
    assert aborted == ["before", "after"] and scope.cancelled


def at_step(number, action):
    """Returns a profile function that acts at one of the steps of Python, as a signal does."""
    steps = itertools.count()

    def profile(*_):
        if next(steps) == number:
            sys.setprofile(None)
            action()

    return profile


@pytest.mark.parametrize("number", range(8))
def test_a_scope_may_be_cancelled_in_the_middle_of_registering_in_the_same_thread(number):
    scope, aborted, done = CancellationScope(), [], threading.Event()

    def register():
        sys.setprofile(at_step(number, scope.cancel))
        try:
            scope.on_cancel(lambda: aborted.append("aborted"))
        finally:
            sys.setprofile(None)
        scope.cancel()
        done.set()

    threading.Thread(target=register, daemon=True).start()
    assert done.wait(10)
    assert aborted == ["aborted"]


def test_an_inner_scope_is_cancelled_with_the_outer_and_not_the_other_way_round():
    outer = CancellationScope()
    inner = inside(outer, CancellationScope)
    calls = cancellations_of(inner)
    assert inner.is_nested and not outer.is_nested
    inner.cancel()
    assert not outer.cancelled and calls == []
    outer.cancel()
    assert calls == ["cancelled"]


def test_an_inner_scope_made_after_the_end_of_the_outer_is_cancelled_at_once():
    outer = CancellationScope()
    outer.cancel()
    assert cancellations_of(inside(outer, CancellationScope)) == ["cancelled"]


def test_a_scope_that_has_ended_no_longer_hears_of_the_outer():
    outer = CancellationScope()
    calls = []
    forget = inside(outer, CancellationScope).on_cancel_of_outer(lambda: calls.append("cancelled"))
    forget()
    outer.cancel()
    assert calls == []


def test_a_thread_of_python_is_inside_of_nothing():
    busy = CancellationScope()
    busy.on_cancel(int)
    made = []
    thread = threading.Thread(target=lambda: made.append(CancellationScope()))
    thread.start()
    thread.join()
    assert not made[0].is_nested


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_in_a_foreign_thread_a_scope_ends_with_the_last_one_that_may_wait_for_it(order):
    busy = [CancellationScope(), CancellationScope()]
    for scope in busy:
        scope.on_cancel(int)
    idle = CancellationScope()
    inner = in_foreign_thread(CancellationScope)
    calls = cancellations_of(inner)
    assert inner.is_nested
    busy[order[0]].cancel()
    assert calls == []
    busy[order[1]].cancel()
    assert calls == ["cancelled"] and not idle.cancelled


def test_in_a_foreign_thread_a_scope_does_not_wait_for_those_that_have_ended():
    ended, busy = CancellationScope(), CancellationScope()
    forget = ended.on_cancel(int)
    busy.on_cancel(int)
    calls = cancellations_of(in_foreign_thread(CancellationScope))
    forget()
    busy.cancel()
    assert calls == ["cancelled"]
