"""Two executors of one class may meet, for example from two stacks; their handles must not mix."""

import asyncio

import federated_language as fl
import numpy as np
import pytest

from tests.unit.executors.plain_leaf import PlainLeaf
from tffsim.executors.caching_executor import CachingExecutor
from tffsim.executors.eager_tf_executor import EagerTFExecutor
from tffsim.executors.federating_executor import FederatingExecutor
from tffsim.executors.materialising_executor import MaterialisingExecutor
from tffsim.executors.reference_resolving_executor import ReferenceResolvingExecutor
from tffsim.executors.sequence_executor import SequenceExecutor
from tffsim.executors.sizing_executor import SizingExecutor
from tffsim.executors.thread_delegating_executor import ThreadDelegatingExecutor
from tffsim.federation.federated_resolving_strategy import FederatedResolvingStrategy

_FLOAT = fl.TensorType(np.float32)
_PAIR = fl.StructType([_FLOAT, _FLOAT])
_PLUS = fl.framework.Intrinsic("generic_plus", fl.FunctionType(_PAIR, _FLOAT))


def _federating():
    return FederatingExecutor(FederatedResolvingStrategy(PlainLeaf(), [PlainLeaf()]), PlainLeaf())


_EXECUTORS = {
    "caching": lambda: CachingExecutor(PlainLeaf()),
    "eager TensorFlow": EagerTFExecutor,
    "federating": _federating,
    "materialising": lambda: MaterialisingExecutor(EagerTFExecutor()),
    "reference resolving": lambda: ReferenceResolvingExecutor(PlainLeaf()),
    "sequence": lambda: SequenceExecutor(PlainLeaf()),
    "sizing": lambda: SizingExecutor(PlainLeaf()),
    "thread delegating": lambda: ThreadDelegatingExecutor(PlainLeaf()),
}

every_executor = pytest.mark.parametrize("make", _EXECUTORS.values(), ids=list(_EXECUTORS))


@every_executor
def test_a_handle_of_another_executor_of_the_same_class_is_refused(make):
    async def main():
        here, there = make(), make()
        function = await here.create_value(_PLUS.to_proto())
        handle = await here.create_value(1.0, _FLOAT)
        foreign = await there.create_value(2.0, _FLOAT)
        pair = await there.create_struct([foreign, foreign])
        for request in (
            lambda: here.create_call(function, pair),
            lambda: here.create_call(foreign, handle),
            lambda: here.create_struct([handle, foreign]),
            lambda: here.create_selection(pair, 0),
        ):
            with pytest.raises(TypeError, match=f"another {type(here).__name__}.*create_value"):
                await request()
        assert await foreign.compute() == 2  # Nothing is lost where it belongs.
        here.close()
        there.close()

    asyncio.run(main())


@every_executor
def test_what_is_no_handle_is_refused_by_its_class(make):
    async def main():
        executor = make()
        with pytest.raises(TypeError, match=f"embedded in this {type(executor).__name__}, found a float"):
            await executor.create_struct([1.0])
        executor.close()

    asyncio.run(main())


@pytest.mark.parametrize("make", [EagerTFExecutor, _EXECUTORS["reference resolving"]])
def test_an_own_handle_embeds_as_itself_and_a_foreign_one_not_at_all(make):
    async def main():
        here, there = make(), make()
        handle = await here.create_value(1.0, _FLOAT)
        assert await here.create_value(handle) is handle
        with pytest.raises(TypeError, match="another"):
            await there.create_value(handle)

    asyncio.run(main())


@every_executor
def test_a_handle_tells_its_executor_and_its_type(make):
    async def main():
        executor = make()
        handle = await executor.create_value(1.0, _FLOAT)
        assert handle.executor is executor
        assert handle.type_signature == _FLOAT
        executor.close()

    asyncio.run(main())
