"""What the controller knows of a worker, as long as the worker keeps what it was sent."""

import weakref
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.pieces import write_piece
from tffsim.remote.wire.tensors import Buffers


class Range(NamedTuple):
    """Clients that follow each other, and have an executor of their own at a worker.

    Attributes:
        first: Index of the first client.
        num_clients: How many there are.
        cohort: How many the whole cohort has.
        is_traced: Whether what they do is recorded for a trace.
    """

    first: int
    num_clients: int
    cohort: int
    is_traced: bool = False


class ExecutorKey(NamedTuple):
    """Which executor of this process has one at a worker.

    Attributes:
        clients: What it does the work of.
        owner: Its number: others may do the work of as many clients, and be closed sooner.
    """

    clients: Range
    owner: int


class RemoteSession:
    """What a worker has.

    Attributes:
        name: What the worker calls the session.
        max_value_bytes: How large a value it takes.
        digests: The computations that the worker has.
        executors: The names of executors there, by whose they are.
        uploads: The large values there, by the identity of each value.
        is_lost: Whether it is over.
    """

    def __init__(self, name: str, max_value_bytes: int = 1 << 62) -> None:
        self.name = name
        self.max_value_bytes = max_value_bytes
        self.digests: set[bytes] = set()
        self.executors: dict[ExecutorKey, str] = {}
        self.uploads: weakref.WeakValueDictionary[int, Upload] = weakref.WeakValueDictionary()
        self.is_lost = False
        self._freed: list[int] = []

    def free(self, number: int) -> None:
        """Says, from any thread, that a value is not needed any more."""
        if not self.is_lost:
            self._freed.append(number)

    def take_freed(self) -> list[int]:
        """Returns what the worker can forget, for the next message to it."""
        count = len(self._freed)
        freed = self._freed[:count]
        del self._freed[:count]
        return freed


class Upload:
    """A value that is too large to stand in a message: it is sent before it, in pieces, and once.

    Args:
        session: Where it is sent.
        number: The number that it gets there.
        value: The value if it never changes: it stays alive as long as this, and is known by its identity.
        message: What it is.
        buffers: Its bytes.
        node: The AST node for which it is sent, by its number in a trace; -1 without one.
        is_taken: Whether the program that uses it takes it away: it is not for this object to let the worker forget it,
            which lives until it has been sent.
    """

    def __init__(
        self,
        session: RemoteSession,
        number: int,
        value: object,
        message: messages.Value,
        buffers: Buffers,
        node: int = -1,
        *,
        is_taken: bool = False,
    ) -> None:
        self.node = node
        self.number = number
        self.value = value
        self._is_taken = is_taken
        self._session = session
        self._message = message
        self._buffers: Buffers | None = buffers

    def __del__(self) -> None:
        if not self._is_taken:
            self._session.free(self.number)

    @property
    def num_bytes(self) -> int:
        """How large it is."""
        return self._buffers.num_bytes if self._buffers is not None else 0

    def header(self) -> messages.CreateValueRequest.Header:
        """Returns the message that announces it."""
        return messages.CreateValueRequest.Header(session=self._session.name, id=self.number, value=self._message)

    def arrays(self) -> list[np.ndarray]:
        """Returns its buffers."""
        return self._buffers.arrays() if self._buffers is not None else []

    def requests(self) -> Iterator[bytes]:
        """Yields the messages that bring it."""
        yield messages.CreateValueRequest(header=self.header()).SerializeToString()
        if self._buffers is not None:
            for chunk in self._buffers.chunks():
                yield write_piece(chunk)

    def arrived(self) -> None:
        """The worker has it; its bytes are not needed here."""
        self._buffers = None
