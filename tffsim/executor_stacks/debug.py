"""The debug stack: one step after the other, in the calling thread, nothing remembered.

It is slow and simple. A breakpoint in an executor, or in a `tf.py_function`, stops where
one expects it: the call stack reaches from there up to the user's own call.
"""

import functools
from collections.abc import Mapping

import federated_language as fl
from federated_language.framework import Executor, PlacementLiteral

from tffsim.executor_stacks.local import FederationPlan, build_federation
from tffsim.executor_stacks.participant_stacks import LeafExecutorFn, eager_leaf, participant_stack
from tffsim.executor_stacks.resource_managing_executor_factory import ResourceManagingExecutorFactory


def debug_executor_factory(
    default_num_clients: int = 0, *, leaf_executor_fn: LeafExecutorFn | None = None
) -> ResourceManagingExecutorFactory:
    """Returns a factory of flat stacks without threads.

    Args:
        default_num_clients: How many clients there are when the argument of a
            computation does not tell.
        leaf_executor_fn: Makes the executors at the bottom; by default
            an `EagerTFExecutor` that runs every call in place.

    Returns:
        A factory for an execution context.
    """
    make_leaf = leaf_executor_fn or functools.partial(eager_leaf, worker_pool=None)

    def make_stack() -> Executor:
        return participant_stack(make_leaf(None))

    def client_stacks(num_clients: int, first_client: int) -> list[Executor]:
        return [make_stack() for _ in range(num_clients)]

    def stack_fn(cardinalities: Mapping[PlacementLiteral, int]) -> Executor:
        num_clients = cardinalities.get(fl.CLIENTS, default_num_clients)
        plan = FederationPlan(make_stack, client_stacks, max_fanout=max(num_clients, 2), max_concurrent_clients=1)
        return build_federation(plan, num_clients)

    return ResourceManagingExecutorFactory(
        stack_fn, max_stacks=1, default_num_clients=default_num_clients, runs_in_caller=True
    )
