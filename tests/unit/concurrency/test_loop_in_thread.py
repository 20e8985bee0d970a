"""A loop in a thread of its own ends what runs in it before it ends itself."""

import asyncio
import concurrent.futures
import gc
import threading

import pytest

from tffsim.concurrency.loop_in_thread import LoopInThread


@pytest.fixture
def loop():
    made = LoopInThread("tests")
    yield made
    made.stop()


async def started(begun, ended, clean_up=asyncio.sleep):
    try:
        begun.set()
        await asyncio.sleep(3600)
    finally:
        await clean_up(0.3)
        ended.set()


def test_what_was_cancelled_cleans_up_to_its_end(loop, caplog):
    begun, ended = threading.Event(), threading.Event()
    future = loop.submit(started(begun, ended))
    assert begun.wait(60)
    loop.stop()
    loop.join()
    assert ended.is_set() and future.cancelled() and loop.loop.is_closed()
    gc.collect()
    assert caplog.records == []


def test_what_comes_while_it_ends_is_cancelled_too(loop, caplog):
    begun, late = threading.Event(), []

    async def submit_another(_):
        late.append(loop.submit(asyncio.sleep(3600)))

    loop.submit(started(begun, threading.Event(), submit_another))
    assert begun.wait(60)
    loop.stop()
    loop.join()
    with pytest.raises(concurrent.futures.CancelledError):
        late[0].result(0)
    gc.collect()
    assert caplog.records == []


def test_it_may_be_stopped_twice(loop):
    loop.stop()
    loop.join()
    loop.stop()
