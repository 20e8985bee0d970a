"""The operation in which an error arose, and what it said."""

import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tests.unit.tracing.traced_runs import failed_at_client, sum_of_logarithms
from tffsim.tracing.analysis.first_error import error_message, first_error

STACKS = {
    "local": tff.local_executor_factory,
    "tree": lambda: tff.local_executor_factory(max_fanout=2),
    "debug": tff.debug_executor_factory,
}


@pytest.fixture(scope="module", params=STACKS)
def failed(request):
    return failed_at_client(2, num_clients=5, factory=STACKS[request.param]())


def test_the_error_of_a_client_is_that_of_the_operation_in_which_it_arose(failed):
    span = first_error(failed.snapshot, client=2)
    assert failed.spans.row(span)["executor"].startswith("EagerTFExecutor")
    assert span == first_error(failed.snapshot) == first_error(failed.snapshot, invocation=0)
    assert "a client sent seven" in failed.error(client=2)
    assert failed.error(client=2) == failed.error() == failed.error(span) == failed.error(client=2, round=0)


def test_a_client_that_did_not_fail_has_no_error(failed):
    assert first_error(failed.snapshot, client=1) == -1
    assert failed.error(client=1) == failed.error(client=4) == failed.error(0 + 1) == ""


def test_a_client_or_a_round_that_is_not_there_is_told(failed):
    with pytest.raises(IndexError, match=r"There is no client 5: the trace has 5, from 0\."):
        failed.error(client=5)
    with pytest.raises(IndexError, match=r"There is no call 1: the trace has 1, from 0\."):
        failed.error(round=1)
    with pytest.raises(TypeError, match="a span, or a client and a round"):
        failed.error(3, client=2)


def test_a_trace_without_calls_has_no_error():
    with tff.trace() as trace:
        pass
    assert trace.error() == ""


def test_each_round_has_its_own_error():
    with tff.use(tff.local_executor_factory()), tff.trace() as trace:
        sum_of_logarithms([1.0, 1.0])
        with pytest.raises(tff.ExecutionError):
            sum_of_logarithms([1.0, 7.0])
    assert trace.error(client=1, round=0) == "" != trace.error(client=1, round=1) == trace.error(client=1)


def test_of_several_clients_that_fail_it_is_the_one_whose_error_is_raised():
    @tff.tf_computation(np.float32)
    def fails_later_the_larger_it_is(x):
        (count,) = tf.while_loop(lambda n: n < 1e3 * x, lambda n: (n + 1.0,), (0.0,))
        with tf.control_dependencies([tf.debugging.Assert(count < 1000.0, [x])]):
            return tf.identity(x)

    @tff.federated_computation(tff.FederatedType(np.float32, tff.CLIENTS))
    def total(xs):
        return tff.federated_sum(tff.federated_map(fails_later_the_larger_it_is, xs))

    error = pytest.raises(tff.ExecutionError, match=r"client 1 \(of 4\)")
    with tff.use(tff.local_executor_factory()), tff.trace() as trace, error:
        total([0.5, 300.0, 0.5, 1.0])
    assert trace.error() == trace.error(client=1) != ""


def test_a_wrong_argument_is_an_error_of_its_client():
    error = pytest.raises(tff.ArgumentError, match=r"client 1 \(of 2\)")
    with tff.use(tff.local_executor_factory()), tff.trace() as trace, error:
        sum_of_logarithms([1.0, "x"])
    assert trace.spans.row(first_error(trace.snapshot))["client"] == 1
    assert trace.error() == trace.error(client=1) != ""


def test_the_message_is_the_first_line_without_what_says_nothing():
    assert error_message("InvalidArgumentError: a client sent seven\nmodel.py:3: x") == "a client sent seven"
    assert error_message("ValueError: no") == "ValueError: no"
