"""Holding execution before each operation: pausing and stepping."""

import asyncio
import threading

from tffsim.tracing.recording.spans import Span


class Gate:
    """What every operation of a traced execution passes before it starts.

    Thread-safe: the execution runs elsewhere than whoever works the gate. A held
    operation can be cancelled, and waits for a bounded time.

    Args:
        is_open: Whether operations pass freely at first.
        timeout: For how many seconds an operation may be held.
    """

    def __init__(self, is_open: bool = True, timeout: float = 3600.0) -> None:
        self._is_open = is_open
        self._timeout = timeout
        self._steps = 0
        self._held: list[tuple[asyncio.AbstractEventLoop, asyncio.Future[None], Span]] = []
        self._lock = threading.Lock()

    @property
    def is_open(self) -> bool:
        """Whether operations pass freely."""
        return self._is_open

    @property
    def held(self) -> list[Span]:
        """The spans that wait at the gate, in the order of their arrival."""
        with self._lock:
            return [span for _, _, span in self._held]

    def open(self) -> None:
        """Lets everything pass."""
        with self._lock:
            self._is_open, self._steps = True, 0
            self._release(len(self._held))

    def close(self) -> None:
        """Holds every operation that arrives from now on."""
        with self._lock:
            self._is_open = False

    def step(self, count: int = 1) -> None:
        """Lets the next operations pass, those that wait first.

        Args:
            count: How many.
        """
        with self._lock:
            released = min(count, len(self._held))
            self._steps += count - released
            self._release(released)

    async def pass_through(self, span: Span) -> None:
        """Waits until the operation may start.

        Raises:
            TimeoutError: If it was held for too long.
        """
        with self._lock:
            if self._is_open:
                return
            if self._steps > 0:
                self._steps -= 1
                return
            loop = asyncio.get_running_loop()
            released: asyncio.Future[None] = loop.create_future()
            entry = (loop, released, span)
            self._held.append(entry)
        try:
            async with asyncio.timeout(self._timeout):
                await released
        except TimeoutError:
            raise TimeoutError(f"An operation was held at the gate for {self._timeout} s. Open the gate.") from None
        finally:
            with self._lock:
                if entry in self._held:
                    self._held.remove(entry)

    def _release(self, count: int) -> None:
        for loop, released, _ in self._held[:count]:
            loop.call_soon_threadsafe(_set, released)
        del self._held[:count]


def _set(released: "asyncio.Future[None]") -> None:
    if not released.done():
        released.set_result(None)
