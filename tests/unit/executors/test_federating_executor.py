import asyncio

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
