"""What a worker holds for one controller: executors, values by number, and a thread that does the work.

All but the lease and the shared memory is touched in the loop of that thread only, which others borrow for short work.
"""

import asyncio
import collections
import contextlib
import dataclasses
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

import numpy as np
from federated_language.framework import Executor

from tffsim.concurrency.lendable_loop import LendableLoop
from tffsim.concurrency.random_streams import Place
from tffsim.remote.service.raw_values import RawValues
from tffsim.remote.service.shared_memory import SharedMemory
from tffsim.remote.service.short_programs import ShortPrograms
from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.tensors import Buffers
from tffsim.tracing.recording.reports import NodeMarks, ReportParts

MakeExecutor: TypeAlias = Callable[[int, int, int, bool], Executor]
"""Makes the executor of a range of clients, from their number, the index of the first, the size of the cohort, and
whether it is to be recorded for a trace."""

_MAX_COUNTERS = 1024


class LostError(Exception):
    """What a controller names is not here, or not any more. It has to send it again."""


@dataclasses.dataclass(slots=True)
class Payload:
    """A value that has arrived, and that no executor has yet.

    Attributes:
        message: What it is.
        buffers: Its buffers.
    """

    message: messages.Value
    buffers: list[np.ndarray]


class Values:
    """Values by number. One that is to come can be waited for: programs of a controller may overtake each other.

    Args:
        max_values: How many there are at most.
        wait_seconds: For how long one is waited for.
    """

    def __init__(self, max_values: int = 1_000_000, *, wait_seconds: float = 10.0) -> None:
        self._wait_seconds = wait_seconds
        self._values: dict[int, object] = {}
        self._coming: dict[int, asyncio.Future[object]] = {}
        self._max_values = max_values

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, number: object) -> bool:
        return number in self._values

    def put(self, number: int, value: object) -> None:
        """Takes a value.

        Raises:
            LostError: If there are too many.
        """
        if len(self._values) >= self._max_values:
            raise LostError(f"This worker holds {self._max_values} values already.")
        self._values[number] = value
        waiter = self._coming.pop(number, None)
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def fail(self, number: int) -> None:
        """Says that a value will not come."""
        self._values.pop(number, None)
        waiter = self._coming.pop(number, None)
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    async def get(self, number: int) -> object:
        """Returns a value.

        Raises:
            LostError: If there is none, and none comes.
        """
        if number not in self._values:
            waiter = self._coming.setdefault(number, asyncio.get_running_loop().create_future())
            await asyncio.wait([waiter], timeout=self._wait_seconds)
        if number not in self._values:
            self._coming.pop(number, None)
            raise LostError(f"There is no value {number} here.")
        return self._values[number]

    def forget(self, numbers: Iterable[int]) -> None:
        """Forgets values; those that are not there are forgotten already."""
        for number in numbers:
            self._values.pop(number, None)

    def clear(self) -> None:
        """Forgets all."""
        self._values.clear()
        for number in list(self._coming):
            self.fail(number)


class Session:
    """What a worker holds for one controller.

    Args:
        name: The name that the controller gave it.
        make_executor: Makes executors.
        lease_seconds: After how long without a word from the controller it ends.
        wait_seconds: For how long a value is waited for that another program is to make.
    """

    def __init__(
        self, name: str, make_executor: MakeExecutor, lease_seconds: float, wait_seconds: float = 10.0
    ) -> None:
        self.name = name
        self.values = Values(wait_seconds=wait_seconds)
        self.raw = RawValues()
        self.marks = NodeMarks()
        self.results: dict[int, tuple[messages.Value, Buffers]] = {}
        self.memory = SharedMemory()
        self._parts: dict[int, ReportParts] = {}
        self.short_programs = ShortPrograms()
        self.work = LendableLoop("tffsim-session")
        self._make_executor = make_executor
        self._executors: dict[str, Executor] = {}
        self._num_executors = 0
        self._counters: collections.OrderedDict[int, collections.Counter[tuple[int, ...]]] = collections.OrderedDict()
        self._lease_seconds = lease_seconds
        self.renew()

    def renew(self) -> None:
        """The controller has been heard of."""
        self._ends_at = time.monotonic() + self._lease_seconds

    @property
    def has_ended(self) -> bool:
        """Whether the lease is over."""
        return time.monotonic() > self._ends_at

    def add_executor(self, num_clients: int, first_client: int, cohort_size: int, is_traced: bool = False) -> str:
        """Makes an executor and returns its name."""
        self._num_executors += 1
        name = f"{self._num_executors}: clients {first_client}-{first_client + num_clients - 1} (of {cohort_size})"
        self._executors[name] = self._make_executor(num_clients, first_client, cohort_size, is_traced)
        return name

    def executor(self, name: str) -> Executor:
        """Returns an executor.

        Raises:
            LostError: If there is none.
        """
        executor = self._executors.get(name)
        if executor is None:
            raise LostError(f"There is no executor {name[:60]!r} here.")
        return executor

    def dispose_executor(self, name: str) -> None:
        """Closes an executor, if it is there."""
        executor = self._executors.pop(name, None)
        if executor is not None:
            executor.close()

    def place(self, message: messages.Place) -> Place:
        """Returns the place in a message; places with the same counter count their calls together."""
        calls = self._counters.get(message.counter)
        if calls is None:
            calls = self._counters[message.counter] = collections.Counter()
            if len(self._counters) > _MAX_COUNTERS:
                self._counters.popitem(last=False)
        return Place((message.seed, message.number_of_run), tuple(message.path), calls)

    def forget(self, numbers: Sequence[int]) -> None:
        """Forgets values, and results that nobody has fetched."""
        self.values.forget(numbers)
        self.raw.forget(numbers)
        for number in numbers:
            self.results.pop(number, None)

    @contextlib.contextmanager
    def followed(self, number: int, parts: ReportParts) -> Iterator[None]:
        """In the block a program runs, of whose spans the controller may ask by its number."""
        self._parts[number] = parts
        try:
            yield
        finally:
            self._parts.pop(number, None)

    def parts_of(self, number: int) -> ReportParts | None:
        """Returns what tells of the spans of a program; None if it does not run. May be asked from any thread."""
        return self._parts.get(number)

    def close(self) -> None:
        """Stops its work, and frees what it holds."""
        self.memory.clear()
        self.work.loop.call_soon_threadsafe(self._clear)
        self.work.stop()

    def _clear(self) -> None:
        for name in list(self._executors):
            self.dispose_executor(name)
        self.values.clear()
        self.results.clear()
