"""Learning which calls are short."""

import functools
import threading

import pytest

from tests.unit.fake_time import FakeClock
from tffsim.concurrency import call_duration
from tffsim.concurrency.call_duration import SHORT_SECONDS, CallDuration


def duration_after(*seconds):
    duration = CallDuration()
    for each in seconds:
        duration.record(each)
    return duration


def test_the_first_call_tells_nothing():
    assert not duration_after().is_short
    assert not duration_after(0.0).is_short
    assert duration_after(1.0, 0.0).is_short


def test_a_few_interrupted_calls_change_nothing_and_many_long_ones_change_all():
    short, long = 0.1 * SHORT_SECONDS, 4 * SHORT_SECONDS
    assert duration_after(1.0, *[short] * 20, *[1000 * long] * 3).is_short
    assert not duration_after(1.0, *[short] * 20, *[long] * 5).is_short
    assert duration_after(1.0, *[long] * 20, *[short] * 20).is_short


def test_empty_clients_among_long_ones_do_not_make_calls_short():
    assert not duration_after(1.0, *[0.0, 8 * SHORT_SECONDS, 8 * SHORT_SECONDS, 8 * SHORT_SECONDS] * 5).is_short


def recorded_in_other_thread(duration, seconds, times=1):
    for _ in range(times):
        duration.record(seconds, in_other_thread=True)


def test_a_short_call_that_waits_for_pythons_lock_in_another_thread_is_tried_in_place():
    waiting, short = 3 * SHORT_SECONDS, 0.1 * SHORT_SECONDS
    duration = duration_after(1.0)
    recorded_in_other_thread(duration, waiting, times=7)
    assert not duration.is_best_in_place
    recorded_in_other_thread(duration, waiting)
    assert duration.is_best_in_place and not duration.is_short
    duration.record(short)
    assert duration.is_best_in_place and duration.is_short


def test_a_call_that_is_not_short_in_place_goes_to_another_thread_again():
    duration = duration_after(1.0)
    recorded_in_other_thread(duration, 2 * SHORT_SECONDS, times=8)
    duration.record(2 * SHORT_SECONDS)
    recorded_in_other_thread(duration, 2 * SHORT_SECONDS, times=7)
    assert not duration.is_best_in_place


def test_the_short_call_of_an_empty_client_is_followed_by_one_call_in_place_and_no_more():
    duration = duration_after(1.0)
    recorded_in_other_thread(duration, 2 * SHORT_SECONDS, times=8)
    duration.record(0.0)
    duration.record(2 * SHORT_SECONDS)
    assert not duration.is_best_in_place


def test_a_long_call_is_not_tried_in_place():
    duration = duration_after(1.0)
    recorded_in_other_thread(duration, 8 * SHORT_SECONDS, times=20)
    assert not duration.is_best_in_place


def test_the_work_of_others_on_the_machine_makes_calls_take_longer_but_not_busier():
    duration = CallDuration()
    for _ in range(9):
        duration.record(40 * SHORT_SECONDS, 2 * SHORT_SECONDS)
    assert duration.busy_seconds == 2 * SHORT_SECONDS
    assert not duration.is_short  # Others would wait for it, whyever it takes long.


def test_what_other_calls_do_meanwhile_is_no_work_of_a_call():
    duration = CallDuration()
    for _ in range(9):
        duration.record(2 * SHORT_SECONDS, 16 * SHORT_SECONDS)
    assert duration.busy_seconds == 2 * SHORT_SECONDS


class Working:
    """A call that keeps processors busy for some time of a clock that only it moves."""

    def __init__(self, clock, then=lambda: None):
        self.duration = CallDuration()
        self._clock = clock
        self._then = then

    def __call__(self):
        self._clock.advance(1.0)
        self._then()


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def timed_call(clock):
    """Calls a function, timed by a clock that only the function moves."""
    return functools.partial(call_duration.timed_call, clock=clock, busy_clock=clock)


def test_what_processors_do_is_shared_by_the_threads_that_make_calls(clock, timed_call):
    has_begun, may_end = threading.Event(), threading.Event()
    other = Working(clock, then=lambda: (has_begun.set(), may_end.wait()))
    thread = threading.Thread(target=timed_call, args=[other])
    thread.start()
    has_begun.wait()
    function = Working(clock)
    for _ in range(3):
        timed_call(function)
    assert function.duration.busy_seconds == 0.5
    may_end.set()
    thread.join()
    for _ in range(9):
        timed_call(function)
    assert function.duration.busy_seconds == 1.0


def test_calls_within_a_call_share_with_nobody(clock, timed_call):
    inner = Working(clock)
    outer = Working(clock, then=lambda: timed_call(inner))
    for _ in range(3):
        timed_call(outer)
    assert inner.duration.busy_seconds == 1.0
    assert outer.duration.busy_seconds == 2.0


def test_a_call_that_fails_is_not_under_way_any_more(clock, timed_call):
    def fail():
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        timed_call(Working(clock, then=fail))
    assert not call_duration._calling_threads
