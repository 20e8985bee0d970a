"""The context that computations run in when nobody chose another."""

import federated_language as fl
import pytest

import tffsim as tff
from tests.unit.tracing.traced_runs import FLOATS, double


@tff.federated_computation(FLOATS)
def mean(values):
    return tff.federated_mean(values)


def test_a_computation_runs_without_any_set_up():
    assert mean([1.0, 2.0, 6.0]) == 3


def test_a_context_is_used_until_the_end_of_the_block():
    before = tff.get_context()
    with tff.use(tff.debug_executor_factory()) as context:
        assert tff.get_context() is context
        assert double(1.0) == 2
    assert tff.get_context() is before


@pytest.mark.parametrize("wrong", [None, 3, tff.local_executor_factory])
def test_only_contexts_and_factories_can_be_used(wrong):
    with pytest.raises(TypeError, match="execution context or an executor factory"):
        tff.use(wrong)


def test_computations_of_the_language_alone_run_in_the_default_context():
    plain = fl.federated_computation(lambda x: fl.federated_sum(x), FLOATS)
    assert plain([1.0, 2.0]) == 3
