"""Time that passes when nothing else can happen, and not before: no test waits, and none depends on the machine."""

import asyncio
import selectors


class FakeClock:
    """A clock that stands still until it is told to go on.

    It is called as `time.monotonic` is.
    """

    def __init__(self, now=1000.0):
        self.now = now

    def __call__(self):
        return self.now

    def advance(self, seconds):
        self.now += seconds


class FakeTimeLoop(asyncio.SelectorEventLoop):
    """An event loop in which whoever waits for a time gets there at once, in the order of the times.

    What other threads send is heard first. If one of them is to be waited for, wait for what it does, not for a time.
    """

    def __init__(self):
        self._clock = FakeClock()
        super().__init__(_JumpingSelector(self._clock))

    def time(self):
        return self._clock()


class _JumpingSelector(selectors.DefaultSelector):
    """Moves the clock instead of waiting."""

    def __init__(self, clock):
        super().__init__()
        self._clock = clock

    def select(self, timeout=None):
        if timeout is None:  # Nothing has a time: only another thread can go on.
            return super().select(None)
        ready = super().select(0)
        if not ready:
            self._clock.advance(max(timeout, 0))
        return ready


def run_in_fake_time(coroutine):
    """Runs a coroutine as `asyncio.run` does, in fake time."""
    with asyncio.Runner(loop_factory=FakeTimeLoop) as runner:
        return runner.run(coroutine)
