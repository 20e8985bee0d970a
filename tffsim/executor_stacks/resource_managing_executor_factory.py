"""The factory that keeps stacks for later use, and closes those it gives up."""

import collections
import contextlib
import threading
import warnings
from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import TypeAlias

from federated_language.framework import CardinalitiesType, Executor, ExecutorFactory, PlacementLiteral

from tffsim.concurrency.forked_process import refuse_forked_process
from tffsim.executor_stacks.instrumentation import building, describe, is_building_traced
from tffsim.executor_stacks.lending_factory import LendingFactory
from tffsim.executors.materialising_executor import MaterialisingExecutor
from tffsim.failures.checked_numbers import checked_int
from tffsim.language.clients_at_home import CohortAtHome
from tffsim.language.clients_on_demand import CohortOnDemand
from tffsim.tracing.recording.active import active_recorder

StackFn: TypeAlias = Callable[[Mapping[PlacementLiteral, int]], Executor]


class _Stack:
    """A stack, and how many invocations use it now."""

    __slots__ = ("executor", "is_dropped", "leases", "shared")

    def __init__(self, executor: Executor) -> None:
        self.executor = executor
        self.leases = 0
        self.is_dropped = False
        # Handed out by `create_executor`: nobody says when its use ends.
        self.shared: MaterialisingExecutor | None = None


class ResourceManagingExecutorFactory(ExecutorFactory, LendingFactory):
    """Builds one stack per set of cardinalities and keeps the most recently used ones.

    While a trace is active, it builds and keeps stacks with tracing hooks. Thread-safe. A
    stack that is given up is closed as soon as nobody uses it.

    Args:
        stack_fn: Builds a stack for given cardinalities.
        max_stacks: How many stacks are kept; at least 1.
        default_num_clients: The number of clients that `stack_fn` assumes when the
            cardinalities name none.
        runs_in_caller: Whether invocations should run in the thread that makes them.

    Raises:
        TypeError: If `default_num_clients` is no int.
        ValueError: If it is negative.
    """

    def __init__(
        self,
        stack_fn: StackFn,
        *,
        max_stacks: int = 10,
        default_num_clients: int = 0,
        runs_in_caller: bool = False,
    ) -> None:
        self._stack_fn = stack_fn
        self._max_stacks = max_stacks
        self._default_num_clients = checked_int("default_num_clients", default_num_clients, 0)
        self._runs_in_caller = runs_in_caller
        self._stacks: collections.OrderedDict[Hashable, _Stack] = collections.OrderedDict()
        self._lock = threading.RLock()

    def __reduce__(self) -> "str | tuple[object, ...]":
        raise TypeError(
            "A factory of executors stays in its process, and so does its context: stacks hold threads. "
            "Make another one there, as in `tff.use(tff.local_executor_factory())`."
        )

    @property
    def default_num_clients(self) -> int:
        """The number of clients when the argument tells none."""
        return self._default_num_clients

    @property
    def runs_in_caller(self) -> bool:
        """Whether invocations should run in the thread that makes them."""
        return self._runs_in_caller

    @contextlib.contextmanager
    def lease(self, cardinalities: Mapping[PlacementLiteral, int]) -> Iterator[Executor]:
        """Lends a stack for the time of a `with` block; it is not closed before the end.

        Args:
            cardinalities: How many participants there are at each placement.

        Yields:
            The top executor of the stack.
        """
        with self._lock:
            stack = self._stack(cardinalities)
            stack.leases += 1
        try:
            yield stack.executor
        finally:
            with self._lock:
                stack.leases -= 1
                must_close = stack.is_dropped and stack.leases == 0 and stack.shared is None
            if must_close:
                stack.executor.close()

    def create_executor(self, cardinalities: CardinalitiesType) -> Executor:
        """Returns a stack whose results are NumPy values, valid until `clean_up_executor` for the same cardinalities.

        Raises:
            RuntimeError: In a process that was forked after TensorFlow had run.
        """
        refuse_forked_process()
        if active_recorder() is not None and not is_building_traced():
            warnings.warn(
                "A trace is active, but does not record this call: it is made in an execution context that is not "
                "tffsim's. Use `SyncExecutionContext` or `AsyncExecutionContext` of tffsim.",
                stacklevel=2,
            )
        with self._lock:
            stack = self._stack(cardinalities)
            if stack.shared is None:
                stack.shared = MaterialisingExecutor(stack.executor)
            return stack.shared

    def clean_up_executor(self, cardinalities: CardinalitiesType) -> None:
        """Gives up the stack for these cardinalities; leases on it run to their end."""
        with self._lock:
            keys = [_key(cardinalities, is_traced) for is_traced in (False, True)]
            stacks = [self._stacks.pop(key) for key in keys if key in self._stacks]
        for stack in stacks:
            stack.shared = None
            self._drop(stack)

    def close(self) -> None:
        """Gives up all stacks."""
        with self._lock:
            stacks = list(self._stacks.values())
            self._stacks.clear()
        for stack in stacks:
            stack.shared = None
            self._drop(stack)

    def _stack(self, cardinalities: Mapping[PlacementLiteral, int]) -> _Stack:
        is_traced = active_recorder() is not None
        key = _key(cardinalities, is_traced)
        stack = self._stacks.get(key)
        if stack is None:
            stack = self._stacks[key] = _Stack(self._build(cardinalities, is_traced))
            if len(self._stacks) > self._max_stacks:
                _, oldest = self._stacks.popitem(last=False)
                self._drop(oldest)
        self._stacks.move_to_end(key)
        return stack

    def _build(self, cardinalities: Mapping[PlacementLiteral, int], is_traced: bool) -> Executor:
        with building(is_traced):
            tells_more = isinstance(cardinalities, (CohortAtHome, CohortOnDemand))
            executor = self._stack_fn(cardinalities if tells_more else dict(cardinalities))
        if is_traced:
            describe(executor)
        return executor

    def _drop(self, stack: _Stack) -> None:
        with self._lock:
            stack.is_dropped = True
            may_close = stack.leases == 0 and stack.shared is None
        if may_close:
            stack.executor.close()


def _key(cardinalities: Mapping[PlacementLiteral, int], is_traced: bool) -> Hashable:
    homes = cardinalities.homes if isinstance(cardinalities, CohortAtHome) else ()
    counts = tuple(sorted((placement.uri, count) for placement, count in cardinalities.items()))
    return is_traced, isinstance(cardinalities, CohortOnDemand), homes, counts
