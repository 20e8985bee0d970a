"""Workers for tests: real processes, or actors of Ray. They start within bounds that no machine needs."""

import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tests.integration.remote.on_ray import factory_for, workers_on_ray
from tffsim.remote.local_workers import LocalWorkers

START_SECONDS = 500.0


def bits(result):
    """Returns the bytes of all tensors in a result."""
    return [np.asarray(leaf).tobytes() for leaf in tf.nest.flatten(result)]


@pytest.fixture(scope="package")
def two_workers(request):
    if request.config.getoption("--ray"):
        yield workers_on_ray()
        return
    with LocalWorkers(2, start_timeout=START_SECONDS) as workers:
        yield workers


@pytest.fixture(scope="package")
def remote(two_workers):
    factory = factory_for(two_workers, connect_timeout=60)
    yield tff.SyncExecutionContext(factory)
    factory.close()


@pytest.fixture(scope="package")
def local():
    return tff.SyncExecutionContext(tff.local_executor_factory())
