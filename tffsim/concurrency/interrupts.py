"""Hearing an interrupt in the thread that runs a computation itself.

Python raises `KeyboardInterrupt` between two steps of Python code in the main thread. A
thread inside of TensorFlow takes no such step before TensorFlow returns; and what is
raised in a `tf.py_function`, TensorFlow turns into an error of its own. Python does
announce every signal at once by a byte in a socket. Another thread waits for the byte,
and cancels what TensorFlow does. A busy system may also hand the signal to any thread of
the process: then the main thread is told too, or it would go on waiting for a lock. And an
error that is raised in a callback of Python's own, such as that of a weak reference, is
ignored: if the computation has not ended in a while, it is interrupted again.
"""

import _thread
import contextlib
import os
import signal
import socket
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from types import FrameType

from tffsim.concurrency.cancellation import CancellationScope

_SECONDS_TO_COME_AGAIN = 0.01
_SECONDS_TO_END = 3.0
"""More than what is interrupted needs to end: it waits for its tasks for a second."""

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
        is_sure = handler is signal.default_int_handler
        with _announced(scope, recorded) if is_sure else contextlib.nullcontext():
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
        self._is_over = False
        self._is_reminded = False
        self._reminding = threading.Lock()

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self._is_reminded and self.raised is not None:
            self._is_reminded = False
            return
        try:
            self.original(number, frame)
        except BaseException as error:
            self.raised = error
            self._scope.cancel()
            if not _would_end_process(frame):
                raise
            # What is called next may wait for long.
            self._is_reminded = False
            self._again = threading.Timer(_SECONDS_TO_COME_AGAIN, self.come_again)
            self._again.daemon = True
            self._again.start()

    def remind(self) -> None:
        """Sends the main thread the interrupt again, if it has not heard it in a while."""
        time.sleep(_SECONDS_TO_COME_AGAIN)
        with self._reminding:
            if self.raised is None and not self._is_over:
                self._is_reminded = True
                _interrupt_main_thread()

    def come_again(self) -> None:
        """Sends the main thread the interrupt again, if what it has interrupted is not over."""
        with self._reminding:
            if not self._is_over:
                self._is_reminded = False
                _interrupt_main_thread()

    def end(self) -> None:
        """Keeps an interrupt from coming again."""
        with self._reminding:
            self._is_over = True
        if self._again is not None:
            self._again.cancel()


def _interrupt_main_thread() -> None:
    """Interrupts the main thread, and no other; where the system can, also while it waits for a lock."""
    main = threading.main_thread().ident
    if hasattr(signal, "pthread_kill") and main is not None:
        signal.pthread_kill(main, signal.SIGINT)
    else:
        _thread.interrupt_main()


def _would_end_process(frame: FrameType | None) -> bool:
    """Whether an error would come in code that TensorFlow calls without a thought of errors: it aborts then."""
    while frame is not None:
        if (frame.f_globals.get("__name__"), frame.f_code.co_name) in _WITHOUT_ERRORS:
            return True
        frame = frame.f_back
    return False


@contextlib.contextmanager
def _announced(scope: CancellationScope, handler: _Handler) -> Iterator[None]:
    """A block in which the arrival of an interrupt cancels a scope, and is sure to reach a handler."""
    receiver, sender = socket.socketpair()
    sender.setblocking(False)
    before = signal.set_wakeup_fd(-1)
    try:
        signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
        # The thread ends a moment after the block, and must not keep the scope until then.
        heard = receiver, before, weakref.ref(scope), weakref.ref(handler)
        threading.Thread(target=_listen, args=heard, name="tffsim-interrupts", daemon=True).start()
        yield
    finally:
        signal.set_wakeup_fd(before)
        sender.close()


def _listen(
    receiver: socket.socket,
    before: int,
    heard_by: "weakref.ref[CancellationScope]",
    handled_by: "weakref.ref[_Handler]",
) -> None:
    with receiver:
        while (numbers := _received(receiver)) != b"":
            scope, handler = heard_by(), handled_by()
            if numbers is None:
                if handler is not None:
                    handler.come_again()
                del scope, handler
                continue
            if before != -1:
                # An event loop waits there for its signals.
                with contextlib.suppress(OSError):
                    os.write(before, numbers)
            if scope is not None and handler is not None and signal.SIGINT in numbers:
                scope.cancel()
                handler.remind()
                receiver.settimeout(_SECONDS_TO_END)
            del scope, handler


def _received(receiver: socket.socket) -> bytes | None:
    """Returns the numbers of signals; nothing at the end, and None if none comes in the time that is set."""
    try:
        return receiver.recv(64)
    except TimeoutError:
        return None
