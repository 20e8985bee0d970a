"""What every executor answers alike: after its end, and to a wrong call."""

import asyncio

import federated_language as fl
import numpy as np
import pytest

from tests.unit.executors.plain_leaf import PlainLeaf
from tests.unit.executors.running import binary
from tffsim.executors.caching_executor import CachingExecutor
from tffsim.executors.reference_resolving_executor import ReferenceResolvingExecutor
from tffsim.executors.sequence_executor import SequenceExecutor

_FLOAT = fl.TensorType(np.float32)


_PLUS = binary("generic_plus", np.float32)


@pytest.mark.parametrize("kind", [CachingExecutor, ReferenceResolvingExecutor, SequenceExecutor])
def test_an_executor_that_was_closed_says_so_whatever_is_asked_of_it(kind):
    executor = kind(PlainLeaf())

    async def main():
        plus = await executor.create_value(_PLUS.to_building_block().result.function.to_proto())
        number = await executor.create_value(1.0, _FLOAT)
        pair = await executor.create_struct([number, number])
        executor.close()
        for work in (
            executor.create_value(1.0, _FLOAT),
            executor.create_call(plus, pair),
            executor.create_struct([number]),
            executor.create_selection(pair, 0),
        ):
            with pytest.raises(RuntimeError, match=f"This {kind.__name__} is closed"):
                await work

    asyncio.run(main())


@pytest.mark.parametrize("kind", [CachingExecutor, ReferenceResolvingExecutor, SequenceExecutor])
def test_a_function_is_called_with_an_argument_of_its_type_only(kind):
    executor = kind(PlainLeaf())

    async def main():
        plus = await executor.create_value(_PLUS.to_building_block().result.function.to_proto())
        number = await executor.create_value(1.0, _FLOAT)
        with pytest.raises(TypeError, match=r"needs an argument of type <float32,float32>\. Call it with one"):
            await executor.create_call(plus)
        with pytest.raises(TypeError, match="needs an argument of type <float32,float32>, found type float32"):
            await executor.create_call(plus, number)
        with pytest.raises(TypeError, match="Only functions can be called, found a value of type float32"):
            await executor.create_call(number)

    asyncio.run(main())
