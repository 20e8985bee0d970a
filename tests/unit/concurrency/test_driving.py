"""Computations that run in the thread that calls them."""

import contextvars
import gc
import weakref

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
