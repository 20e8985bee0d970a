"""Learns whether the calls of a function are short enough to be made in place."""

SHORT_SECONDS = 0.5e-3
"""A thread hop costs 0.05-0.1 ms: for a shorter call it is not worth it."""

LONG_SECONDS = 5e-3
"""Longer calls are best made one by one: they use all processors at the same time."""

_WEIGHT_OF_NEWEST = 0.2


class CallDuration:
    """A moving average over the durations of a function's calls."""

    __slots__ = ("_average", "_is_warm")

    def __init__(self) -> None:
        self._average: float | None = None
        self._is_warm = False

    @property
    def is_short(self) -> bool:
        """Whether calls are known to be short."""
        return self._average is not None and self._average < SHORT_SECONDS

    @property
    def seconds(self) -> float | None:
        """How long a call takes; None as long as nobody knows."""
        return self._average

    def record(self, seconds: float) -> None:
        """Takes one call into account, in seconds.

        The first call is not typical: TensorFlow prepares the function in it.
        """
        if not self._is_warm:
            self._is_warm = True
        elif self._average is None:
            self._average = seconds
        else:
            self._average += _WEIGHT_OF_NEWEST * (seconds - self._average)
