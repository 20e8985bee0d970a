"""What crossed the cut between clients and server, and what the server can read of it."""

import numpy as np
import pytest

import tffsim as tff
from tests.unit.tracing.traced_runs import FLOATS, mean_of_doubles, sum_of_products, traced
from tffsim.tracing.analysis.privacy_cut import DOWN, FROM_CALLER, UP, privacy_cut
from tffsim.tracing.document.span_reader import SpanReader

STACKS = {
    "local": tff.local_executor_factory,
    "tree": lambda: tff.local_executor_factory(max_fanout=2),
    "debug": tff.debug_executor_factory,
}
INTEGERS = tff.FederatedType(np.int32, tff.CLIENTS)


@tff.federated_computation(INTEGERS)
def sum_and_count(values):
    one = tff.tf_computation(lambda x: x * 0 + 1, np.int32)
    ones = tff.federated_map(one, values)
    return tff.federated_secure_sum_bitwidth(values, 8), tff.federated_secure_sum_bitwidth(ones, 8)


@pytest.fixture(params=STACKS)
def factory(request):
    return STACKS[request.param]()


def cut_of(function, *arguments, factory=None):
    return privacy_cut(traced(function, *arguments, factory=factory)[1].snapshot)


def test_each_call_of_an_intrinsic_is_a_kind_of_its_own(factory):
    trace = traced(sum_and_count, [3, 4, 5], factory=factory)[1]
    kinds = [kind for kind in privacy_cut(trace.snapshot).kinds if kind.direction == UP]
    assert [(kind.visibility, kind.letters, kind.sizes) for kind in kinds] == [("aggregate", (3,), (12,))] * 2
    assert all(kind.is_sealed for kind in kinds)
    reader = SpanReader(trace.snapshot)
    assert sorted(reader.value(kind.results[0]) for kind in kinds) == [3, 12]


def test_what_crossed_is_told_by_call():
    with tff.use(tff.local_executor_factory()), tff.trace() as trace:
        for count in (1, 3, 2):
            sum_of_products([1.0] * count, 2.0)
    cut = privacy_cut(trace.snapshot)
    found = {kind.direction: (kind.letters, kind.sizes) for kind in cut.kinds}
    assert found == dict.fromkeys((FROM_CALLER, DOWN, UP), ((1, 3, 2), (4, 12, 8)))
    assert cut.letters_of(1).num_rows == 3 + 1 + 3


def test_a_plain_upload_is_that_of_the_call_with_the_most_data():
    with tff.use(tff.local_executor_factory()), tff.trace() as trace:
        for count in (2, 4, 2):
            mean_of_doubles([1.0] * count)
    cut = privacy_cut(trace.snapshot)
    assert (cut.plain_sizes, cut.plain_size, cut.sizes_up) == ((8, 16, 8), 16, (8, 16, 8))
    assert cut.ratio == 2


def test_without_data_of_clients_there_is_no_ratio():
    @tff.federated_computation(tff.FederatedType(np.float32, tff.SERVER), FLOATS)
    def send_back(x, _):
        return tff.federated_sum(tff.federated_broadcast(x))

    cut = cut_of(send_back, 2.0, [1.0, 2.0])
    assert cut.ratio is None and cut.sizes_up == (8,)


def test_a_sealed_total_of_one_client_is_found(factory):
    with tff.use(factory), tff.trace() as trace:
        for values in ([3, 4], [5]):
            sum_and_count(values)
    cut = privacy_cut(trace.snapshot)
    assert [call for _, call in cut.totals_of_one()] == [1, 1]


def test_an_open_value_of_one_client_is_no_total():
    assert cut_of(mean_of_doubles, [1.0]).totals_of_one() == []


def test_data_that_are_sent_as_they_are_are_found(factory):
    both = tff.federated_computation(
        lambda x: (
            tff.federated_max(x),
            tff.federated_sum(tff.federated_map(tff.tf_computation(lambda y: -y, np.int32), x)),
        ),
        INTEGERS,
    )
    kinds = cut_of(both, [1, 2, 3], factory=factory).kinds
    found = {kind.intrinsic: kind.is_given for kind in kinds if kind.direction == UP}
    assert found == {"federated_max": True, "federated_sum": False}


def test_calls_without_clients_are_no_part_of_the_cut():
    double = tff.tf_computation(lambda x: 2 * x, np.float32)
    cut = cut_of(double, 1.0)
    assert cut.calls == () and cut.kinds == () and cut.ratio is None
    assert cut_of(mean_of_doubles, []).calls == (0,)
