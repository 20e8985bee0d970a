"""How far the clock of a worker is ahead of the one here."""

import collections

_NUM_SAMPLES = 16


class ClockOffset:
    """Estimates how far another clock is ahead, from requests of which both ends know the moments.

    As in NTP (RFC 5905, section 8): if a request and its answer take the same time on their way, the other clock is
    ahead by the mean of the two differences. Of the last requests the one counts that was on its way for the shortest
    time: it leaves the least room for an error, which is at most half of that time.
    """

    def __init__(self) -> None:
        self._samples: collections.deque[tuple[int, int]] = collections.deque(maxlen=_NUM_SAMPLES)

    def add(self, sent: int, received: int, answered: int, arrived: int) -> None:
        """Takes the moments of a request, in nanoseconds.

        Args:
            sent: When it was sent, by the clock here.
            received: When it came there, by the other clock.
            answered: When its answer was sent, by the other clock.
            arrived: When that came here, by the clock here.
        """
        on_its_way = (arrived - sent) - (answered - received)
        self._samples.append((on_its_way, ((received - sent) + (answered - arrived)) // 2))

    @property
    def nanoseconds(self) -> int:
        """How far the other clock is ahead; 0 if nothing is known."""
        return min(self._samples)[1] if self._samples else 0
