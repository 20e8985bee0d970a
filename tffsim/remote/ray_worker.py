"""A worker in an actor of Ray: made when it is needed, and made again when it has died."""

import threading
from collections.abc import Callable, Mapping, Sequence

import ray
from ray.exceptions import RayError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from tffsim.remote.ray_cluster import RayCluster, said_by_ray
from tffsim.remote.service.executor_service import ExecutorService
from tffsim.remote.service.ray_actor import RayActor
from tffsim.remote.worker_errors import NoWorkerError

_OPTIONS = {"CPU": "num_cpus", "GPU": "num_gpus", "memory": "memory"}


class RayWorker:
    """A worker of a cluster.

    Args:
        cluster: The cluster.
        name: The name of the worker, which no other has.
        make_service: Makes its service; the machines of the cluster must be able to import it.
        resources: What it needs, by Ray's names, such as `{"CPU": 2, "GPU": 1}`.
        has_data: Whether clients have their data there: then it is made again where it was, or not at all.

    Attributes:
        name: Its name.
        needs: What it needs, as part of a sentence.
    """

    def __init__(
        self,
        cluster: RayCluster,
        name: str,
        make_service: Callable[[], ExecutorService],
        resources: Mapping[str, float],
        *,
        has_data: bool = False,
    ) -> None:
        self.name = name
        self.needs = ", ".join(f"{amount:g} {resource}" for resource, amount in resources.items())
        self._cluster = cluster
        self._make_service = make_service
        self._options: dict[str, object] = {
            option: resources[resource] for resource, option in _OPTIONS.items() if resource in resources
        }
        self._options["resources"] = {name: amount for name, amount in resources.items() if name not in _OPTIONS}
        self._actor: ray.ActorHandle | None = None
        self._has_data = has_data
        self._machine: str | None = None
        self._lock = threading.Lock()

    @property
    def actor(self) -> "ray.ActorHandle | None":
        """Its actor, if it has one."""
        return self._actor if self._cluster.is_open else None

    @property
    def can_start(self) -> bool:
        """Whether there is a cluster to start in."""
        return self._cluster.is_open

    def start(self) -> "ray.ActorHandle":
        """Returns its actor; makes one if it has none, which Ray starts as soon as it has room."""
        with self._lock:
            if self._actor is None:
                # Over all machines. One that has died is made again by whoever needs it, not at once and for ever.
                where = "SPREAD" if self._machine is None else NodeAffinitySchedulingStrategy(self._machine, soft=False)
                actor = ray.remote(RayActor).options(scheduling_strategy=where, max_restarts=0, **self._options)
                self._actor = actor.remote(self._make_service, _this_machine)
            return self._actor

    def started_at(self, machine: str) -> None:
        """Notes on which machine its actor is, by Ray's name."""
        if self._has_data:
            self._machine = machine

    def died(self, actor: "ray.ActorHandle") -> None:
        """Notes that an actor will not answer any more."""
        with self._lock:
            if self._actor is actor:
                self._actor = None

    def close(self) -> None:
        """Ends its actor."""
        actor = self.actor
        if actor is not None:
            self.died(actor)
            ray.kill(actor)


def _this_machine() -> str:
    return ray.get_runtime_context().get_node_id()


def wait_for_workers(cluster: RayCluster, workers: Sequence[RayWorker], timeout: float) -> None:
    """Starts workers, and waits until all are ready.

    Args:
        cluster: Where they are.
        workers: The workers.
        timeout: How many seconds they may take.

    Raises:
        NoWorkerError: If one is not ready in time, or cannot start at all.
    """
    answers = [worker.start().machine.remote() for worker in workers]
    ready, waiting = ray.wait(answers, num_returns=len(answers), timeout=timeout)
    if waiting:
        raise NoWorkerError(
            f"Ray has started {len(ready)} of {len(workers)} workers within {timeout:g} s. Each needs "
            f"{workers[0].needs}; free are {cluster.room()}. Ask for fewer or smaller workers, or give them more time: "
            "`start_timeout=`."
        )
    for worker, answer in zip(workers, answers, strict=True):
        try:
            machine = ray.get(answer)
        except RayError as error:
            raise NoWorkerError(
                "A worker could not start. Have all machines of the cluster the same version of tffsim, with the extra "
                f"`tffsim[ray]`? Ray says: {said_by_ray(error)}"
            ) from error
        assert isinstance(machine, str)
        worker.started_at(machine)
