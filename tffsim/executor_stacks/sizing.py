"""The sizing stack: the local stack with a counter above each client."""

import dataclasses
import functools
from collections.abc import Mapping, Sequence

import federated_language as fl
from federated_language.framework import Executor, PlacementLiteral

from tffsim.executor_stacks.local import FederationPlan, build_federation
from tffsim.executor_stacks.participant_stacks import (
    LeafExecutorFn,
    eager_leaf,
    num_workers,
    participant_stack,
    worker_pool,
)
from tffsim.executor_stacks.resource_managing_executor_factory import ResourceManagingExecutorFactory
from tffsim.executors.sizing_executor import SizingExecutor, Traffic
from tffsim.federation.places_at_work import NUM_AHEAD


@dataclasses.dataclass(frozen=True, slots=True)
class SizeInfo:
    """What the clients received and sent since the factory was made.

    Attributes:
        clients: The traffic of each client, for each size of the cohort.
    """

    clients: Mapping[int, Sequence[Traffic]]

    @property
    def broadcast_bytes(self) -> int:
        """Bytes sent from the server (or the caller) to clients."""
        return sum(traffic.sent_bytes for cohort in self.clients.values() for traffic in cohort)

    @property
    def aggregate_bytes(self) -> int:
        """Bytes sent from clients to the server (or the caller)."""
        return sum(traffic.received_bytes for cohort in self.clients.values() for traffic in cohort)


class SizingExecutorFactory(ResourceManagingExecutorFactory):
    """Builds flat local stacks that count the traffic of each client.

    Args:
        default_num_clients: How many clients there are when the argument tells none.
        leaf_executor_fn: Makes the executors at the bottom.
    """

    def __init__(self, default_num_clients: int = 0, *, leaf_executor_fn: LeafExecutorFn | None = None) -> None:
        super().__init__(self._build_stack, default_num_clients=default_num_clients)
        workers = num_workers(None)
        self._workers = workers
        self._make_leaf = leaf_executor_fn or functools.partial(eager_leaf, worker_pool=worker_pool(workers))
        self._counters: dict[int, list[SizingExecutor]] = {}

    def get_size_info(self) -> SizeInfo:
        """Returns what was counted so far; stacks that were given up are still counted."""
        return SizeInfo({n: [counter.traffic for counter in cohort] for n, cohort in self._counters.items()})

    def _build_stack(self, cardinalities: Mapping[PlacementLiteral, int]) -> Executor:
        num_clients = cardinalities.get(fl.CLIENTS, self.default_num_clients)
        plan = FederationPlan(
            server_stack=lambda: participant_stack(self._make_leaf(None)),
            client_stacks=self._client_stacks,
            max_fanout=max(num_clients, 2),
            max_concurrent_clients=self._workers + NUM_AHEAD,
        )
        return build_federation(plan, num_clients)

    def _client_stacks(self, num_clients: int, first_client: int) -> list[Executor]:
        shared = participant_stack(self._make_leaf(None))
        before = self._counters.get(num_clients, [])
        counters = [SizingExecutor(shared) for _ in range(num_clients)]
        for counter, old in zip(counters, before, strict=False):
            counter.traffic.sent.extend(old.traffic.sent)
            counter.traffic.received.extend(old.traffic.received)
        self._counters[num_clients] = counters
        return list(counters)


def sizing_executor_factory(
    default_num_clients: int = 0, *, leaf_executor_fn: LeafExecutorFn | None = None
) -> SizingExecutorFactory:
    """Returns a factory of local stacks that count what each client sends and receives.

    Args:
        default_num_clients: How many clients there are when the argument of a
            computation does not tell.
        leaf_executor_fn: Makes the executors at the bottom.
    """
    return SizingExecutorFactory(default_num_clients, leaf_executor_fn=leaf_executor_fn)
