"""What each operator gives, on every stack."""

import asyncio
import weakref

import federated_language as fl
import numpy as np
import pytest

from tests.unit.executors.plain_leaf import PlainLeaf
from tests.unit.executors.running import STACKS, binary, evaluate, run
from tffsim.executor_stacks.local import local_executor_factory

_FLOATS = fl.FederatedType(np.float32, fl.CLIENTS)


_INTS = fl.FederatedType(np.int32, fl.CLIENTS)


_PLUS = binary("generic_plus", np.float32)


every_stack = pytest.mark.parametrize("stack", list(STACKS))


@fl.federated_computation(_FLOATS)
def _sum(x):
    return fl.federated_sum(x)


@fl.federated_computation(_FLOATS)
def _mean(x):
    return fl.federated_mean(x)


@fl.federated_computation(_FLOATS)
def _extremes(x):
    return fl.federated_min(x), fl.federated_max(x)


@fl.federated_computation(_FLOATS, _INTS)
def _weighted_mean(x, w):
    return fl.federated_mean(x, w)


@every_stack
def test_sum_mean_and_extremes(stack):
    assert run(_sum, [1.0, 2.0, 4.0], stack=stack) == 7
    assert run(_mean, [1.0, 2.0, 6.0], stack=stack) == 3
    assert run(_extremes, [2.0, -1.0, 5.0], stack=stack) == (-1, 5)


@every_stack
def test_aggregations_over_no_clients_are_defined(stack):
    assert run(_sum, [], 0, stack) == 0
    assert np.isnan(run(_mean, [], 0, stack))
    assert run(_extremes, [], 0, stack) == (np.inf, -np.inf)
    assert np.isnan(run(_weighted_mean, ([], []), 0, stack))


@every_stack
def test_weighted_mean_of_zero_total_weight_is_nan(stack):
    assert np.isnan(run(_weighted_mean, ([1.0, 2.0, 3.0], [0, 0, 0]), stack=stack))


@every_stack
def test_integer_weights_do_not_overflow(stack):
    weights = [2**31 - 1] * 3
    assert run(_weighted_mean, ([1.0, 2.0, 3.0], weights), stack=stack) == pytest.approx(2.0)


@every_stack
def test_broadcast_and_map(stack):
    @fl.federated_computation(_FLOATS, fl.FederatedType(np.float32, fl.SERVER))
    def shifted(x, shift):
        return fl.federated_map(_PLUS, (x, fl.federated_broadcast(shift)))

    assert run(shifted, ([1.0, 2.0, 3.0], 10.0), stack=stack) == [11, 12, 13]
    assert run(shifted, ([], 10.0), 0, stack=stack) == []


@every_stack
def test_aggregate_folds_in_client_order_and_reports(stack):
    # (total, member) -> member keeps the last one: only the order tells which.
    last = fl.federated_computation(lambda total, member: member, np.float32, np.float32)
    report = fl.federated_computation(lambda total: (total, total), np.float32)

    @fl.federated_computation(_FLOATS)
    def keep_last(x):
        return fl.federated_aggregate(x, 0.0, last, last, report)

    assert run(keep_last, [1.0, 2.0, 3.0], stack=stack) == (3, 3)
    assert run(keep_last, [], 0, stack=stack) == (0, 0)


@every_stack
def test_zip_keeps_nested_names(stack):
    @fl.federated_computation(_FLOATS, _INTS)
    def zipped(x, y):
        return fl.federated_zip({"b": x, "a": {"c": y}})

    assert run(zipped, ([1.0], [2]), 1, stack) == [{"b": 1, "a": {"c": 2}}]


@every_stack
def test_equal_values_at_no_clients_still_exist(stack):
    @fl.federated_computation(fl.FederatedType(np.float32, fl.SERVER))
    def doubled(x):
        double = fl.federated_computation(lambda y: _PLUS(y, y), np.float32)
        everywhere = fl.federated_broadcast(x)
        return everywhere, fl.federated_value(3.0, fl.CLIENTS), fl.federated_map(double, everywhere)

    assert run(doubled, 2.0, 0, stack) == (2, 3, [])


def test_a_client_s_update_is_freed_before_the_next_clients_start():
    alive, most = 0, 0

    def forget():
        nonlocal alive
        alive -= 1

    class CountingLeaf(PlainLeaf):
        async def create_call(self, comp, arg=None):
            nonlocal alive, most
            result = await super().create_call(comp, arg)
            weakref.finalize(result.reference, forget)
            alive += 1
            most = max(most, alive)
            return result

    vector = fl.TensorType(np.float32, [1000])
    plus = binary("generic_plus", vector)

    @fl.federated_computation(fl.FederatedType(vector, fl.CLIENTS))
    def total(x):
        double = fl.federated_computation(lambda y: plus(y, y), vector)
        return fl.federated_sum(fl.federated_map(double, x))

    factory = local_executor_factory(
        leaf_executor_fn=lambda device: CountingLeaf(), max_fanout=100, max_concurrent_computation_calls=2
    )
    with factory.lease({fl.CLIENTS: 60}) as executor:
        asyncio.run(evaluate(executor, total, [np.ones(1000, np.float32)] * 60))
    assert most < 12
