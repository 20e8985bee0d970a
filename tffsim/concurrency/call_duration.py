"""Learns how long the calls of a function take."""

import collections
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


class CallDuration:
    """The median over the latest calls of a function.

    Not their mean: one call that the machine interrupts would make a short function long,
    and send the next calls to another thread, where they take longer indeed. Not the
    shortest: that of a client without data says nothing about the others.
    """

    __slots__ = ("_busy", "_is_warm", "_latest", "_median", "_median_busy")

    def __init__(self) -> None:
        self._latest: collections.deque[float] = collections.deque(maxlen=_NUM_CALLS)
        self._busy: collections.deque[float] = collections.deque(maxlen=_NUM_CALLS)
        self._median: float | None = None
        self._median_busy: float | None = None
        self._is_warm = False

    @property
    def is_short(self) -> bool:
        """Whether calls are known to be short."""
        return self._median is not None and self._median < SHORT_SECONDS

    @property
    def busy_seconds(self) -> float | None:
        """For how long a call keeps a processor busy, about; None as long as nobody knows.

        While others use the machine a call takes much longer, but not more work.
        """
        return self._median_busy

    def record(self, seconds: float, busy_seconds: float | None = None) -> None:
        """Takes one call into account.

        The first call is not typical: TensorFlow prepares the function in it.

        Args:
            seconds: How long it took.
            busy_seconds: How long processors worked for it; None if nobody knows.
        """
        if not self._is_warm:
            self._is_warm = True
            return
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
    clock: Callable[[], float] = time.perf_counter,
    busy_clock: Callable[[], float] = time.process_time,
) -> _T_co:
    """Calls a function and records how long that took.

    How long processors work for a single call nobody says: TensorFlow computes in threads of its own. So what
    they do for this process is shared by the threads that make calls at the beginning and at the end.

    Args:
        function: What is called.
        *arguments: Its arguments.
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
        function.duration.record(clock() - start, (busy_clock() - busy) / share)
    finally:
        if is_outermost:
            _calling_threads.discard(thread)
    return result


_calling_threads: set[int] = set()
"""The threads in which calls are under way."""


def _median(latest: Iterable[float]) -> float:
    in_order = sorted(latest)
    return in_order[len(in_order) // 2]
