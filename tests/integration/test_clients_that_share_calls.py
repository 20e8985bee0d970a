"""Short clients share calls; long ones run by themselves, on all processors. No test looks at a clock."""

import asyncio
import collections
import itertools
import pathlib
import threading

import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tffsim.executors.block_function import BlockFunction
from tffsim.executors.call_duration import LONG_SECONDS, CallDuration
from tffsim.executors.tensorflow_function import TensorFlowFunction

_BOUND_SECONDS = 30
_SHORT, _LONG = 0.01 * LONG_SECONDS, 3 * LONG_SECONDS

_half = tff.tf_computation(lambda x: x / 2, np.float32)
_total = tff.federated_computation(
    lambda x: tff.federated_sum(tff.federated_map(_half, x)), tff.FederatedType(np.float32, tff.CLIENTS)
)


@pytest.fixture
def calls(monkeypatch):
    """Counts calls: of functions by themselves, and of blocks."""
    counted = collections.Counter()
    for kind in (TensorFlowFunction, BlockFunction):
        monkeypatch.setattr(kind, "__call__", _counted(counted, kind, kind.__call__))
    return counted


def _counted(counted, kind, function):
    def call(self, *arguments):
        counted[kind] += 1
        return function(self, *arguments)

    return call


def _take(monkeypatch, *seconds):
    """Calls seem to take so long, in turn."""
    durations, record = itertools.cycle(seconds), CallDuration.record
    monkeypatch.setattr(CallDuration, "record", lambda self, *_: record(self, next(durations)))


@pytest.fixture
def context():
    return tff.SyncExecutionContext(tff.local_executor_factory(max_fanout=1000))


def _round(context):
    assert context.invoke(_total, [np.float32(1)] * 128) == 64


def test_short_clients_share_calls(calls, context, monkeypatch):
    _take(monkeypatch, _SHORT)
    for _ in range(2):
        _round(context)
    assert calls[BlockFunction] > 0
    assert calls[TensorFlowFunction] < 128


def test_long_clients_run_by_themselves(calls, context, monkeypatch):
    _take(monkeypatch, _LONG)
    for _ in range(3):
        _round(context)
    assert calls == {TensorFlowFunction: 3 * 128}


def test_empty_clients_among_long_ones_change_nothing(calls, context, monkeypatch):
    _take(monkeypatch, 0.0, _LONG, _LONG, _LONG)
    for _ in range(3):
        _round(context)
    assert calls == {TensorFlowFunction: 3 * 128}


def test_a_few_interrupted_calls_make_no_client_long(calls, context, monkeypatch):
    _take(monkeypatch, *[_SHORT] * 6, 1000 * _LONG)
    for _ in range(2):
        _round(context)
    assert calls[TensorFlowFunction] < 128


def test_clients_that_become_long_run_by_themselves_and_share_calls_again_when_they_are_short(
    calls, context, monkeypatch
):
    with monkeypatch.context() as patch:
        _take(patch, _SHORT)
        for _ in range(2):
            _round(context)
    with monkeypatch.context() as patch:
        _take(patch, 32 * _LONG)
        _round(context)
        calls.clear()
        _round(context)
        assert calls == {TensorFlowFunction: 128}
    _take(monkeypatch, _SHORT)
    for _ in range(20):
        _round(context)
    calls.clear()
    _round(context)
    assert calls[TensorFlowFunction] < 128


@tff.tf_computation(np.float32)
def _counted_down(x):
    # If nothing cancels it, a test shall fail and not hang.
    end = tf.timestamp() + 2.0 * _BOUND_SECONDS
    return tf.while_loop(lambda left: (left > 0) & (tf.timestamp() < end), lambda left: left - 1, [x])[0]


@tff.tf_computation(np.float32)
def _refusing(x):
    tf.debugging.assert_less(x, 90.0)  # The line that fails.
    return x


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
    assert calls[BlockFunction] > 0
    assert "client 77 of 128" in str(failure.value)
    lines = pathlib.Path(__file__).read_text().splitlines()
    line = next(number for number, text in enumerate(lines, 1) if "The line that fails." in text)
    assert f"{pathlib.Path(__file__).name}:{line}" in str(failure.value)


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
