"""Keep what native libraries say when they start off the terminal, and lose nothing that matters.

While a block runs, file descriptor 2 leads into a temporary file. When it ends, the lines
come back that are no noise; all lines, if it fails. If the process dies in the block, as
TensorFlow's does on a processor without AVX, no code of it runs any more. So a second
process waits for that, and writes the text in its place.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from typing import Any

# Reads from a pipe that is never written to: it ends when the process at its other end does.
_WATCHER = """
import os
os.read(0, 1)
os.lseek(1, 0, os.SEEK_SET)
while text := os.read(1, 65536):
    os.write(2, text)
"""
# An interrupt by ctrl-C is meant for the process that is watched.
_APART: dict[str, Any] = {
    "start_new_session": os.name == "posix",
    "creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
}

_turn = threading.Lock()


@contextlib.contextmanager
def native_messages_hidden(is_noise: Callable[[str], bool]) -> Iterator[list[str]]:
    """Hides the noise among what is written to the standard error stream, by native code too.

    Where it cannot be hidden safely (no such stream, no second process), and in a block
    inside of another, also of another thread, nothing is hidden.

    Args:
        is_noise: Whether a line may be hidden.

    Yields:
        A list that has the hidden lines when the block has ended.
    """
    hidden: list[str] = []
    if not _turn.acquire(blocking=False):
        yield hidden
        return
    try:
        diversion = _diversion()
        if diversion is None:
            yield hidden
            return
        try:
            yield hidden
        except BaseException:
            _write(diversion.end())
            raise
        lines = diversion.end().decode("utf-8", "replace").splitlines(keepends=True)
        hidden += filter(is_noise, lines)
        _write("".join(line for line in lines if not is_noise(line)).encode())
    finally:
        _turn.release()


def _diversion() -> "_Diversion | None":
    with contextlib.suppress(OSError, TypeError):
        return _Diversion()
    return None


class _Diversion:
    """Leads file descriptor 2 into a file, until its end.

    Raises:
        OSError: If there is no such descriptor, or no process can be started.
    """

    def __init__(self) -> None:
        with contextlib.ExitStack() as opened:
            self._terminal = os.dup(2)
            opened.callback(os.close, self._terminal)
            self._file = opened.enter_context(tempfile.TemporaryFile())
            self._watcher = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _WATCHER],
                stdin=subprocess.PIPE, stdout=self._file, stderr=self._terminal, **_APART,
            )  # fmt: skip
            opened.callback(self._end_watcher)
            _flush()
            os.dup2(self._file.fileno(), 2)
            opened.callback(os.dup2, self._terminal, 2)  # Whatever interrupts the end.
            self._opened = opened.pop_all()

    def end(self) -> bytes:
        """Leads the descriptor back; returns what was written meanwhile."""
        with self._opened:
            _flush()
            os.dup2(self._terminal, 2)
            self._file.seek(0)
            return self._file.read()

    def _end_watcher(self) -> None:
        self._watcher.kill()  # Before its pipe ends: it must not take that for a death.
        self._watcher.wait()
        assert self._watcher.stdin is not None
        self._watcher.stdin.close()


def _flush() -> None:
    if sys.stderr is not None:
        sys.stderr.flush()


def _write(text: bytes) -> None:
    while text:
        text = text[os.write(2, text) :]
