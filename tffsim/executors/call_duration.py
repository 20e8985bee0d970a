"""Learns how long the calls of a function take."""

import collections

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

    __slots__ = ("_is_warm", "_latest", "_median")

    def __init__(self) -> None:
        self._latest: collections.deque[float] = collections.deque(maxlen=_NUM_CALLS)
        self._median: float | None = None
        self._is_warm = False

    @property
    def is_short(self) -> bool:
        """Whether calls are known to be short."""
        return self._median is not None and self._median < SHORT_SECONDS

    @property
    def seconds(self) -> float | None:
        """How long a call takes; None as long as nobody knows."""
        return self._median

    def record(self, seconds: float) -> None:
        """Takes one call into account, in seconds.

        The first call is not typical: TensorFlow prepares the function in it.
        """
        if not self._is_warm:
            self._is_warm = True
            return
        self._latest.append(seconds)
        # Appending from several threads is safe; one of their medians stays.
        latest = sorted(self._latest)
        self._median = latest[len(latest) // 2]
