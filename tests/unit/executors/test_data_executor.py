"""Data that is fetched where it is needed."""

import asyncio

import federated_language as fl
import numpy as np
from federated_language.framework import Call, ConcreteComputation, Data, Lambda, Struct
from google.protobuf import any_pb2

from tests.unit.executors.plain_leaf import PlainLeaf
from tests.unit.executors.running import binary, evaluate
from tffsim.executors.data_executor import DataBackend, DataExecutor
from tffsim.executors.reference_resolving_executor import ReferenceResolvingExecutor

_FLOAT = fl.TensorType(np.float32)


_PLUS = binary("generic_plus", np.float32)


def test_data_is_fetched_where_it_is_needed():
    class Backend(DataBackend):
        async def materialize(self, data, type_spec):
            return float(data.content.value)

    data = Data(any_pb2.Any(value=b"41.5"), _FLOAT)
    computation = ConcreteComputation.from_building_block(
        Lambda(None, None, Call(_PLUS.to_building_block(), Struct([data, data])))
    )
    executor = ReferenceResolvingExecutor(DataExecutor(PlainLeaf(), Backend()))
    assert asyncio.run(evaluate(executor, computation)) == 83
