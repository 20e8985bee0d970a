"""Workers of tests on Ray: one cluster with two actors for all tests of a process."""

import functools
import time

import federated_language as fl
import numpy as np
import psutil
import pytest

import tffsim as tff
from tffsim.executor_stacks.remote import RemoteExecutorFactory
from tffsim.remote.worker_errors import NoWorkerError

DID_NOT_START = 77
"""The status of a process of tests in which Ray did not start."""


@tff.federated_computation(fl.FederatedType(np.float32, fl.CLIENTS))
def total(x):
    return fl.federated_sum(x)


class WorkersOnRay:
    """Two actors, which can be used and disturbed as worker processes can.

    Attributes:
        owner: The factory that has made them.
        processes: Their processes, when `wait_for_all` was called last.
    """

    def __init__(self):
        self.owner = tff.ray_executor_factory(2, resources_per_worker={"CPU": 2}, start_timeout=500)
        self.wait_for_all()

    @property
    def addresses(self):
        return [connection.address for connection in self.owner.workers.connections]

    def wait_for_all(self):
        """Waits until all actors are ready; those that have died are made again."""
        context = tff.SyncExecutionContext(self.owner)
        for _ in range(600):
            assert context.invoke(total, [1.0] * 40) == 40
            ready = self.owner.workers.ready()
            pids = [int(worker.description.split("(process ")[1].split(" ")[0]) for worker in ready]
            # That an actor has died may not be known yet.
            if len(ready) == 2 and all(map(psutil.pid_exists, pids)):
                break
            time.sleep(0.2)
        else:
            raise AssertionError(f"{len(ready)} of 2 actors were ready in the end, in the processes {pids}.")
        self.processes = [psutil.Process(pid) for pid in pids]

    def links(self):
        """Returns a way to each actor, which a test can watch and slow down."""
        from tests.integration.remote.ray_link import links_to

        return links_to(self.owner.actors)

    def factory(self, addresses, **options):
        """Returns a factory that uses some of the actors, and leaves them there when it is closed."""
        return factory_over([link for link in self.links() if link.address in addresses], **options)


def factory_over(links, **options):
    """Returns a factory whose calls go over the links to actors."""
    from tffsim.remote.workers import Workers

    return RemoteExecutorFactory(Workers(links, **options))


@functools.cache
def workers_on_ray():
    """Returns the actors of this process; where Ray does not start, the process ends."""
    try:
        return WorkersOnRay()
    except NoWorkerError as error:
        pytest.exit(str(error), DID_NOT_START)


def factory_for(workers, **options):
    """Returns a factory for workers: processes, actors, or some of their addresses."""
    addresses = getattr(workers, "addresses", workers)
    if addresses[0].startswith("ray:"):
        return workers_on_ray().factory(addresses, **options)
    return tff.remote_executor_factory(workers, **options)
