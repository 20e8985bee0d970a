"""Hearing an interrupt in the thread that runs a computation itself.

Python raises `KeyboardInterrupt` between two steps of Python code in the main thread. A
thread inside of TensorFlow takes no such step before TensorFlow returns; and what is
raised in a `tf.py_function`, TensorFlow turns into an error of its own. Python does
announce every signal at once by a byte in a socket. Another thread waits for the byte,
and cancels what TensorFlow does.
"""

import _thread
import contextlib
import os
import signal
import socket
import threading
import weakref
from collections.abc import Callable, Iterator
from types import FrameType

from tffsim.concurrency.cancellation import CancellationScope

_SECONDS_TO_COME_AGAIN = 0.01

# What TensorFlow calls before it calls a Python function, and to make a tensor.
_WITHOUT_ERRORS = {
    ("tensorflow.python.ops.script_ops", "_ctx"),
    ("tensorflow.python.eager.context", "_handle"),
}


@contextlib.contextmanager
def cancelled_by_interrupts(scope: CancellationScope) -> Iterator[None]:
    """A block in which an interrupt cancels a scope, whatever the block does at that moment.

    What the interrupt raises is raised by the block, even if something inside turns it
    into another error. Does nothing outside of the main thread, where no interrupts arrive.

    Args:
        scope: The work of the block.
    """
    handler = signal.getsignal(signal.SIGINT)
    is_main = threading.current_thread() is threading.main_thread()
    if isinstance(handler, _Handler) and not scope.is_nested:
        # An interrupt at the very end of an earlier block has left it here.
        handler = handler.original
    if not is_main or not callable(handler) or isinstance(handler, _Handler):
        yield
        return
    recorded = _Handler(handler, scope)
    try:
        signal.signal(signal.SIGINT, recorded)
        # Only this one is sure to raise. Others may have been made to let the work go on.
        with _announced(scope) if handler is signal.default_int_handler else contextlib.nullcontext():
            yield
    except BaseException as error:
        if recorded.raised is None or error is recorded.raised:
            raise
    finally:
        recorded.end()
        signal.signal(signal.SIGINT, handler)
    if recorded.raised is not None:
        raise recorded.raised.with_traceback(None)


class _Handler:
    """Does what another handler does, and remembers what it raised."""

    def __init__(self, handler: Callable[[int, FrameType | None], object], scope: CancellationScope) -> None:
        self.original = handler
        self._scope = scope
        self.raised: BaseException | None = None
        self._again: threading.Timer | None = None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        try:
            self.original(number, frame)
        except BaseException as error:
            self.raised = error
            self._scope.cancel()
            if not _would_end_process(frame):
                raise
            # What is called next may wait for long.
            self._again = threading.Timer(_SECONDS_TO_COME_AGAIN, _thread.interrupt_main)
            self._again.daemon = True
            self._again.start()

    def end(self) -> None:
        """Keeps an interrupt that was put off from coming again."""
        if self._again is not None:
            self._again.cancel()


def _would_end_process(frame: FrameType | None) -> bool:
    """Whether an error would come in code that TensorFlow calls without a thought of errors: it aborts then."""
    while frame is not None:
        if (frame.f_globals.get("__name__"), frame.f_code.co_name) in _WITHOUT_ERRORS:
            return True
        frame = frame.f_back
    return False


@contextlib.contextmanager
def _announced(scope: CancellationScope) -> Iterator[None]:
    """A block in which the arrival of an interrupt cancels a scope."""
    receiver, sender = socket.socketpair()
    sender.setblocking(False)
    before = signal.set_wakeup_fd(-1)
    try:
        signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
        # The thread ends a moment after the block, and must not keep the scope until then.
        heard = receiver, before, weakref.ref(scope)
        threading.Thread(target=_listen, args=heard, name="tffsim-interrupts", daemon=True).start()
        yield
    finally:
        signal.set_wakeup_fd(before)
        sender.close()


def _listen(receiver: socket.socket, before: int, heard_by: "weakref.ref[CancellationScope]") -> None:
    with receiver:
        while numbers := receiver.recv(64):
            scope = heard_by()
            if scope is not None and signal.SIGINT in numbers:
                scope.cancel()
            del scope
            if before != -1:
                # An event loop waits there for its signals.
                with contextlib.suppress(OSError):
                    os.write(before, numbers)
