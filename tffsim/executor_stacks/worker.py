"""The stack of a worker: a flat federation of the range of clients that it has."""

import functools

from federated_language.framework import Executor

from tffsim.executor_stacks.instrumentation import building, describe, hooked
from tffsim.executor_stacks.participant_stacks import (
    client_stacks,
    eager_leaf,
    num_workers,
    participant_stack,
    worker_pool,
)
from tffsim.executors.data_executor import DataBackend, DataExecutor
from tffsim.executors.federating_executor import FederatingExecutor
from tffsim.executors.reference_resolving_executor import ReferenceResolvingExecutor
from tffsim.federation.block_folds import BlockFolds
from tffsim.federation.federated_resolving_strategy import FederatedResolvingStrategy
from tffsim.federation.places_at_work import NUM_AHEAD


class WorkerStacks:
    """Makes the executors of ranges of clients.

    Args:
        max_concurrent_computation_calls: How many TensorFlow calls may run at a time; by default one per processor.
        data: Fetches the data that the worker has itself, if it has any.
    """

    def __init__(self, max_concurrent_computation_calls: int | None = None, *, data: DataBackend | None = None) -> None:
        self._data = data
        self._num_workers = num_workers(max_concurrent_computation_calls)
        self._make_leaf = functools.partial(eager_leaf, worker_pool=worker_pool(self._num_workers))
        self._block_folds = BlockFolds()

    def make(self, num_clients: int, first_client: int, cohort_size: int, is_traced: bool = False) -> Executor:
        """Makes the executor of a range of clients.

        Args:
            num_clients: How many clients there are.
            first_client: Index of the first in the whole cohort.
            cohort_size: Number of clients in the whole cohort.
            is_traced: Whether its work may be recorded.
        """
        with building(is_traced):
            stack = self._stack(num_clients, first_client, cohort_size)
        if is_traced:
            describe(stack)
        return stack

    def _stack(self, num_clients: int, first_client: int, cohort_size: int) -> Executor:
        strategy = FederatedResolvingStrategy(
            self._participant(None),
            client_stacks(num_clients, (), first_client, self._participant),
            # As in the local stack: see there.
            max_concurrent_clients=self._num_workers + NUM_AHEAD,
            first_client=first_client,
            cohort_size=cohort_size,
            block_folds=self._block_folds,
        )
        stack = hooked(ReferenceResolvingExecutor(hooked(FederatingExecutor(strategy, self._participant(None)))))
        return stack if self._data is None else hooked(DataExecutor(stack, self._data))

    def _participant(self, device: object) -> Executor:
        return participant_stack(self._make_leaf(device))
