import asyncio
import weakref

import federated_language as fl
import numpy as np
import pytest
from federated_language.common_libs import structure

from tests.unit.executors.plain_leaf import PlainLeaf
from tests.unit.executors.running import STACKS, binary, evaluate, run
from tffsim.executor_stacks.debug import debug_executor_factory
from tffsim.executor_stacks.local import local_executor_factory
from tffsim.executors.federating_executor import FederatingExecutor
from tffsim.failures.failure_location import location_of
from tffsim.federation.secure_sum_bounds import maximum_type_of_bitwidth

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
def test_a_lambda_may_use_outer_constants_and_functions(stack):
    @fl.federated_computation(_FLOATS, np.float32)
    def shifted(x, shift):
        add = fl.federated_computation(lambda y: _PLUS(y, shift), np.float32)
        return fl.federated_map(add, x)

    assert run(shifted, ([1.0, 2.0, 3.0], 10.0), stack=stack) == [11, 12, 13]


def test_a_lambda_may_not_use_an_outer_federated_value():
    x = fl.framework.Reference("x", _FLOATS)
    body = fl.framework.Lambda("y", np.float32, _first([fl.framework.Reference("y", np.float32), x]))
    source = fl.framework.Lambda("x", _FLOATS, fl.framework.Block([("f", body)], _map_block(body, x)))
    with pytest.raises(TypeError, match="outer value `x`"):
        run(fl.framework.ConcreteComputation.from_building_block(source), [1.0, 2.0, 3.0])


def _first(blocks):
    return fl.framework.Selection(fl.framework.Struct(blocks), index=0)


def _map_block(function, argument):
    return fl.framework.create_federated_map(function, argument)


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


@pytest.mark.parametrize("max_fanout", [2, 3, 4])
@pytest.mark.parametrize("num_clients", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 17])
def test_every_client_of_a_tree_counts_once(num_clients, max_fanout):
    add = binary("generic_plus", np.int32)
    unchanged = fl.federated_computation(lambda total: total, np.int32)

    @fl.federated_computation(_INTS)
    def aggregations(x):
        return (
            fl.federated_sum(x),
            fl.federated_min(x),
            fl.federated_max(x),
            fl.federated_secure_sum(x, 2**20),
            fl.federated_secure_sum_bitwidth(x, 20),
            fl.federated_aggregate(x, 0, add, add, unchanged),
        )

    factory = local_executor_factory(leaf_executor_fn=lambda device: PlainLeaf(), max_fanout=max_fanout)
    with factory.lease({fl.CLIENTS: num_clients}) as executor:
        for order in (1, -1):
            # A power of two for each client: a sum tells who is in it, an extreme who is last or first.
            x = [2**k for k in range(num_clients)][::order]
            total = 2**num_clients - 1
            result = asyncio.run(evaluate(executor, aggregations, x))
            assert result == (total, 1, 2 ** (num_clients - 1), total, total, total)


@pytest.mark.parametrize("num_clients", [1, 2, 3, 7, 50])
def test_float_sums_do_not_depend_on_the_stack(num_clients):
    numbers = np.random.default_rng(0).normal(size=num_clients).astype(np.float32) * 1e3
    sums = {run(_sum, list(numbers), num_clients, stack).tobytes() for stack in STACKS}
    assert len(sums) == 1


@every_stack
def test_secure_sums_check_their_bounds(stack):
    @fl.federated_computation(_INTS)
    def secure(x):
        return fl.federated_secure_sum(x, 5), fl.federated_secure_sum_bitwidth(x, 3)

    assert run(secure, [1, 0, 5], stack=stack) == (6, 6)
    with pytest.raises(ValueError, match="from 0 to 5, but `value` holds 6") as failure:
        run(secure, [1, 6, 2], stack=stack)
    assert (location_of(failure.value).client, location_of(failure.value).num_clients) == (1, 3)


@every_stack
def test_each_field_of_a_struct_has_a_bit_width_of_its_own(stack):
    counts = fl.FederatedType(fl.StructType([("seen", np.int32), ("liked", np.int32)]), fl.CLIENTS)

    @fl.federated_computation(counts)
    def secure(x):
        return fl.federated_secure_sum_bitwidth(x, {"seen": 4, "liked": 2})

    assert run(secure, [{"seen": 15, "liked": 3}] * 3, stack=stack) == {"seen": 45, "liked": 9}
    with pytest.raises(ValueError, match=r"from 0 to 3, but `value\.liked` holds 4"):
        run(secure, [{"seen": 15, "liked": 4}] * 3, stack=stack)


def test_the_bounds_of_bit_widths_have_their_fields_names_and_nesting():
    widths = fl.StructType([("a", np.int32), ("b", fl.StructType([np.int8, ("c", np.int32)]))])
    bounds = fl.StructType([("a", np.int64), ("b", fl.StructType([np.int64, ("c", np.int64)]))])
    assert maximum_type_of_bitwidth(widths) == bounds


@every_stack
def test_select_gives_each_client_its_slices(stack):
    keys_type = fl.FederatedType(fl.TensorType(np.int32, [2]), fl.CLIENTS)
    pick = fl.federated_computation(lambda state, key: (key, state), np.float32, np.int32)

    @fl.federated_computation(keys_type, fl.FederatedType(np.float32, fl.SERVER))
    def select(keys, state):
        return fl.federated_select(keys, fl.federated_value(3, fl.SERVER), state, pick)

    assert run(select, ([[0, 2], [1, 1]], 7.0), 2, stack) == [[(0, 7), (2, 7)], [(1, 7), (1, 7)]]
    with pytest.raises(ValueError, match="Selected key 3, but keys go from 0 to 2"):
        run(select, ([[0, 3], [1, 1]], 7.0), 2, stack)


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


def test_an_error_names_the_intrinsic_and_the_client():
    class PickyLeaf(PlainLeaf):
        async def create_call(self, comp, arg=None):
            if np.any(np.asarray(arg.reference[0]) == 13):
                raise RuntimeError("unlucky number")
            return await super().create_call(comp, arg)

    @fl.federated_computation(_FLOATS)
    def doubled(x):
        return fl.federated_sum(fl.federated_map(fl.federated_computation(lambda y: _PLUS(y, y), np.float32), x))

    for max_fanout in (2, 100):
        factory = local_executor_factory(leaf_executor_fn=lambda device: PickyLeaf(), max_fanout=max_fanout)
        with factory.lease({fl.CLIENTS: 9}) as executor, pytest.raises(RuntimeError, match="unlucky") as failure:
            asyncio.run(evaluate(executor, doubled, [0.0] * 7 + [13.0, 0.0]))
        location = location_of(failure.value)
        assert (location.node, location.client, location.num_clients) == (
            "federated_map > call of a lambda > generic_plus",
            7,
            9,
        )


def test_a_wrong_number_of_members_is_refused():
    with pytest.raises(ValueError, match="each of the 3 clients, found 2 members"):
        run(_sum, [1.0, 2.0], 3)


def test_an_unknown_intrinsic_is_refused():
    block = fl.framework.Intrinsic(
        "federated_teleport", fl.FunctionType(_FLOATS, fl.FederatedType(np.float32, fl.SERVER))
    )
    body = fl.framework.Call(block, fl.framework.Reference("x", _FLOATS))
    computation = fl.framework.ConcreteComputation.from_building_block(fl.framework.Lambda("x", _FLOATS, body))
    with pytest.raises(NotImplementedError, match="federated_teleport"):
        run(computation, [1.0], 1)


def test_a_closed_stack_says_so():
    factory = local_executor_factory(leaf_executor_fn=lambda device: PlainLeaf())
    executor = factory.create_executor({fl.CLIENTS: 1})
    factory.clean_up_executor({fl.CLIENTS: 1})
    executor.close()
    with pytest.raises(RuntimeError, match="is closed"):
        asyncio.run(evaluate(executor, _sum, [1.0]))


@pytest.mark.parametrize(
    ("make", "options"),
    [(local_executor_factory, {}), (local_executor_factory, {"max_fanout": 2}), (debug_executor_factory, {})],
    ids=["flat", "tree", "debug"],
)
def test_a_stack_that_is_closed_closes_all_its_leaves(make, options):
    leaves = []

    def leaf(device):
        leaves.append(PlainLeaf())
        return leaves[-1]

    factory = make(leaf_executor_fn=leaf, **options)
    with factory.lease({fl.CLIENTS: 5}) as executor:
        assert asyncio.run(evaluate(executor, _sum, [1.0] * 5)) == 5
    assert leaves and not any(leaf.is_closed for leaf in leaves)
    factory.close()
    assert all(leaf.is_closed for leaf in leaves)


def test_a_closed_federating_executor_says_so_whatever_is_asked_of_it():
    executor = local_executor_factory(leaf_executor_fn=lambda device: PlainLeaf()).create_executor({})
    while not isinstance(executor, FederatingExecutor):
        executor = executor.target

    async def main():
        number = await executor.create_value(1.0, np.float32)
        pair = await executor.create_struct([number, number])
        plus = await executor.create_value(_PLUS.to_building_block().result.function.to_proto())
        executor.close()
        for work in (
            executor.create_value(1.0, np.float32),
            executor.create_call(plus, pair),
            executor.create_struct([number]),
            executor.create_selection(pair, 0),
        ):
            with pytest.raises(RuntimeError, match="This FederatingExecutor is closed"):
                await work

    asyncio.run(main())


@pytest.mark.parametrize(("field", "step"), [("rate", "rate"), (None, 1)])
def test_a_bad_element_of_a_struct_is_found_by_its_name_or_else_its_position(field, step):
    executor = local_executor_factory(leaf_executor_fn=lambda device: PlainLeaf()).create_executor({}).target
    elements = [("size", np.int32), (field, fl.FederatedType(np.float32, fl.CLIENTS))]
    type_spec = fl.StructType([element if element[0] else element[1] for element in elements])
    with pytest.raises((TypeError, ValueError)) as caught:
        asyncio.run(executor.create_value(structure.Struct([("size", 1), (field, 2.0)]), type_spec))
    assert location_of(caught.value).argument_path == (step,)
