"""The stacks of single participants: what runs without placement, at a server or at a client."""

import functools
import os
from collections.abc import Callable, Sequence
from typing import TypeAlias

from federated_language.framework import Executor

from tffsim.concurrency.worker_pool import WorkerPool
from tffsim.executor_stacks.instrumentation import hooked
from tffsim.executors.reference_resolving_executor import ReferenceResolvingExecutor
from tffsim.executors.sequence_executor import SequenceExecutor
from tffsim.failures.checked_numbers import checked_int

LeafExecutorFn: TypeAlias = Callable[[object], Executor]
"""Makes a leaf executor for a device; None leaves the device to the leaf."""


def participant_stack(leaf: Executor) -> Executor:
    """Returns a stack that runs whatever has no placement.

    Args:
        leaf: Runs TensorFlow functions.
    """
    sequences = SequenceExecutor(hooked(leaf))
    below = hooked(sequences)
    sequences.run_elements_in(hooked(ReferenceResolvingExecutor(below)))
    return hooked(ReferenceResolvingExecutor(below))


def eager_leaf(device: object, *, worker_pool: WorkerPool | None) -> Executor:
    """Returns a leaf that runs TensorFlow functions; loads TensorFlow.

    Args:
        device: A `tf.config.LogicalDevice`, the name of one, or None.
        worker_pool: Where long calls run; None runs all calls in place.
    """
    from tffsim.executors.eager_tf_executor import EagerTFExecutor

    return EagerTFExecutor(device, worker_pool=worker_pool)


@functools.lru_cache(maxsize=8)
def worker_pool(max_workers: int) -> WorkerPool:
    """Returns the threads that run long TensorFlow calls; one pool per size and process."""
    return WorkerPool(max_workers)


def num_workers(max_concurrent_computation_calls: int | None) -> int:
    """Returns how many TensorFlow calls may run at a time.

    Args:
        max_concurrent_computation_calls: What the user asked for; None means one per
            processor.

    Raises:
        TypeError: If the user asked for something that is no int.
        ValueError: If the user asked for less than one.
    """
    if max_concurrent_computation_calls is None:
        return os.cpu_count() or 1
    return checked_int("max_concurrent_computation_calls", max_concurrent_computation_calls, 1)


def client_stacks(
    num_clients: int, devices: Sequence[object], first_client: int, make_stack: Callable[[object], Executor]
) -> list[Executor]:
    """Returns one stack per client; clients on the same device share theirs.

    Args:
        num_clients: How many clients there are.
        devices: Given to the clients in turn; empty leaves the choice to the leaf.
        first_client: Index of the first client in the whole cohort.
        make_stack: Makes the stack for one device.
    """
    turns = devices or [None]
    by_turn: dict[int, Executor] = {}
    stacks = []
    for client in range(first_client, first_client + num_clients):
        turn = client % len(turns)
        if turn not in by_turn:
            by_turn[turn] = make_stack(turns[turn])
        stacks.append(by_turn[turn])
    return stacks
