"""Running a computation on an executor, without a context."""

import asyncio

import federated_language as fl

from tests.unit.executors.plain_leaf import PlainLeaf
from tffsim.executor_stacks.debug import debug_executor_factory
from tffsim.executor_stacks.local import local_executor_factory
from tffsim.language.containers import pack


def _plain(device):
    return PlainLeaf()


STACKS = {
    "flat": local_executor_factory(leaf_executor_fn=_plain),
    "tree": local_executor_factory(leaf_executor_fn=_plain, max_fanout=2),
    "debug": debug_executor_factory(leaf_executor_fn=_plain),
    "threads": local_executor_factory(leaf_executor_fn=_plain, clients_per_thread=2),
}


async def evaluate(executor, computation, argument=None):
    function = await executor.create_value(computation.to_proto(), computation.type_signature)
    parameter = computation.type_signature.parameter
    embedded = await executor.create_value(argument, parameter) if parameter is not None else None
    result = await (await executor.create_call(function, embedded)).compute()
    return pack(result, computation.type_signature.result)


def run(computation, argument=None, num_clients=3, stack="flat"):
    with STACKS[stack].lease({fl.CLIENTS: num_clients}) as executor:
        return asyncio.run(evaluate(executor, computation, argument))


def binary(uri, type_spec):
    """Returns a computation of two operands of one type."""
    pair = fl.StructType([type_spec, type_spec])
    intrinsic = fl.framework.Intrinsic(uri, fl.FunctionType(pair, fl.to_type(type_spec)))
    body = fl.framework.Call(intrinsic, fl.framework.Reference("pair", pair))
    return fl.framework.ConcreteComputation.from_building_block(fl.framework.Lambda("pair", pair, body))
