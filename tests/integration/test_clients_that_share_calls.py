"""Short clients share calls; long ones run by themselves, on all processors. No test looks at a clock."""

import asyncio
import collections
import itertools
import pathlib
import threading
import weakref

import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tffsim.concurrency.call_duration import LONG_SECONDS, CallDuration
from tffsim.external_runtime.tensorflow.functions.block_function import BlockFunction
from tffsim.external_runtime.tensorflow.functions.tensorflow_function import TensorFlowFunction

_BOUND_SECONDS = 30
_SHORT, _LONG = 0.01 * LONG_SECONDS, 3 * LONG_SECONDS

_half = tff.tf_computation(lambda x: x / 2, np.float32)
_total = tff.federated_computation(
    lambda x: tff.federated_sum(tff.federated_map(_half, x)), tff.FederatedType(np.float32, tff.CLIENTS)
)


@pytest.fixture
def calls(monkeypatch):
    """Counts clients whose function is called by itself, those that share calls, and those that are one call each."""
    counted = collections.Counter()
    call_function, call_block, build_block = TensorFlowFunction.__call__, BlockFunction.__call__, BlockFunction.__init__

    def counted_function(function, *arguments):
        counted["function"] += 1
        return call_function(function, *arguments)

    def counted_block(function, *arguments):
        counted["whole" if sizes[function] == 1 else "shared"] += sizes[function]
        return call_block(function, *arguments)

    def built_block(function, block, *arguments):
        sizes[function] = block.num_clients
        build_block(function, block, *arguments)

    sizes = weakref.WeakKeyDictionary()
    monkeypatch.setattr(TensorFlowFunction, "__call__", counted_function)
    monkeypatch.setattr(BlockFunction, "__call__", counted_block)
    monkeypatch.setattr(BlockFunction, "__init__", built_block)
    return counted


def _take(monkeypatch, *seconds):
    """Calls seem to take so long, those of each function in turn."""
    durations, record = collections.defaultdict(lambda: itertools.cycle(seconds)), CallDuration.record
    monkeypatch.setattr(CallDuration, "record", lambda self, *_, **__: record(self, next(durations[id(self)])))


@pytest.fixture
def context():
    return tff.SyncExecutionContext(tff.local_executor_factory(max_fanout=1000))


def _round(context):
    assert context.invoke(_total, [np.float32(1)] * 128) == 64


def test_short_clients_share_calls_from_the_second_round_on(calls, context, monkeypatch):
    _take(monkeypatch, _SHORT)
    _round(context)
    assert calls == {"function": 128}  # What shares calls takes longer to build than so few clients.
    calls.clear()
    _round(context)
    assert calls == {"shared": 128}


@pytest.mark.parametrize("max_fanout", [1000, 100], ids=["flat", "tree"])
def test_many_short_clients_share_calls_in_the_first_round(calls, max_fanout, monkeypatch):
    _take(monkeypatch, _SHORT)
    context = tff.SyncExecutionContext(tff.local_executor_factory(max_fanout=max_fanout))
    assert context.invoke(_total, [np.float32(1)] * 512) == 256
    assert calls["shared"] >= 256
    assert calls["function"] + calls["shared"] == 512


def test_long_clients_run_by_themselves(calls, context, monkeypatch):
    _take(monkeypatch, _LONG)
    for _ in range(3):
        _round(context)
    assert not calls["shared"]
    assert calls["function"] + calls["whole"] == 3 * 128


def test_empty_clients_among_long_ones_change_nothing(calls, context, monkeypatch):
    _take(monkeypatch, 0.0, _LONG, _LONG, _LONG)
    for _ in range(3):
        _round(context)
    assert not calls["shared"]
    assert calls["function"] + calls["whole"] == 3 * 128


def test_once_clients_are_known_to_be_long_all_that_one_does_is_one_call(calls, context, monkeypatch):
    _take(monkeypatch, _LONG)
    _round(context)
    calls.clear()
    _round(context)
    assert calls == {"whole": 128}


def test_long_clients_use_all_workers_one_by_one(context, calls, monkeypatch):
    _take(monkeypatch, _LONG)
    _round(context)
    together = threading.Barrier(2)  # Broken, if nobody comes: a test shall fail and not hang.
    call = BlockFunction.__call__

    def with_another(function, *arguments):
        together.wait(_BOUND_SECONDS)
        return call(function, *arguments)

    monkeypatch.setattr(BlockFunction, "__call__", with_another)
    two_workers = tff.SyncExecutionContext(tff.local_executor_factory(max_concurrent_computation_calls=2))
    _round(two_workers)
    calls.clear()
    _round(two_workers)
    assert calls == {"whole": 128}


def test_a_worker_has_a_client_to_go_on_with_while_the_first_client_is_waited_for(monkeypatch):
    """With two workers and a first client that waits for the others, the other worker runs two more."""
    others_ran = threading.Semaphore(0)

    def waiting(x):
        if x == 0:
            return x + sum(not others_ran.acquire(timeout=_BOUND_SECONDS) for _ in range(3))
        others_ran.release()
        return x

    @tff.tf_computation(np.float32)
    def identity(x):
        return tf.ensure_shape(tf.numpy_function(waiting, [x], tf.float32), [])

    context = tff.SyncExecutionContext(tff.local_executor_factory(max_concurrent_computation_calls=2))
    assert context.invoke(_sum_of(identity), [np.float32(k) for k in range(6)]) == 15


def test_a_long_client_that_fails_is_named_with_the_line_of_its_function(calls, context, monkeypatch):
    _take(monkeypatch, _LONG)
    total = _sum_of(_refusing)
    context.invoke(total, [np.float32(1)] * 128)
    calls.clear()
    with pytest.raises(tff.ExecutionError, match=r"client 77 \(of 128\)") as failure:
        context.invoke(total, [np.float32(99) if k == 77 else np.float32(1) for k in range(128)])
    assert calls["whole"] > 0
    assert f"{pathlib.Path(__file__).name}:{_line_that_fails()}" in str(failure.value)


def test_a_nan_of_a_long_client_is_told_with_its_client(calls, context, monkeypatch):
    _take(monkeypatch, _LONG)
    _round(context)
    calls.clear()
    with pytest.warns(UserWarning, match=r"client 53 \(of 128\)"):
        context.invoke(_total, [np.float32(np.nan) if k == 53 else np.float32(1) for k in range(128)])
    assert calls == {"whole": 128}


def test_long_clients_that_are_one_call_each_can_be_stopped(calls, monkeypatch):
    _take(monkeypatch, _LONG)
    total, is_running = _sum_of(_counted_to), threading.Event()

    async def rounds():
        context = tff.AsyncExecutionContext(tff.local_executor_factory(max_fanout=1000))
        for _ in range(2):
            await context.invoke(total, [np.float32(1)] * 128)
        assert calls["whole"] > 0
        call = BlockFunction.__call__
        monkeypatch.setattr(BlockFunction, "__call__", lambda *args: is_running.set() or call(*args))
        running = asyncio.create_task(context.invoke(total, [np.float32(1e8)] * 128))
        assert await asyncio.to_thread(is_running.wait, _BOUND_SECONDS)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(running, _BOUND_SECONDS)
        return await context.invoke(total, [np.float32(1)] * 128)

    assert asyncio.run(rounds()) == 128


def test_a_few_interrupted_calls_make_no_client_long(calls, context, monkeypatch):
    _take(monkeypatch, *[_SHORT] * 6, 1000 * _LONG)
    for _ in range(2):
        _round(context)
    assert calls == {"function": 128, "shared": 128}


def test_clients_that_become_long_run_by_themselves_and_share_calls_again_when_they_are_short(
    calls, context, monkeypatch
):
    with monkeypatch.context() as patch:
        _take(patch, _SHORT)
        for _ in range(2):
            _round(context)
    with monkeypatch.context() as patch:
        _take(patch, 32 * _LONG)
        for _ in range(2):  # Calls that begin a fold are fewer than those that go on with it, and teach later.
            _round(context)
        calls.clear()
        _round(context)
        assert not calls["shared"]
        assert calls["function"] + calls["whole"] == 128
    _take(monkeypatch, _SHORT)
    for _ in range(20):
        _round(context)
    calls.clear()
    _round(context)
    assert calls["shared"] > 0


@tff.tf_computation(np.float32)
def _counted_down(x):
    # If nothing cancels it, a test shall fail and not hang.
    end = tf.timestamp() + 2.0 * _BOUND_SECONDS
    return tf.while_loop(lambda left: (left > 0) & (tf.timestamp() < end), lambda left: left - 1, [x])[0]


@tff.tf_computation(np.float32)
def _counted_to(x):
    # With 10 ** 8 it takes minutes, but not for ever. Counting in floats would end at 2 ** 24.
    return tf.cast(tf.while_loop(lambda k: k < tf.cast(x, tf.int32), lambda k: k + 1, [0])[0], tf.float32)


@tff.tf_computation(np.float32)
def _refusing(x):
    tf.debugging.assert_less(x, 90.0)  # The line that fails.
    return x


def _line_that_fails():
    lines = pathlib.Path(__file__).read_text().splitlines()
    return next(number for number, text in enumerate(lines, 1) if "# The line that fails." in text)


def _sum_of(function):
    return tff.federated_computation(
        lambda x: tff.federated_sum(tff.federated_map(function, x)), tff.FederatedType(np.float32, tff.CLIENTS)
    )


def test_a_client_that_fails_among_others_is_named_with_the_line_of_its_function(calls, context, monkeypatch):
    _take(monkeypatch, _SHORT)
    total = _sum_of(_refusing)
    for _ in range(2):
        context.invoke(total, [np.float32(1)] * 128)
    calls.clear()
    with pytest.raises(tff.ExecutionError) as failure:
        context.invoke(total, [np.float32(99) if k == 77 else np.float32(1) for k in range(128)])
    assert calls["shared"] > 0
    assert "client 77 (of 128)" in str(failure.value)
    assert f"{pathlib.Path(__file__).name}:{_line_that_fails()}" in str(failure.value)


def test_clients_that_share_a_call_are_stopped_together(calls, monkeypatch):
    _take(monkeypatch, _SHORT)
    total, is_running = _sum_of(_counted_down), threading.Event()

    async def rounds():
        context = tff.AsyncExecutionContext(tff.local_executor_factory(max_fanout=1000))
        for _ in range(2):
            await context.invoke(total, [np.float32(1)] * 128)
        block = BlockFunction.__call__
        monkeypatch.setattr(BlockFunction, "__call__", lambda *args: is_running.set() or block(*args))
        endless = [np.float32(np.inf) if k == 77 else np.float32(1) for k in range(128)]
        running = asyncio.create_task(context.invoke(total, endless))
        assert await asyncio.to_thread(is_running.wait, _BOUND_SECONDS)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(running, _BOUND_SECONDS)
        return await context.invoke(total, [np.float32(1)] * 128)

    assert asyncio.run(rounds()) == 0
