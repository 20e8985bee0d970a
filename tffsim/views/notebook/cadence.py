"""How often something is done that costs time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Cadence:
    """Lets something be done again as often as it may, if it takes at most a share of the time.

    It costs what it did twice in a row: the first time, and now and then, it costs more than it will again.

    Args:
        share: Its share of the time.
        shortest: The least number of seconds between two times.
        clock: Returns seconds.
        spent: Returns seconds that were spent on work.
    """

    def __init__(self, share: float, shortest: float, clock: Callable[[], float], spent: Callable[[], float]) -> None:
        self._share = share
        self._shortest = shortest
        self._clock = clock
        self._spent = spent
        self._due = self._last_cost = 0.0

    @property
    def is_due(self) -> bool:
        """Whether it may be done now."""
        return self._clock() >= self._due

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Measures what it costs to do it, from which follows when it is due again."""
        before = self._spent()
        yield
        last, self._last_cost = self._last_cost, self._spent() - before
        self._due = self._clock() + max(self._shortest, min(last, self._last_cost) / self._share)
