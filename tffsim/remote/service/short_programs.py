"""Learns which programs are short: a worker runs those where it answers, without a hop to another thread.

A round sends the same programs again and again. So one is known by the executor that runs it, and the computations that
its steps name. What gets its data in pieces, or is traced, is never short.
"""

import collections
import time
from collections.abc import Callable, Coroutine
from typing import TypeAlias, TypeVar

from tffsim.remote.wire import executor_pb2 as messages

_T = TypeVar("_T")
_SHORT_SECONDS = 2e-3
"""For so long nobody misses who answers; a hop costs a tenth of it."""
_NUM_RUNS = 8
_MAX_PROGRAMS = 256

_Key: TypeAlias = tuple[str, bytes, int]


class ProgramRuns:
    """The last runs of a program.

    Args:
        clock: Tells the time, in seconds.

    Attributes:
        are_short: Whether each takes a moment only, and waits for nothing: of eight at most one took longer.
    """

    __slots__ = ("_clock", "_latest", "are_short")

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._latest: collections.deque[float] = collections.deque(maxlen=_NUM_RUNS)
        self.are_short = False

    async def timed(self, run: Coroutine[object, object, _T]) -> _T:
        """Runs the program once more."""
        start = self._clock()
        result = await run
        seconds = self._clock() - start
        if seconds > _NUM_RUNS * _SHORT_SECONDS:
            self._latest.clear()
        else:
            self._latest.append(seconds)
        self.are_short = len(self._latest) == _NUM_RUNS and sorted(self._latest)[-2] < _SHORT_SECONDS
        return result


class ShortPrograms:
    """Knows the last runs of programs. Belongs to the loop in which requests are answered.

    Args:
        clock: Tells the time, in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._runs: collections.OrderedDict[_Key, ProgramRuns] = collections.OrderedDict()

    def runs_of(self, program: messages.BatchRequest) -> ProgramRuns:
        """Returns the last runs of a program."""
        values = [step.value.value for step in program.steps]
        if program.watch_spans or any(value.payload or value.federated.payloads for value in values):
            return ProgramRuns(self._clock)
        key = program.executor, b"".join(value.computation for value in values), len(values)
        runs = self._runs.get(key)
        if runs is None:
            runs = self._runs[key] = ProgramRuns(self._clock)
            if len(self._runs) > _MAX_PROGRAMS:
                self._runs.popitem(last=False)
        else:
            self._runs.move_to_end(key)
        return runs
