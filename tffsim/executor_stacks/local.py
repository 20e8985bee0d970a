"""The local execution stack: everything in this process.

Up to `max_fanout` clients hang directly below one federating executor; more become a
tree in which no executor has more than `max_fanout` children. The number of children is
then the largest power of two within `max_fanout`, so that each part of the tree is a
part of every fold (see `tffsim.federation.fold_shape`).
"""

import dataclasses
import functools
import math
from collections.abc import Callable, Mapping, Sequence

import federated_language as fl
from federated_language.framework import Executor, PlacementLiteral

from tffsim.executor_stacks.instrumentation import hooked
from tffsim.executor_stacks.participant_stacks import (
    LeafExecutorFn,
    client_stacks,
    eager_leaf,
    num_workers,
    participant_stack,
    worker_pool,
)
from tffsim.executor_stacks.resource_managing_executor_factory import ResourceManagingExecutorFactory
from tffsim.executors.federating_executor import FederatingExecutor
from tffsim.executors.reference_resolving_executor import ReferenceResolvingExecutor
from tffsim.executors.thread_delegating_executor import ThreadDelegatingExecutor
from tffsim.failures.checked_numbers import checked_int
from tffsim.federation.block_folds import BlockFolds
from tffsim.federation.federated_resolving_strategy import FederatedResolvingStrategy
from tffsim.federation.fold_shape import subtree_size
from tffsim.federation.places_at_work import NUM_AHEAD


@dataclasses.dataclass(frozen=True, slots=True)
class FederationPlan:
    """How a federation is built.

    Attributes:
        server_stack: Makes the stack of the server, and of what has no placement.
        client_stacks: Makes the stacks of a range of clients, from the number of its
            clients and the index of the first.
        max_fanout: How many children an executor may have.
        max_concurrent_clients: How many clients may be at work at a time.
        block_folds: What is known of folds of many clients in one call; None asks each.
    """

    server_stack: Callable[[], Executor]
    client_stacks: Callable[[int, int], list[Executor]]
    max_fanout: int
    max_concurrent_clients: int
    block_folds: BlockFolds | None = None


def local_executor_factory(
    default_num_clients: int = 0,
    max_fanout: int = 100,
    *,
    clients_per_thread: int | None = None,
    server_tf_device: object = None,
    client_tf_devices: Sequence[object] = (),
    max_concurrent_computation_calls: int | None = None,
    leaf_executor_fn: LeafExecutorFn | None = None,
) -> ResourceManagingExecutorFactory:
    """Returns a factory of local execution stacks.

    Args:
        default_num_clients: How many clients there are when the argument of a
            computation does not tell.
        max_fanout: How many children an executor may have; at least 2. More clients are
            arranged as a tree. The results are the same.
        clients_per_thread: How many clients share a thread of their own. By default
            clients have no threads of their own: orchestration runs in one thread, and
            long TensorFlow calls in a pool.
        server_tf_device: The `tf.config.LogicalDevice` (or its name) of the server.
        client_tf_devices: Those of the clients, given to them in turn.
        max_concurrent_computation_calls: How many TensorFlow calls may run at a time, and
            about how many clients; by default one per processor. Fewer need less memory.
        leaf_executor_fn: Makes the executors at the bottom, from a device or None; by
            default an `EagerTFExecutor`.

    Returns:
        A factory for an execution context.

    Raises:
        TypeError: If a number is no int.
        ValueError: If a number is too small.
    """
    max_fanout = checked_int("max_fanout", max_fanout, 2)
    if clients_per_thread is not None:
        clients_per_thread = checked_int("clients_per_thread", clients_per_thread, 1)
    workers = num_workers(max_concurrent_computation_calls)
    make_leaf = leaf_executor_fn or functools.partial(eager_leaf, worker_pool=worker_pool(workers))

    def make_stack(device: object) -> Executor:
        return participant_stack(make_leaf(device))

    plan = FederationPlan(
        server_stack=lambda: make_stack(server_tf_device),
        client_stacks=functools.partial(_client_stacks, client_tf_devices, make_stack, clients_per_thread),
        max_fanout=max_fanout,
        # Two clients more than there are workers. One waits for a worker, so that none is idle while
        # another client is folded, or is waited for because it comes first.
        max_concurrent_clients=workers + NUM_AHEAD,
        # A call for many clients ends with their fold, which belongs to the server.
        block_folds=BlockFolds() if server_tf_device is None and not client_tf_devices else None,
    )
    return ResourceManagingExecutorFactory(
        functools.partial(_stack_for, plan, default_num_clients), default_num_clients=default_num_clients
    )


def build_federation(plan: FederationPlan, num_clients: int) -> Executor:
    """Builds the stack of a whole federation.

    Args:
        plan: How it is built.
        num_clients: How many clients there are.

    Returns:
        Its top executor.
    """
    if num_clients <= plan.max_fanout:
        return _flat(plan, num_clients, 0, num_clients)
    size = subtree_size(plan.max_fanout)
    children = []
    for first_client in range(0, num_clients, size):
        group = min(size, num_clients - first_client)
        children.append((_flat(plan, group, first_client, num_clients), group))
    while len(children) > plan.max_fanout:
        groups = [children[first : first + size] for first in range(0, len(children), size)]
        children = [(_composed(plan, group), sum(count for _, count in group)) for group in groups]
    return _composed(plan, children)


def _stack_for(
    plan: FederationPlan, default_num_clients: int, cardinalities: Mapping[PlacementLiteral, int]
) -> Executor:
    return build_federation(plan, cardinalities.get(fl.CLIENTS, default_num_clients))


def _flat(plan: FederationPlan, num_clients: int, first_client: int, cohort_size: int) -> Executor:
    strategy = FederatedResolvingStrategy(
        plan.server_stack(),
        plan.client_stacks(num_clients, first_client),
        max_concurrent_clients=plan.max_concurrent_clients,
        first_client=first_client,
        cohort_size=cohort_size,
        block_folds=plan.block_folds,
    )
    return hooked(ReferenceResolvingExecutor(hooked(FederatingExecutor(strategy, plan.server_stack()))))


def _composed(plan: FederationPlan, children: Sequence[tuple[Executor, int]]) -> Executor:
    # Loaded for the first tree: a first round without one need not wait.
    from tffsim.federation.federated_composing_strategy import FederatedComposingStrategy

    strategy = FederatedComposingStrategy(
        plan.server_stack(), children, max_concurrent_clients=plan.max_concurrent_clients
    )
    return hooked(ReferenceResolvingExecutor(hooked(FederatingExecutor(strategy, plan.server_stack()))))


def _client_stacks(
    devices: Sequence[object],
    make_stack: Callable[[object], Executor],
    clients_per_thread: int | None,
    num_clients: int,
    first_client: int,
) -> list[Executor]:
    if clients_per_thread is None:
        return client_stacks(num_clients, devices, first_client, make_stack)
    turns = devices or [None]
    threads = math.ceil(num_clients / clients_per_thread)
    stacks = [hooked(ThreadDelegatingExecutor(make_stack(turns[i % len(turns)]))) for i in range(threads)]
    return [stacks[client % threads] for client in range(num_clients)]
