"""Cancelling one invocation from any thread.

An asyncio task can only be cancelled between two awaits. A TensorFlow call that
runs for minutes never reaches one. The context therefore gives each invocation a
`CancellationScope`; whoever starts work that can be aborted from outside registers
how, and `cancel()` aborts all of it at once, from whatever thread calls it.
"""

import contextvars
import threading
from collections.abc import Callable


class CancellationScope:
    """The abortable work of one invocation. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._callbacks: dict[int, Callable[[], None]] = {}
        self._next_key = 0
        self._cancelled = False

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._cancelled

    def on_cancel(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Registers what to do on cancellation; does it now if already cancelled.

        Args:
            callback: Aborts the work. Must not block and must not raise.

        Returns:
            A function that removes the registration; calling it twice is harmless.
        """
        with self._lock:
            if not self._cancelled:
                key = self._next_key
                self._next_key += 1
                self._callbacks[key] = callback
                return lambda: self._remove(key)
        callback()
        return lambda: None

    def cancel(self) -> None:
        """Aborts all registered work. Later registrations are aborted at once."""
        with self._lock:
            self._cancelled = True
            callbacks = list(self._callbacks.values())
            self._callbacks.clear()
        for callback in callbacks:
            callback()

    def _remove(self, key: int) -> None:
        with self._lock:
            self._callbacks.pop(key, None)


current_scope: contextvars.ContextVar[CancellationScope | None] = contextvars.ContextVar(
    "tffsim_cancellation_scope", default=None
)
