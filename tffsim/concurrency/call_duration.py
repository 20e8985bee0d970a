"""Learns how long the calls of a function take."""

import collections
import sys
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar

_T_co = TypeVar("_T_co", covariant=True)

SHORT_SECONDS = 0.5e-3
"""A thread hop costs 0.05-0.1 ms: for a shorter call it is not worth it."""

LONG_SECONDS = 5e-3
"""A longer call is best made by itself: calls of one block follow each other, single ones use all processors.
What a call costs is little then."""

_NUM_CALLS = 8

_UNSURE = 4
"""A call in another thread waits for Python's lock, which Python code of others holds: a short one may seem
this many times as long as a short one can be."""


class CallDuration:
    """The median over the latest calls of a function.

    Not their mean: one call that the machine interrupts would make a short function long,
    and send the next calls to another thread, where they take longer indeed. Not the
    shortest: that of a client without data says nothing about the others.
    """

    __slots__ = ("_busy", "_is_warm", "_latest", "_median", "_median_busy", "_num_in_other_threads")

    def __init__(self) -> None:
        self._latest: collections.deque[float] = collections.deque(maxlen=_NUM_CALLS)
        self._busy: collections.deque[float] = collections.deque(maxlen=_NUM_CALLS)
        self._median: float | None = None
        self._median_busy: float | None = None
        self._is_warm = False
        self._num_in_other_threads = 0

    @property
    def is_short(self) -> bool:
        """Whether calls are known to be short."""
        return self._median is not None and self._median < SHORT_SECONDS

    @property
    def is_best_in_place(self) -> bool:
        """Whether the next call is best made in the thread that asks.

        So it is if it is short. If others made the latest calls, it is time for one here: does it only seem long?
        """
        if self.is_short or self._median is None:
            return self.is_short
        return self._num_in_other_threads >= _NUM_CALLS and self._median < _UNSURE * SHORT_SECONDS

    @property
    def busy_seconds(self) -> float | None:
        """For how long a call keeps a processor busy, about; None as long as nobody knows.

        While others use the machine a call takes much longer, but not more work.
        """
        return self._median_busy

    def record(self, seconds: float, busy_seconds: float | None = None, *, in_other_thread: bool = False) -> None:
        """Takes one call into account.

        The first call is not typical: TensorFlow prepares the function in it.

        Args:
            seconds: How long it took.
            busy_seconds: How long processors worked for it; None if nobody knows.
            in_other_thread: Whether another thread than that which asked for it made the call.
        """
        if not self._is_warm:
            self._is_warm = True
            return
        if in_other_thread:
            self._num_in_other_threads += 1
        else:
            if self._num_in_other_threads >= _NUM_CALLS and seconds < SHORT_SECONDS:
                self._latest.clear()  # What it took there was waiting.
            self._num_in_other_threads = 0
        self._latest.append(seconds)
        self._busy.append(seconds if busy_seconds is None else min(seconds, busy_seconds))
        # Appending from several threads is safe; one of their medians stays.
        self._median, self._median_busy = _median(self._latest), _median(self._busy)


class Timed(Protocol[_T_co]):
    """Something to call whose duration is learned."""

    duration: CallDuration

    def __call__(self, *arguments: Any) -> _T_co: ...


def timed_call(
    function: Timed[_T_co],
    *arguments: object,
    in_other_thread: bool = False,
    clock: Callable[[], float] = time.perf_counter,
    busy_clock: Callable[[], float] = time.process_time,
) -> _T_co:
    """Calls a function and records how long that took.

    How long processors work for a single call nobody says: TensorFlow computes in threads of its own. So what
    they do for this process is shared by the threads that make calls at the beginning and at the end.

    Args:
        function: What is called.
        *arguments: Its arguments.
        in_other_thread: Whether this is another thread than that which asked for the call.
        clock: Tells the time, in seconds.
        busy_clock: Tells for how long processors have worked for this process.
    """
    thread = threading.get_ident()
    is_outermost = thread not in _calling_threads  # A block makes calls, too.
    _calling_threads.add(thread)
    num_threads = len(_calling_threads)
    start, busy = clock(), busy_clock()
    try:
        result = function(*arguments)
        share = (num_threads + len(_calling_threads)) / 2
        seconds, busy_seconds = clock() - start, (busy_clock() - busy) / share
        function.duration.record(seconds, busy_seconds, in_other_thread=in_other_thread)
    finally:
        if is_outermost:
            _calling_threads.discard(thread)
    return result


_calling_threads: set[int] = set()


def calling_threads() -> set[int]:
    """Returns the identifiers of the threads in which calls are under way."""
    return _calling_threads & sys._current_frames().keys()


def _median(latest: Iterable[float]) -> float:
    in_order = sorted(latest)
    return in_order[len(in_order) // 2]
