"""What the children of a composed federation are asked to run."""

import asyncio

import federated_language as fl
import numpy as np
from federated_language.common_libs import structure

from tests.unit.executors.running import STACKS, binary
from tffsim.concurrency.deferred import Deferred
from tffsim.federation.child_intrinsics import ChildFold, call_intrinsic, create_common, zip_at_child
from tffsim.federation.federating_strategy import Function

FLOATS = fl.FederatedType(np.float32, fl.CLIENTS)
_PLUS = binary("generic_plus", np.float32)
PLUS = Function(_PLUS.to_proto(), _PLUS.type_signature)


def at_child(work, num_clients=3):
    """Returns what `work(child)` returns, of a child with some clients."""
    with STACKS["flat"].lease({fl.CLIENTS: num_clients}) as child:
        return asyncio.run(work(child))


def folded(fold, start):
    """Returns what a child makes of the members 1, 2 and 3."""

    async def work(child):
        return await fold.at(child, Deferred.of(await child.create_value([1.0, 2.0, 3.0], FLOATS)), start)

    return at_child(work)


def test_a_child_folds_its_members_onto_the_total_of_those_before_it():
    assert folded(ChildFold(PLUS, PLUS), 10.0) == 16
    assert folded(ChildFold(PLUS, PLUS, "federated_sum"), 10.0) == 16


def test_a_reduction_begins_at_the_first_member():
    assert folded(ChildFold(PLUS, PLUS, "federated_max"), None) == 3


def test_members_are_zipped_with_their_names():
    places = structure.Struct([("a", 0), (None, structure.Struct([("b", 1)]))])

    async def work(child):
        parts = [Deferred.of(await child.create_value([k, k + 1.0, k + 2.0], FLOATS)) for k in (0.0, 10.0)]
        return (await zip_at_child(child, places, *parts)).type_signature

    nested = fl.StructType([("a", np.float32), fl.StructType([("b", np.float32)])])
    assert at_child(work) == fl.FederatedType(nested, fl.CLIENTS)


def test_what_all_clients_share_may_be_an_operand_of_an_intrinsic_on_members_that_differ():
    same = fl.FederatedType(np.float32, fl.CLIENTS, all_equal=True)

    async def work(child):
        common = Deferred.of(await create_common(child, Deferred.of(2.0), same))
        total = await call_intrinsic(child, "federated_sum", [common], fl.FederatedType(np.float32, fl.SERVER))
        return await total.compute()

    assert at_child(work) == 6


def test_a_map_of_equal_members_keeps_them_equal():
    same = fl.FederatedType(np.float32, fl.CLIENTS, all_equal=True)
    twice = fl.federated_computation(lambda x: _PLUS(x, x), np.float32)

    async def work(child):
        common = Deferred.of(await create_common(child, Deferred.of(2.0), same))
        function = Function(twice.to_proto(), twice.type_signature)
        return await (await call_intrinsic(child, "federated_map_all_equal", [function, common], same)).compute()

    assert at_child(work) == 4
