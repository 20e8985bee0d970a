"""Random computations give the same results at two workers as locally, and those of the oracle."""

import pytest
from hypothesis import HealthCheck, given, settings

import tffsim as tff
from tests.property import test_stacks_agree as agreement
from tests.property.typed_federations import Example, examples
from tffsim.remote.local_workers import LocalWorkers


@pytest.fixture(scope="module")
def contexts():
    with LocalWorkers(2, start_timeout=500) as workers:
        factory = tff.remote_executor_factory(workers, connect_timeout=60)
        yield {"flat": tff.SyncExecutionContext(tff.local_executor_factory()),
               "remote": tff.SyncExecutionContext(factory)}  # fmt: skip
        factory.close()


@given(example=examples())
@settings(
    max_examples=100,
    derandomize=True,
    database=None,
    suppress_health_check=[*HealthCheck],
)
def test_two_workers_agree_with_the_oracle(contexts, example: Example):
    agreement.assert_agreement(example, contexts)
