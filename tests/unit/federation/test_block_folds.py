"""Clients that are folded together: what one stack has learned of one computation is not taken for another."""

import collections

import numpy as np
import pytest

import tffsim as tff
from tffsim.concurrency.call_duration import LONG_SECONDS, CallDuration
from tffsim.external_runtime.tensorflow.functions.block_function import BlockFunction

NUM_CLIENTS = 384
"""More than those that run one by one first, even if they call no function, and enough to build a call for."""
FLOATS = tff.FederatedType(np.float32, tff.CLIENTS)
double = tff.tf_computation(lambda x: 2 * x, np.float32)
increment = tff.tf_computation(lambda x: x + 1, np.float32)
difference = tff.tf_computation(lambda x, y: x - y, np.float32, np.float32)
of_fields = tff.tf_computation(
    lambda pair: pair["a"] - 3 * pair["b"], collections.OrderedDict(a=np.float32, b=np.float32)
)
swapped_fields = tff.tf_computation(
    lambda pair: pair["a"] - 3 * pair["b"], collections.OrderedDict(b=np.float32, a=np.float32)
)

WORKS = {
    "nothing": (lambda x: x, lambda x: x),
    "one function": (lambda x: tff.federated_map(double, x), lambda x: 2 * x),
    "another function": (lambda x: tff.federated_map(increment, x), lambda x: x + 1),
    "one and another": (
        lambda x: tff.federated_map(increment, tff.federated_map(double, x)),
        lambda x: 2 * x + 1,
    ),
    "another and one": (
        lambda x: tff.federated_map(double, tff.federated_map(increment, x)),
        lambda x: 2 * (x + 1),
    ),
    "two sources": (
        lambda x: tff.federated_map(difference, (x, tff.federated_map(double, x))),
        lambda x: x - 2 * x,
    ),
    "the same sources in turn": (
        lambda x: tff.federated_map(difference, (tff.federated_map(double, x), x)),
        lambda x: 2 * x - x,
    ),
    "one source twice": (lambda x: tff.federated_map(difference, (x, x)), lambda x: x - x),
    "a value that all have and one's own": (
        lambda x: tff.federated_map(difference, (tff.federated_value(np.float32(3), tff.CLIENTS), x)),
        lambda x: 3 - x,
    ),
    "one's own value and one that all have": (
        lambda x: tff.federated_map(difference, (x, tff.federated_value(np.float32(3), tff.CLIENTS))),
        lambda x: x - 3,
    ),
    "fields": (
        lambda x: tff.federated_map(of_fields, collections.OrderedDict(a=x, b=tff.federated_map(double, x))),
        lambda x: x - 3 * (2 * x),
    ),
    "fields in turn": (
        lambda x: tff.federated_map(swapped_fields, collections.OrderedDict(b=x, a=tff.federated_map(double, x))),
        lambda x: 2 * x - 3 * x,
    ),
}


@pytest.fixture
def context(monkeypatch):
    """A stack on which calls seem to be short, on a busy machine too."""
    record = CallDuration.record
    monkeypatch.setattr(CallDuration, "record", lambda self, *_, **__: record(self, 0.01 * LONG_SECONDS))
    return tff.SyncExecutionContext(tff.local_executor_factory(max_fanout=1000))


@pytest.fixture
def calls(monkeypatch):
    """Calls of blocks so far."""
    made, call = [], BlockFunction.__call__
    monkeypatch.setattr(BlockFunction, "__call__", lambda self, *arguments: made.append(self) or call(self, *arguments))
    return made


@pytest.mark.parametrize("aggregate", [tff.federated_sum, tff.federated_max], ids=["sum", "max"])
def test_each_computation_has_its_own_result_and_shares_calls_on_a_stack_that_knows_others(aggregate, context, calls):
    values = np.arange(NUM_CLIENTS, dtype=np.float32)
    expected = {"sum": np.sum, "max": np.max}[aggregate.__name__.removeprefix("federated_")]
    for name, (work, by_hand) in [*WORKS.items(), *reversed(WORKS.items())]:
        assert context.invoke(_aggregated(aggregate, work), list(values)) == expected(by_hand(values)), name
        assert calls, name
        calls.clear()


def _aggregated(aggregate, work):
    return tff.federated_computation(lambda x: aggregate(work(x)), FLOATS)


@pytest.mark.parametrize("num_arguments", [1, 2, 3])
def test_each_client_gets_its_own_arguments(num_arguments, context, calls):
    columns = [np.arange(NUM_CLIENTS, dtype=np.float32) * 100**k for k in range(num_arguments)]
    weighed = tff.tf_computation(lambda row: sum((k + 1) * x for k, x in enumerate(row)), [np.float32] * num_arguments)

    @tff.federated_computation([FLOATS] * num_arguments)
    def extremes_and_sum(row):
        weights = tff.federated_map(weighed, tff.federated_zip(row))
        return tff.federated_max(weights), tff.federated_min(weights), tff.federated_sum(weights)

    expected = sum((k + 1) * column for k, column in enumerate(columns))
    found = context.invoke(extremes_and_sum, tuple(map(list, columns)))
    assert found == (expected.max(), expected.min(), pytest.approx(expected.sum(dtype=np.float64)))
    assert calls


@pytest.mark.parametrize(
    ("member_type", "member", "is_small"),
    [
        (tff.TensorType(np.float32, [3]), np.ones(3, np.float32), True),
        (tff.TensorType(np.float32, [None]), np.ones(3, np.float32), False),
        (tff.TensorType(np.str_), "text", False),
        (tff.TensorType(np.float32, [50_000]), np.ones(50_000, np.float32), True),
        (tff.TensorType(np.float32, [2_000_000]), np.ones(2_000_000, np.float32), False),
        ([np.float32, tff.TensorType(np.float32, [None])], (1.0, np.ones(3, np.float32)), False),
    ],
    ids=str,
)
def test_members_are_in_one_call_only_if_they_are_known_to_be_small(member_type, member, is_small, context, calls):
    same = tff.tf_computation(lambda x: x, member_type)
    count = tff.tf_computation(lambda total, _: total + 1, np.int32, member_type)
    merge = tff.tf_computation(lambda x, y: x + y, np.int32, np.int32)
    report = tff.tf_computation(lambda x: x, np.int32)

    @tff.federated_computation(tff.FederatedType(member_type, tff.CLIENTS))
    def counted(members):
        return tff.federated_aggregate(tff.federated_map(same, members), np.int32(0), count, merge, report)

    assert context.invoke(counted, [member] * NUM_CLIENTS) == NUM_CLIENTS
    assert bool(calls) is is_small
