"""The runtime knows every intrinsic of the language, and refuses others by name."""

import asyncio

import federated_language as fl
import numpy as np
import pytest
from federated_language.compiler import intrinsic_defs

import tffsim as tff
from tests.unit.executors.plain_leaf import PlainLeaf
from tffsim.failures.failure_location import location_of
from tffsim.federation.federated_resolving_strategy import FederatedResolvingStrategy
from tffsim.federation.federating_strategy import FederatingStrategy
from tffsim.language.generic_intrinsics import LEAF_INTRINSIC_URIS

DEFINED = [thing.uri for thing in vars(intrinsic_defs).values() if isinstance(thing, intrinsic_defs.IntrinsicDef)]
SEQUENCES = ("sequence_map", "sequence_reduce", "sequence_sum")
STACKS = {
    "local": tff.local_executor_factory,
    "tree": lambda: tff.local_executor_factory(max_fanout=2),
    "debug": tff.debug_executor_factory,
}


@pytest.mark.parametrize("uri", [*DEFINED, "federated_secure_modular_sum"])
def test_every_intrinsic_of_the_language_is_known(uri):
    assert uri in LEAF_INTRINSIC_URIS or uri in SEQUENCES or hasattr(FederatingStrategy, f"compute_{uri}")


def test_there_are_as_many_as_the_language_documents():
    assert len(DEFINED) == len(set(DEFINED)) >= 27


@pytest.mark.parametrize("stack", STACKS)
def test_another_one_is_refused_by_its_name(stack):
    value_type = fl.FederatedType(np.int32, fl.CLIENTS)
    intrinsic = fl.framework.Intrinsic(
        "federated_median", fl.FunctionType(value_type, fl.FederatedType(np.int32, fl.SERVER))
    )
    call = fl.framework.Call(intrinsic, fl.framework.Reference("value", value_type))
    block = fl.framework.Lambda("value", value_type, call)
    computation = fl.framework.ConcreteComputation.from_building_block(block)
    with pytest.raises(tff.ExecutionError, match="The intrinsic `federated_median` is not known here"):
        tff.SyncExecutionContext(STACKS[stack]()).invoke(computation, [1, 2])


def test_what_fails_at_the_server_is_located_there():
    async def fail(number):
        return 1 // number

    strategy = FederatedResolvingStrategy(PlainLeaf(), [PlainLeaf()])
    with pytest.raises(ZeroDivisionError) as caught:
        asyncio.run(strategy.run_at_server("federated_sum", fail, 0))
    location = location_of(caught.value)
    assert (location.placement, location.client) == ("server", None) and "federated_sum" in str(location)
