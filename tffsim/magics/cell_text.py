"""Which cell a text is shown below that comes from nobody's thread.

A kernel tells by context variables. Text that is written to the standard streams of the process,
not to those of Python (by C code, by another process), is read by a thread that has none. So do
threads of TensorFlow that work for no computation of ours. A kernel shows their text below the
cell that was started last. If cells run in the background, it may be theirs.
"""

import contextlib
import contextvars
import select
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from tffsim.execution_contexts.client_code import Callbacks, current_callbacks

_MAX_LOOKS = 1000
_SECONDS_BETWEEN_LOOKS = 0.001
# A thread that has read something waits for Python's lock before it asks where it belongs.
_SECONDS_AFTER_READING = 0.1

# As the kernel has them, by the class of the stream.
_headers: dict[type, object] = {}


class CellCallbacks(Callbacks):
    """Calls the Python functions of clients for a cell.

    Args:
        context: That of the cell; see `Callbacks`.
        clock: Returns seconds, by which text comes late.
    """

    _counting = threading.Lock()

    def __init__(self, context: contextvars.Context, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(context)
        self._clock = clock
        self._num_inside = 0
        self._heard_until = 0.0

    @property
    def may_be_heard(self) -> bool:
        """Whether a function of a client runs, or what it wrote may still be under way."""
        return self._num_inside > 0 or self._clock() < self._heard_until

    def call(self, function: Callable[..., object], *arguments: object) -> object:
        with self._counting:
            self._num_inside += 1
        try:
            return super().call(function, *arguments)
        finally:
            _let_be_read()
            with self._counting:
                self._num_inside -= 1
                self._heard_until = self._clock() + _SECONDS_AFTER_READING

    def wait_until_heard(self) -> None:
        """Waits, not for long, for what functions wrote that have ended; not for those that still run."""
        time.sleep(max(self._heard_until - self._clock(), 0.0))

    def look_up(self, question: Callable[..., object], *arguments: object) -> object:
        """Asks something in the context of the cell."""
        return super().call(question, *arguments)


class TextOfNobody:
    """Gives text of nobody's threads to cells in the background.

    Args:
        is_idle_in_front: Whether no cell runs but those in the background.
    """

    def __init__(self, is_idle_in_front: Callable[[], bool]) -> None:
        self._is_idle_in_front = is_idle_in_front
        self._running: list[CellCallbacks] = []

    @contextlib.contextmanager
    def shown_for(self, callbacks: CellCallbacks) -> Iterator[None]:
        """A block in which a cell runs in the background."""
        for kind in {type(stream) for stream in _streams_of_kernel()}:
            self._decide_for(kind)
        self._running.append(callbacks)
        try:
            yield
        finally:
            callbacks.wait_until_heard()
            self._running.remove(callbacks)

    def _decide_for(self, kind: type) -> None:
        """Decides for the streams of a class what they ask for each text: which message began its cell."""
        header = _headers.setdefault(kind, vars(kind).get("parent_header"))
        if not isinstance(header, property) or header.fget is None:
            return  # An old kernel, which knows one cell only.
        own_header = header.fget

        def parent_header(stream: object) -> object:
            owner = self._owner(threading.current_thread() is getattr(stream, "watch_fd_thread", None))
            return own_header(stream) if owner is None else owner.look_up(own_header, stream)

        kind.parent_header = header.getter(parent_header)  # type: ignore[attr-defined]

    def _owner(self, is_from_outside: bool) -> CellCallbacks | None:
        if not self._running or current_callbacks.get() is not None:
            return None
        if not (is_from_outside or isinstance(threading.current_thread(), threading._DummyThread)):
            return None
        if self._is_idle_in_front():
            possible = self._running
        else:
            # Functions of clients that TensorFlow calls tell by themselves for whom they write.
            possible = [cell for cell in self._running if cell.may_be_heard and is_from_outside]
        return possible[0] if len(possible) == 1 else None


def _streams_of_kernel() -> list[Any]:
    return [stream for stream in (sys.stdout, sys.stderr) if hasattr(stream, "watch_fd_thread")]


def _let_be_read() -> None:
    """Waits, not for long, until what was written to the streams of the process has been read."""
    pipes = [stream._fid for stream in _streams_of_kernel() if getattr(stream, "_fid", None) is not None]
    for _ in range(_MAX_LOOKS):
        if not pipes or not select.select(pipes, [], [], 0)[0]:
            return
        time.sleep(_SECONDS_BETWEEN_LOOKS)
