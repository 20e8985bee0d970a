"""Scripts that begin with TensorFlow and tffsim imported: forked from a process that has done nothing else.

To import them takes seconds, which most scripts of tests do not need for themselves. All else is as in a process that
Python started: the code runs at the top, in the main thread, and Python ends as it does there.
"""

import contextlib
import functools
import os
import pathlib
import signal
import socket
import struct
import subprocess
import sys
import threading

_ROOT = pathlib.Path(__file__).parents[2]
# What a script raises must leave Python by the top: then it ends as for any other. The garbage collection at its end
# passes over what was imported: to look at it is to copy it.
_SERVER = """
import gc, sys
import numpy, tffsim, tensorflow
from tests.integration.forked_scripts import next_script
gc.freeze()
exec(next_script(int(sys.argv[1])))
"""
_LENGTH = struct.Struct("I")
_NUMBER = struct.Struct("i")


class Script:
    """A script that runs, with what tests use of `subprocess.Popen`.

    Args:
        code: What it does. It prints to a pipe, and its errors to those of the tests.

    Attributes:
        pid: The number of its process, which belongs to it until it is waited for.
        stdout: What it prints.
    """

    def __init__(self, code: str) -> None:
        output, prints = os.pipe()
        self._keeper, keeper = socket.socketpair()
        content = code.encode()
        server = _server()
        socket.send_fds(server, [_LENGTH.pack(len(content))], [prints, keeper.fileno()])
        server.sendall(content)
        os.close(prints)
        keeper.close()
        self.stdout = os.fdopen(output, encoding="utf-8")
        self.pid = self._told()

    def send_signal(self, number: int) -> None:
        """Sends a signal."""
        os.kill(self.pid, number)

    def communicate(self, timeout: float) -> tuple[str, int]:
        """Reads what is printed, to the end; returns it and the exit code.

        Args:
            timeout: After how many seconds it is killed. Then the code is that of the signal.
        """
        killer = threading.Timer(timeout, self.send_signal, [signal.SIGKILL])
        killer.start()
        try:
            return self.stdout.read(), self.wait()
        finally:
            killer.cancel()

    def wait(self) -> int:
        """Waits for the end; returns the exit code, which for a signal is its number below zero."""
        return self._told()

    def close(self) -> None:
        """Ends the script, if it runs still, and lets its number go."""
        self.send_signal(signal.SIGKILL)
        self.stdout.close()
        self._keeper.close()

    def __enter__(self) -> "Script":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _told(self) -> int:
        return _NUMBER.unpack(_received(self._keeper, _NUMBER.size))[0]


@functools.cache
def _server() -> socket.socket:
    """Returns the connection to a process that forks scripts; it ends when nobody holds the connection."""
    ours, its = socket.socketpair()
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-c", _SERVER, str(its.fileno())]
    subprocess.Popen(command, cwd=_ROOT, env=environment, pass_fds=[its.fileno()])
    its.close()
    return ours


def next_script(number: int) -> str:
    """Returns the code of a script, in a process that was forked for it. The process that was there stays here."""
    server = socket.socket(fileno=number)
    while True:
        length, descriptors, _, _ = socket.recv_fds(server, _LENGTH.size, 2)
        if not length:
            os._exit(0)
        code = _received(server, _LENGTH.unpack(length)[0]).decode()
        keeper = os.fork()
        if keeper == 0:
            server.close()
            return _forked(code, *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        _forget_keepers_that_ended()


def _forked(code: str, prints: int, keeper: int) -> str:
    """Returns the code in the process of the script. Another one keeps its number from others, and says how it ends."""
    script = os.fork()
    if script == 0:
        os.close(keeper)
        os.dup2(prints, 1)
        os.close(prints)
        return code
    os.close(prints)
    with socket.socket(fileno=keeper) as asking:
        asking.sendall(_NUMBER.pack(script))
        ended = os.waitid(os.P_PID, script, os.WEXITED | os.WNOWAIT)
        asking.sendall(_NUMBER.pack(ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status))
        asking.recv(1)
    os._exit(0)


def _forget_keepers_that_ended() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _received(connection: socket.socket, length: int) -> bytes:
    content = b""
    while len(content) < length:
        part = connection.recv(length - len(content))
        if not part:
            raise EOFError("The other process has ended.")
        content += part
    return content
