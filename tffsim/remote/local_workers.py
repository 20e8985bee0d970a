"""Worker processes on this machine, for a laptop, a notebook or a test. They end with this process, however it ends."""

import contextlib
import dataclasses
import os
import queue
import re
import secrets
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, Protocol, TypeAlias

from tffsim.failures.checked_numbers import checked_int, checked_seconds
from tffsim.remote.extra import check_extra
from tffsim.remote.wire.protocol import MEMORY_KEY_VARIABLE
from tffsim.remote.worker_errors import NoWorkerError

_READY = re.compile(r"tffsim worker is ready at (\S+)")
_Lines: TypeAlias = "queue.SimpleQueue[str | None]"
"""What a worker says; None at its end."""


class _User(Protocol):
    def end(self, reason: str) -> None: ...


_SECONDS_TO_END = 5.0
_MAX_LINES = 40


@dataclasses.dataclass(slots=True)
class LocalWorker:
    """A worker process of this machine.

    Attributes:
        process: The process.
        address: Where it listens.
    """

    process: "subprocess.Popen[str]"
    address: str


_ENDED = "Its workers have ended, with their `local_workers`. Start others, and make a factory of them."


class LocalWorkers:
    """Worker processes of this machine.

    Args:
        count: How many.
        options: Further options of `tffsim worker`.
        start_timeout: How many seconds they may take to start.

    Raises:
        ImportError: If the extra `tffsim[remote]` is not installed.
        TypeError: If `count` is no int, or `start_timeout` no number.
        ValueError: If `count` is less than 1, or `start_timeout` not above 0.
        NoWorkerError: If one does not start.

    Attributes:
        memory_key: What lets this process share memory with them.
    """

    def __init__(self, count: int, *, options: Sequence[str] = (), start_timeout: float = 120.0) -> None:
        check_extra()
        self.memory_key = secrets.token_hex(16)
        self._options = list(options)
        self._start_timeout = checked_seconds("start_timeout", start_timeout)
        self._workers: list[LocalWorker] = []
        self._users: weakref.WeakSet[_User] = weakref.WeakSet()
        self.add(count)

    @property
    def addresses(self) -> list[str]:
        """Where they listen."""
        return [worker.address for worker in self._workers]

    @property
    def processes(self) -> list["subprocess.Popen[str]"]:
        """The processes, in the order of the addresses."""
        return [worker.process for worker in self._workers]

    def add(self, count: int = 1, *, port: int = 0) -> None:
        """Starts further workers: all of them, or none if one does not start.

        Args:
            count: How many.
            port: Where a single one listens; by default at a free port.

        Raises:
            TypeError: If `count` or `port` is no int.
            ValueError: If `count` is less than 1, or `port` less than 0.
            NoWorkerError: If one does not start.
        """
        count, port = checked_int("count", count, 1), checked_int("port", port, 0)
        started: list[tuple[subprocess.Popen[str], _Lines]] = []
        try:
            # One by one, so that those which have started are known if another one fails.
            started.extend(self._start(port) for _ in range(count))
            deadline = time.monotonic() + self._start_timeout
            ready = [LocalWorker(process, self._address(lines, deadline)) for process, lines in started]
        except BaseException:
            _end([process for process, _ in started])
            raise
        self._workers += ready

    def end_first(self, user: "_User") -> None:
        """Lets what uses them end before they do, if it is still there: it would take them for lost."""
        self._users.add(user)

    def close(self) -> None:
        """Ends them all."""
        workers, self._workers = self._workers, []
        with contextlib.ExitStack() as last_first:
            last_first.callback(_end, [worker.process for worker in workers])
            for user in self._users:
                last_first.callback(user.end, _ENDED)

    def __enter__(self) -> "LocalWorkers":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(self, port: int) -> "tuple[subprocess.Popen[str], _Lines]":
        command = [sys.executable, "-m", "tffsim", "worker", "--exit-with-stdin", "--port", str(port), *self._options]
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            env={**os.environ, MEMORY_KEY_VARIABLE: self.memory_key},
            start_new_session=True,  # An interrupt is for the controller, which tells its workers.
        )
        lines: _Lines = queue.SimpleQueue()
        threading.Thread(target=_read, args=(process, lines), name="tffsim-worker-output", daemon=True).start()
        return process, lines

    def _address(self, lines: "_Lines", deadline: float) -> str:
        said: list[str] = []
        while True:
            try:
                line = lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                heard = f"It has said:\n{''.join(said)}" if said else "It has said nothing yet."
                raise NoWorkerError(f"A worker was not ready within {self._start_timeout:g} s. {heard}") from None
            if line is None:
                raise NoWorkerError(f"A worker has ended at its start. It has said:\n{''.join(said)}")
            found = _READY.match(line)
            if found is not None:
                return found[1]
            said = [*said, line][-_MAX_LINES:]


def _end(processes: "Sequence[subprocess.Popen[str]]") -> None:
    """Ends workers, and waits for that."""
    for process in processes:
        # They end when nobody holds the other end of their input.
        if process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()
    deadline = time.monotonic() + _SECONDS_TO_END
    for process in processes:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _read(process: "subprocess.Popen[str]", lines: "_Lines") -> None:
    """Reads what a worker says, to its end: a full pipe would stop it. Its log goes to the errors of this process."""
    assert process.stdout is not None
    is_ready = False
    for line in process.stdout:
        if is_ready:
            sys.stderr.write(line)
        else:
            is_ready = _READY.match(line) is not None
            lines.put(line)
    lines.put(None)


def operations_option(allow_ops: str) -> list[str]:
    """Returns the option of `tffsim worker` that says which operations it runs.

    Raises:
        ValueError: If there is no such choice.
    """
    if allow_ops not in ("strict", "all"):
        raise ValueError(f'`allow_ops` must be "strict" or "all", found {allow_ops!r}.')
    return ["--allow-ops", allow_ops]


def _data_options(data: Mapping[str, str]) -> list[str]:
    if not isinstance(data, Mapping) or not all(isinstance(part, str) for pair in data.items() for part in pair):
        raise TypeError(
            '`data` must be a dict of texts, such as {"train": "my_module:load"}: workers are processes of their own, '
            f"and import the function. Found {data!r}."
        )
    return [part for name, function in data.items() for part in ("--data", f"{name}={function}")]


@contextlib.contextmanager
def local_workers(
    count: int,
    *,
    data: Mapping[str, str] | None = None,
    allow_ops: Literal["strict", "all"] = "strict",
    start_timeout: float = 120.0,
) -> Iterator[LocalWorkers]:
    """Starts worker processes on this machine, and ends them when the block ends.

    ::

        with tffsim.local_workers(3) as workers:
            tffsim.use(tffsim.remote_executor_factory(workers))

    They end too when this process is killed.

    Args:
        count: How many.
        data: Data that stays at the workers, each of which has all of it: by its name the function that returns it, as
            `module:function`.
        allow_ops: `strict` refuses operations of TensorFlow that reach files, the network, the screen or Python, such
            as `tf.print`; `all` refuses none.
        start_timeout: How many seconds they may take to start.

    Yields:
        The workers, for `remote_executor_factory`.

    Raises:
        ImportError: If the extra `tffsim[remote]` is not installed.
        TypeError: If `count` is no int, `start_timeout` no number, or `data` no such dict.
        ValueError: If `count` is less than 1, `start_timeout` not above 0, or `allow_ops` something else.
        NoWorkerError: If one does not start.
    """
    options = [*_data_options({} if data is None else data), *operations_option(allow_ops)]
    with LocalWorkers(count, options=options, start_timeout=start_timeout) as workers:
        yield workers
