"""An executor that somebody else wrote, and a few steps with it."""

import asyncio

import federated_language as fl
import numpy as np
from federated_language.framework import Executor, ExecutorValue

FLOAT = fl.TensorType(np.float32)


class ForeignValue(ExecutorValue):
    def __init__(self, value, type_signature):
        self.reference, self.type_signature = value, type_signature

    reference = type_signature = None

    async def compute(self):
        await asyncio.sleep(0)
        return self.reference


class ForeignExecutor(Executor):
    """Twenty lines that somebody else wrote: numbers, structs, and calls of Python functions."""

    def close(self):
        self.closed = True

    async def create_value(self, value, type_spec=None):
        return ForeignValue(value, type_spec)

    async def create_call(self, comp, arg=None):
        await asyncio.sleep(0)
        return ForeignValue(comp.reference(*([arg.reference] if arg else [])), comp.type_signature.result)

    async def create_struct(self, elements):
        elements = list(elements)
        return ForeignValue([e.reference for e in elements], fl.StructType([e.type_signature for e in elements]))

    async def create_selection(self, source, index):
        return ForeignValue(source.reference[index], source.type_signature[index])


FUNCTION = fl.FunctionType(fl.StructType([FLOAT, FLOAT]), FLOAT)


async def subtract(executor):
    function = await executor.create_value(lambda pair: pair[0] - pair[1], FUNCTION)
    numbers = [await executor.create_value(n, FLOAT) for n in (5.0, 3.0)]
    pair = await executor.create_struct(numbers)
    difference = await executor.create_call(function, pair)
    first = await executor.create_selection(pair, 0)
    return await difference.compute(), await first.compute()


def record(coroutine, recorder, run=asyncio.run):
    """Runs a coroutine as if it were an invocation."""
    literal = fl.framework.Literal(np.float32(0), fl.TensorType(np.float32))
    computation = fl.framework.ConcreteComputation.from_building_block(fl.framework.Lambda(None, None, literal))
    return run(recorder.record_invocation("test", computation, {}, coroutine))
