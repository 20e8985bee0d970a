"""The remote stack on a cluster of Ray: its workers are actors."""

import atexit
import functools
import weakref
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from federated_language.framework import PlacementLiteral

from tffsim.executor_stacks.remote import LostData, RemoteExecutorFactory, check_lost_data
from tffsim.failures.checked_numbers import checked_int, checked_seconds
from tffsim.remote.extra import check_ray

if TYPE_CHECKING:
    from tffsim.remote.ray_cluster import RayCluster
    from tffsim.remote.ray_worker import RayWorker
    from tffsim.remote.workers import Workers


def ray_executor_factory(
    num_workers: int,
    *,
    resources_per_worker: Mapping[str, float] | None = None,
    address: str | None = None,
    data: Mapping[str, str] | None = None,
    default_num_clients: int = 0,
    start_timeout: float = 120.0,
    call_timeout: float = 600.0,
    heartbeat_seconds: float = 5.0,
    lost_data: LostData = "error",
) -> "RayExecutorFactory":
    """Returns a factory of stacks whose clients are at workers in a cluster of Ray.

    It does what `remote_executor_factory` does, for those who have a cluster already: results
    are those of the local stack, bit for bit, and a worker that dies is replaced. All machines
    need the same version of tffsim. `close()` ends the workers.

    Without an address, Ray is started on this machine, for this process only: on the loopback
    interface, with a token, without a dashboard. That takes some ten seconds. On one machine,
    `tffsim.local_workers` does the same, with less.

    Args:
        num_workers: How many workers there are.
        resources_per_worker: What each needs, by Ray's names; by default `{"CPU": 1}`. A worker runs as many clients at
            a time as it has processors.
        address: That of a cluster, such as `10.0.0.5:6379`, or `auto` for the one that this machine belongs to.
        data: Data that stays at the workers: by its name the function that returns it, as `module:function`. Each
            worker calls the function, so it returns what that worker's machine has. See `RemoteExecutorFactory.data`.
        default_num_clients: How many clients there are when the argument of a computation does not tell.
        start_timeout: How many seconds workers may take to start.
        call_timeout: How many seconds the work of a range of clients may take at a worker.
        heartbeat_seconds: How often workers hear that this process is there.
        lost_data: What happens if a worker is lost that has data of clients, and is not back within `start_timeout`:
            `"error"` or `"drop out"`, as for `remote_executor_factory`.

    Raises:
        ImportError: If the extra `tffsim[ray]` is not installed.
        TypeError: If an option is no number.
        ValueError: If a number is wrong, or the address is that of Ray's client; if `lost_data` is something else.
        NoWorkerError: If Ray does not start, the cluster has no room for the workers, or a function of `data` fails.
    """
    check_ray()
    check_lost_data(lost_data)
    # Before Ray is started, which would have to be ended again.
    num_workers = checked_int("num_workers", num_workers, 1)
    resources = _checked(resources_per_worker)
    default_num_clients = checked_int("default_num_clients", default_num_clients, 0)
    start_timeout = checked_seconds("start_timeout", start_timeout)
    call_timeout = checked_seconds("call_timeout", call_timeout)
    heartbeat_seconds = checked_seconds("heartbeat_seconds", heartbeat_seconds)
    from tffsim.remote.ray_token import ask_for_token

    if address is None:
        ask_for_token()
    from tffsim.executor_stacks.worker_service import worker_service
    from tffsim.remote.ray_cluster import RayCluster
    from tffsim.remote.ray_transport import RayStore, RayTransport
    from tffsim.remote.ray_worker import RayWorker, wait_for_workers
    from tffsim.remote.workers import Workers

    cluster = RayCluster(address, {name: amount * num_workers for name, amount in resources.items()})
    make_service = functools.partial(
        worker_service,
        data=[f"{name}={function}" for name, function in (data or {}).items()],
        max_concurrent_computation_calls=max(1, int(resources["CPU"])),
    )
    actors = [
        RayWorker(cluster, f"ray:{number}", make_service, resources, has_data=bool(data))
        for number in range(num_workers)
    ]
    try:
        wait_for_workers(cluster, actors, start_timeout)
    except BaseException:
        for actor in actors:
            actor.close()
        cluster.close()
        raise
    store = RayStore()
    workers = Workers(
        [RayTransport(actor, store) for actor in actors],
        connect_timeout=start_timeout, call_timeout=call_timeout, heartbeat_seconds=heartbeat_seconds,
    )  # fmt: skip
    return RayExecutorFactory(
        workers, cluster, actors,
        default_num_clients=default_num_clients, lets_clients_drop_out=lost_data == "drop out",
    )  # fmt: skip


class RayExecutorFactory(RemoteExecutorFactory):
    """Builds stacks whose clients are at actors.

    Args:
        workers: Connections to the actors.
        cluster: Where they are.
        actors: The actors.
        default_num_clients: The number of clients when the argument tells none.
        lets_clients_drop_out: Whether calls go on without clients whose data is lost.

    Attributes:
        actors: The actors.
    """

    def __init__(
        self,
        workers: "Workers",
        cluster: "RayCluster",
        actors: "list[RayWorker]",
        *,
        default_num_clients: int = 0,
        lets_clients_drop_out: bool = False,
    ) -> None:
        super().__init__(workers, default_num_clients=default_num_clients, lets_clients_drop_out=lets_clients_drop_out)
        self._cluster = cluster
        self.actors = actors
        # Before Ray ends by itself: then its actors would be told to be lost.
        atexit.register(_close, weakref.ref(self))

    async def prepare(self, cardinalities: Mapping[PlacementLiteral, int]) -> Collection[str]:
        """Does what other factories do; an error if there is no Ray any more."""
        if not self._cluster.is_open:
            from tffsim.remote.worker_errors import NoWorkerError

            raise NoWorkerError(
                "This factory was closed, or Ray was shut down. Make a new one: `ray_executor_factory`."
            )
        return await super().prepare(cardinalities)

    def close(self) -> None:
        """Gives up all stacks, ends the workers, and the Ray that was started for them."""
        super().close()
        for actor in self.actors:
            actor.close()
        self._cluster.close()


def _close(reference: "weakref.ref[RayExecutorFactory]") -> None:
    factory = reference()
    if factory is not None:
        factory.close()


def _checked(resources: Mapping[str, float] | None) -> dict[str, float]:
    found = {"CPU": 1.0, **(resources or {})}
    for name, amount in found.items():
        if amount < 0:
            raise ValueError(f"A worker cannot need {amount:g} of {name!r}.")
    return found
