"""Cancelling one invocation from any thread.

An asyncio task can only be cancelled between two awaits. A TensorFlow call that
runs for minutes never reaches one. The context therefore gives each invocation a
`CancellationScope`; whoever starts work that can be aborted from outside registers
how, and `cancel()` aborts all of it at once, from whatever thread calls it.

Python code inside of a TensorFlow function may call a computation, and wait for it. The
scope of that inner invocation is cancelled with the outer one.
"""

import contextvars
import itertools
import threading
import weakref
from collections.abc import Callable


class CancellationScope:
    """The abortable work of one invocation. Thread-safe, and without a lock.

    A handler of signals cancels it in a thread that may be registering work at that moment, and
    would wait for itself. Who takes a callback out of its dictionary, one step of Python, calls it.

    Made inside of another invocation, it knows the scope of that: see `on_cancel_of_outer`.
    """

    def __init__(self) -> None:
        self._work: dict[int, Callable[[], None]] = {}
        self._inner: dict[int, Callable[[], None]] = {}
        self._keys = itertools.count()
        self._cancelled = False
        self._outer = _outer_scopes()
        self._thread_id: int | None = None
        with _scopes_lock:
            _scopes.add(self)

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._cancelled

    @property
    def is_nested(self) -> bool:
        """Whether it was made inside of another invocation, which waits for this one."""
        return bool(self._outer)

    def is_within(self, other: "CancellationScope") -> bool:
        """Whether it was made inside of another invocation, or inside of one that was."""
        return any(scope is other or scope.is_within(other) for scope in self._outer)

    def take_thread(self) -> None:
        """Makes the current thread the one that drives the invocation, and nothing else meanwhile."""
        self._thread_id = threading.get_ident()

    @property
    def has_thread(self) -> bool:
        """Whether the current thread is the invocation's own, which may be blocked."""
        return self._thread_id == threading.get_ident()

    def on_cancel(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Registers what to do on cancellation; does it now if already cancelled.

        Args:
            callback: Aborts the work. Must not block and must not raise.

        Returns:
            A function that removes the registration; calling it twice is harmless.
        """
        return self._register(self._work, callback)

    def on_cancel_of_outer(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Registers what to do when the invocation around this one is cancelled; as `on_cancel`."""

        def when_one_is_cancelled() -> None:
            if all(scope._cancelled or not scope._work for scope in self._outer):
                callback()

        removals = [scope._register(scope._inner, when_one_is_cancelled) for scope in self._outer]

        def remove() -> None:
            for removal in removals:
                removal()

        return remove

    def cancel(self) -> None:
        """Aborts all registered work. Later registrations are aborted at once."""
        self._cancelled = True
        for callbacks in (self._work, self._inner):
            for key in list(callbacks):
                callbacks.pop(key, _nothing)()

    def _register(self, callbacks: dict[int, Callable[[], None]], callback: Callable[[], None]) -> Callable[[], None]:
        key = next(self._keys)
        callbacks[key] = callback
        if self._cancelled:
            # Whoever cancelled may have looked before it was there.
            callbacks.pop(key, _nothing)()

        def remove() -> None:
            callbacks.pop(key, None)

        return remove


def _nothing() -> None:
    """What is left to do if somebody else has done it."""


current_scope: contextvars.ContextVar[CancellationScope | None] = contextvars.ContextVar(
    "tffsim_cancellation_scope", default=None
)

_scopes: weakref.WeakSet[CancellationScope] = weakref.WeakSet()
_scopes_lock = threading.Lock()


def _outer_scopes() -> list[CancellationScope]:
    """Returns the scopes of the invocations that wait for what starts here.

    A thread of TensorFlow, which runs the code of a `tf.py_function` or of a generator,
    does not tell for whom it does so. Then it is for one of those that run a call now.
    """
    scope = current_scope.get()
    if scope is not None:
        return [scope]
    if not isinstance(threading.current_thread(), threading._DummyThread):
        return []
    with _scopes_lock:
        return [scope for scope in _scopes if scope._work]
