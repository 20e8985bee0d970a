"""Random computations give the same results at two workers as locally, and those of the oracle."""

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings

import tffsim as tff
from tests.integration.remote.on_ray import factory_for, workers_on_ray
from tests.property import test_stacks_agree as agreement
from tests.property.typed_federations import Example, examples
from tffsim.remote.local_workers import LocalWorkers

pytestmark = pytest.mark.on_ray


@pytest.fixture(scope="module")
def contexts(request):
    on_ray = request.config.getoption("--ray")
    with contextlib.nullcontext(workers_on_ray()) if on_ray else LocalWorkers(2, start_timeout=500) as workers:
        factory = factory_for(workers, connect_timeout=60)
        yield {"flat": tff.SyncExecutionContext(tff.local_executor_factory()),
               "remote": tff.SyncExecutionContext(factory)}  # fmt: skip
        factory.close()


@given(example=examples())
@settings(
    max_examples=60,
    derandomize=True,
    database=None,
    suppress_health_check=[*HealthCheck],
)
def test_two_workers_agree_with_the_oracle(contexts, example: Example):
    agreement.assert_agreement(example, contexts)
