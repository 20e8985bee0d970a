"""Calls of a function as a straight line, for the numbers of elements that come often.

To import a function once more takes as long as some hundred loops lose against straight
lines, so numbers that come seldom are not worth it, and a short run makes none. See `graph_passes.straight_lines`.
"""

import collections
import contextlib
import dataclasses
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import tensorflow as tf

from tffsim.concurrency.call_duration import LONG_SECONDS, CallDuration
from tffsim.concurrency.cancellation import current_scope
from tffsim.external_runtime.tensorflow.eager_execution import CancellationManager
from tffsim.external_runtime.tensorflow.functions.dataset_lengths import known_length

if TYPE_CHECKING:
    from tffsim.external_runtime.tensorflow.graph_passes.straight_lines import StraightForm

MAX_LINES = 8
"""For how many numbers of elements a function is imported."""

_CALLS_PER_NODE = 4
"""A line is made when its loops have lost about as much as it takes to make it, whatever the number of elements:
with each element there is more to make, and more to win."""

_MAX_COUNTED = 1024

Counts = tuple[int, ...]


class Callee(Protocol):
    """What is called."""

    def run(self, inputs: Sequence[tf.Tensor], cancellation: CancellationManager | None) -> list[tf.Tensor]: ...


@dataclasses.dataclass(frozen=True, slots=True)
class StraightCall:
    """A function for one number of elements.

    Attributes:
        counts: How many elements each loop reads.
        callee: Fails if the data has more or less.
    """

    counts: Counts
    callee: Callee


class StraightCalls:
    """The straight lines of one function. Thread-safe.

    Args:
        form: How many elements are read.
        datasets: The tensors of the data sets that the function is given, in their order.
        make: Imports the function for some numbers of elements.
    """

    def __init__(self, form: "StraightForm", datasets: Sequence[str], make: Callable[[Counts], Callee]) -> None:
        self._form = form
        self._datasets = datasets
        self._make = make
        self._lines: dict[Counts, StraightCall | None] = {}
        self._num_calls: collections.Counter[Counts] = collections.Counter()
        self._num_calls_before_import = _CALLS_PER_NODE * max(form.step_sizes)
        self._is_importing = threading.Lock()

    def of(self, datasets: Sequence[tf.data.Dataset], duration: CallDuration) -> StraightCall | None:
        """Returns how to call the function on some data sets.

        Args:
            datasets: What it is given.
            duration: How long its calls take.

        Returns:
            None if it must be called as a loop.
        """
        lengths: Mapping[str, int | None] = {
            name: known_length(dataset) for name, dataset in zip(self._datasets, datasets, strict=True)
        }
        counts = self._form.counted(lengths)
        if counts is None:
            return None
        if counts in self._lines:
            return self._lines[counts]
        if len(self._lines) < MAX_LINES and (duration.busy_seconds or LONG_SECONDS) < LONG_SECONDS:
            return self._called_once_more(counts)
        return None

    def forget(self, line: StraightCall) -> None:
        """Takes note that a line failed where the loop did not: some data does not say the truth."""
        self._lines[line.counts] = None

    def _called_once_more(self, counts: Counts) -> StraightCall | None:
        if len(self._num_calls) > _MAX_COUNTED:
            self._num_calls.clear()
        self._num_calls[counts] += 1
        if self._num_calls[counts] <= self._num_calls_before_import or not self._is_importing.acquire(blocking=False):
            return None
        try:
            # Threads that come meanwhile go on with the loop.
            if counts not in self._lines:
                self._lines[counts] = StraightCall(counts, self._make(counts))
        finally:
            self._is_importing.release()
        return self._lines[counts]


@contextlib.contextmanager
def cancelled_with_scope() -> Iterator[CancellationManager]:
    """Gives a second call a manager of its own: that of a call that failed is cancelled."""
    cancellation = CancellationManager()
    scope = current_scope.get()
    forget = scope.on_cancel(cancellation.start_cancel) if scope is not None else None
    try:
        yield cancellation
    finally:
        if forget is not None:
            forget()
