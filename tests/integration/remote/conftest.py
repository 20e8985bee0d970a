"""Worker processes for tests. They are real ones, and start within bounds that no machine needs."""

import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tffsim.remote.local_workers import LocalWorkers

START_SECONDS = 500.0


def bits(result):
    """Returns the bytes of all tensors in a result."""
    return [np.asarray(leaf).tobytes() for leaf in tf.nest.flatten(result)]


@pytest.fixture(scope="package")
def two_workers():
    with LocalWorkers(2, start_timeout=START_SECONDS) as workers:
        yield workers


@pytest.fixture(scope="package")
def remote(two_workers):
    factory = tff.remote_executor_factory(two_workers, connect_timeout=60)
    yield tff.SyncExecutionContext(factory)
    factory.close()


@pytest.fixture(scope="package")
def local():
    return tff.SyncExecutionContext(tff.local_executor_factory())
