"""Calls that are under way when the process ends."""

import concurrent.futures
import threading

import pytest

from tffsim.concurrency.call_duration import CallDuration, timed_call
from tffsim.concurrency.process_end import wait_for_calls

_LONG_SECONDS = 60


class HeldCall:
    """A call that ends when it is let go."""

    def __init__(self) -> None:
        self.duration = CallDuration()
        self.began, self.let_go = threading.Event(), threading.Event()
        self.ended = False

    def __call__(self) -> None:
        self.began.set()
        self.let_go.wait(_LONG_SECONDS)
        self.ended = True


@pytest.fixture
def held_call():
    call = HeldCall()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        pool.submit(timed_call, call)
        assert call.began.wait(_LONG_SECONDS)
        yield call
        call.let_go.set()


def test_a_call_that_comes_back_is_waited_for(held_call):
    threading.Timer(0.05, held_call.let_go.set).start()
    wait_for_calls(_LONG_SECONDS)
    assert held_call.ended


def test_a_call_that_is_held_is_waited_for_not_longer_than_that(held_call):
    wait_for_calls(0.01)
    assert not held_call.ended


def test_the_call_that_waits_itself_is_no_reason_to_wait():
    class Waiting:
        duration = CallDuration()

        def __call__(self) -> bool:
            wait_for_calls(_LONG_SECONDS)
            return threading.current_thread() is threading.main_thread()

    assert timed_call(Waiting())
