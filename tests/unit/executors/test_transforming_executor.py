"""Computations that are changed before they run."""

import asyncio

import federated_language as fl
import numpy as np
import pytest
from federated_language.framework import ConcreteComputation, Lambda, Literal

from tests.unit.executors.plain_leaf import PlainLeaf
from tests.unit.executors.running import evaluate
from tffsim.executors.reference_resolving_executor import ReferenceResolvingExecutor
from tffsim.executors.transforming_executor import TransformingExecutor

_FLOAT = fl.TensorType(np.float32)


def test_computations_are_transformed_before_they_run():
    def to_nine(block):
        return Literal(np.float32(9), _FLOAT) if isinstance(block, Literal) else block

    executor = ReferenceResolvingExecutor(TransformingExecutor(to_nine, PlainLeaf()))
    one = ConcreteComputation.from_building_block(Lambda(None, None, Literal(np.float32(1), _FLOAT)))
    assert asyncio.run(evaluate(executor, one)) == 9


def test_a_transformation_must_return_a_building_block():
    executor = TransformingExecutor(lambda block: 3, PlainLeaf())
    with pytest.raises(TypeError, match="must return a building block, found a int"):
        asyncio.run(executor.create_value(Literal(np.float32(1), _FLOAT).to_proto()))
