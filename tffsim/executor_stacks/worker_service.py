"""The service of a worker, with the stacks that it runs."""

import os
import platform
from collections.abc import Sequence

from tffsim.executor_stacks.worker import WorkerStacks
from tffsim.remote.service.allowed_operations import check_operations
from tffsim.remote.service.executor_service import ExecutorService
from tffsim.remote.service.hosted_data import read_hosted_data
from tffsim.remote.service.known_computations import KnownComputations


def worker_service(
    *,
    data: Sequence[str] = (),
    is_strict: bool = True,
    max_concurrent_computation_calls: int | None = None,
    max_value_bytes: int = 8 << 30,
    lease_seconds: float = 30.0,
    memory_key: str = "",
) -> ExecutorService:
    """Makes the service of this process, and loads TensorFlow.

    Args:
        data: The data that it has itself: texts such as `hospital=my_module:load`.
        is_strict: Whether operations are refused that reach files, networks or Python.
        max_concurrent_computation_calls: How many TensorFlow calls may run at a time; by default one per processor.
        max_value_bytes: How large a value may be.
        lease_seconds: After how long without a word from its controller a session ends.
        memory_key: Who knows it may share memory with this process; empty if nobody may.

    Raises:
        ValueError: If a text is wrong, or there is no such function.
        TypeError: If a function returns something else.
    """
    hosted = read_hosted_data(data)
    stacks = WorkerStacks(max_concurrent_computation_calls, data=hosted if data else None)
    # TensorFlow is loaded before the worker says that it is ready.
    stacks.make(1, 0, 1).close()
    return ExecutorService(
        stacks.make,
        KnownComputations(check_operations if is_strict else _allow),
        lease_seconds=lease_seconds,
        max_value_bytes=max_value_bytes,
        worker=f"process {os.getpid()} on {platform.node()}",
        num_clients=hosted.num_clients,
        memory_key=memory_key,
    )


def _allow(proto: object) -> None:
    """Allows every operation."""
