"""Stopping a computation: quickly, completely, and without harm to the next one."""

import _thread
import asyncio
import concurrent.futures
import gc
import os
import threading
import time
import weakref

import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tffsim.concurrency import event_loop_thread
from tffsim.concurrency.deferred import Deferred
from tffsim.concurrency.event_loop_thread import RunningInvocation

_BOUND_SECONDS = 30
_PACKAGE = os.path.dirname(tff.__file__)


def _endless(started):
    announced = tf.py_function(lambda: started.set() or 0, [], tf.int64)
    announced.set_shape([])
    # If nothing cancels it, a test shall fail and not hang.
    end = tf.timestamp() + 2.0 * _BOUND_SECONDS
    return tf.while_loop(lambda i: (i >= 0) & (tf.timestamp() < end), lambda i: i * 1, [announced])[0]


@pytest.fixture
def started():
    """Set by the computations below as soon as TensorFlow runs them."""
    return threading.Event()


@pytest.fixture
def forever(started):
    """A computation that ends only when it is cancelled."""

    @tff.tf_computation
    def loop():
        return _endless(started)

    return loop


@pytest.fixture
def forever_at_clients(started):
    loop = tff.tf_computation(lambda x: _endless(started), np.int32)
    return tff.federated_computation(
        lambda values: tff.federated_sum(tff.federated_map(loop, values)), tff.FederatedType(np.int32, tff.CLIENTS)
    )


def double(x):
    return tff.tf_computation(lambda v: 2 * v, np.int32)(x)


def _when(event, action):
    def wait_and_act():
        assert event.wait(_BOUND_SECONDS)
        action()

    threading.Thread(target=wait_and_act, daemon=True).start()


def _running_tasks():
    gc.collect()
    tasks = [task for task in gc.get_objects() if isinstance(task, asyncio.Task) and not task.done()]
    return [task for task in tasks if task not in _tasks_of_others and _is_ours(task.get_coro())]


def _is_ours(coroutine):
    """Whether a task runs code of tffsim; the loops of other libraries make tasks at any time."""
    code = getattr(coroutine, "cr_code", None)
    if code is None:
        return type(coroutine).__module__.startswith("tffsim.")
    # Not every path with "tffsim" in it: the libraries of an environment in a folder of that name are others.
    return code.co_filename.startswith(_PACKAGE)


_tasks_of_others = weakref.WeakSet()


@pytest.fixture(autouse=True)
def others():
    """Tests that ran before in this process may have left tasks."""
    _tasks_of_others.update(_running_tasks())


def _all_ends(num_others=0):
    """Whether no task is left in the end; a call waits for its tasks, but not for long."""
    end = time.monotonic() + _BOUND_SECONDS
    while len(_running_tasks()) > num_others and time.monotonic() < end:
        time.sleep(0.01)
    return len(_running_tasks()) <= num_others


@pytest.mark.parametrize("factory", [tff.local_executor_factory, lambda: tff.local_executor_factory(max_fanout=2)])
def test_an_interrupt_stops_everything_and_the_next_call_works(forever_at_clients, started, factory):
    with tff.use(factory()):
        for _ in range(2):
            started.clear()
            _when(started, _thread.interrupt_main)
            with pytest.raises(KeyboardInterrupt):
                forever_at_clients([0] * 6)
            assert _all_ends()
            assert double(4) == 8


@pytest.mark.parametrize("is_started", [True, False])
def test_an_interrupt_in_the_moment_of_the_start_stops_everything_too(
    monkeypatch, forever_at_clients, started, is_started
):
    start = RunningInvocation.start

    def interrupted_start(running):
        monkeypatch.undo()
        if is_started:
            start(running)
            assert started.wait(_BOUND_SECONDS)
        raise KeyboardInterrupt

    monkeypatch.setattr(RunningInvocation, "start", interrupted_start)
    with tff.use(tff.local_executor_factory()):
        with pytest.raises(KeyboardInterrupt):
            forever_at_clients([0] * 6)
        assert _all_ends()
        assert double(4) == 8


def _loop_threads():
    return {thread for thread in threading.enumerate() if thread.name == "tffsim-invocation"}


@pytest.mark.parametrize("is_started", [True, False])
def test_cancelled_invocations_give_their_threads_back(monkeypatch, is_started):
    borrow = event_loop_thread._borrow

    def borrow_and_be_interrupted():
        thread = borrow()
        schedule = thread.loop.call_soon_threadsafe

        def interrupt(*_):
            thread.loop.call_soon_threadsafe = schedule
            raise KeyboardInterrupt

        thread.loop.call_soon_threadsafe = interrupt
        return thread

    if not is_started:
        monkeypatch.setattr(event_loop_thread, "_borrow", borrow_and_be_interrupted)
    before = _loop_threads()
    for _ in range(20):
        waiting = threading.Event()

        async def wait_for_ever(waiting=waiting):
            waiting.set()
            await asyncio.Event().wait()

        running = RunningInvocation(wait_for_ever())
        if is_started:
            running.start()
            assert waiting.wait(_BOUND_SECONDS)
        else:
            with pytest.raises(KeyboardInterrupt):
                running.start()
        running.cancel()
        with pytest.raises(concurrent.futures.CancelledError):
            running.future.result(_BOUND_SECONDS)
    assert len(_loop_threads() - before) <= 1


def test_a_timeout_stops_the_computation_and_says_so(forever):
    factory = tff.local_executor_factory()
    context = tff.SyncExecutionContext(factory, timeout=0.2)
    with pytest.raises(TimeoutError, match=r"`loop` took longer than 0.2 s and was cancelled.*`timeout`"):
        context.invoke(forever, None)
    assert _all_ends()
    patient = tff.SyncExecutionContext(factory)
    assert patient.invoke(tff.tf_computation(lambda: 3), None) == 3


def test_a_timeout_stops_a_computation_that_is_awaited(forever):
    context = tff.AsyncExecutionContext(tff.local_executor_factory(), timeout=0.2)
    with pytest.raises(TimeoutError, match=r"`loop` took longer than 0.2 s and was cancelled.*`timeout`"):
        asyncio.run(context.invoke(forever, None))


def test_a_timeout_stops_a_computation_on_the_debug_stack_too(forever):
    factory = tff.debug_executor_factory()
    context = tff.SyncExecutionContext(factory, timeout=0.2)
    with pytest.raises(TimeoutError, match=r"`loop` took longer than 0.2 s and was cancelled.*`timeout`"):
        context.invoke(forever, None)
    assert context.invoke(tff.tf_computation(lambda: 3), None) == 3


def test_cancelling_the_awaiting_task_stops_the_computation(forever, started):
    async def main():
        task = asyncio.ensure_future(forever())
        assert await asyncio.to_thread(started.wait, _BOUND_SECONDS)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return await tff.tf_computation(lambda: 3)()

    with tff.use(tff.AsyncExecutionContext(tff.local_executor_factory())):
        assert asyncio.run(main()) == 3
    assert _all_ends()


def test_a_cancelled_task_leaves_no_error_behind_that_asyncio_reports(forever, started, caplog):
    async def main():
        task = asyncio.ensure_future(forever())
        assert await asyncio.to_thread(started.wait, _BOUND_SECONDS)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        # The loop still runs when the computation has ended, and hears how.
        assert await asyncio.to_thread(_all_ends, 1)
        await asyncio.sleep(0)
        del task
        gc.collect()

    with tff.use(tff.AsyncExecutionContext(tff.local_executor_factory())):
        asyncio.run(main())
    gc.collect()
    assert [record.message for record in caplog.records if record.name == "asyncio"] == []


def test_one_interrupted_call_leaves_those_of_other_threads_alone(forever, started):
    """The stack is shared, the cancellation is not."""
    results = []
    slow = tff.federated_computation(lambda values: tff.federated_sum(values), tff.FederatedType(np.int32, tff.CLIENTS))

    def others():
        assert started.wait(_BOUND_SECONDS)
        results.extend(slow([1, 2, 3]) for _ in range(50))

    thread = threading.Thread(target=others)
    thread.start()
    _when(started, _thread.interrupt_main)
    with pytest.raises(KeyboardInterrupt):
        forever()
    thread.join(_BOUND_SECONDS)
    assert results == [6] * 50


def test_no_work_is_left_behind_after_a_failure():
    of_others = [d for d in gc.get_objects() if isinstance(d, Deferred)]
    known = set(map(id, of_others))

    @tff.tf_computation(np.int32)
    def checked(x):
        with tf.control_dependencies([tf.debugging.assert_positive(x)]):
            return tf.identity(x)

    total = tff.federated_computation(
        lambda values: tff.federated_sum(tff.federated_map(checked, values)), tff.FederatedType(np.int32, tff.CLIENTS)
    )
    with pytest.raises(tff.ExecutionError):
        total([1] * 5 + [-1] + [1] * 30)
    assert _all_ends()
    gc.collect()
    assert not [d for d in gc.get_objects() if isinstance(d, Deferred) and id(d) not in known]
