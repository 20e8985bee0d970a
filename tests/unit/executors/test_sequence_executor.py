import asyncio

import federated_language as fl
import numpy as np
import pytest

from tests.unit.executors.plain_leaf import PlainLeaf
from tests.unit.executors.running import binary, evaluate
from tffsim.executors.reference_resolving_executor import ReferenceResolvingExecutor
from tffsim.executors.sequence_executor import SequenceExecutor

_FLOATS = fl.SequenceType(np.float32)
_PLUS = binary("generic_plus", np.float32)


def _run(computation, argument):
    executor = ReferenceResolvingExecutor(SequenceExecutor(PlainLeaf()))
    return asyncio.run(evaluate(executor, computation, argument))


@fl.federated_computation(_FLOATS, np.float32)
def _shift(numbers, shift):
    return fl.sequence_map(fl.federated_computation(lambda x: _PLUS(x, shift), np.float32), numbers)


def test_map_applies_a_lambda_with_outer_values_to_each_element():
    assert _run(_shift, ([1.0, 2.0], 10.0)) == [11, 12]
    assert _run(_shift, ([], 10.0)) == []


def test_reduce_goes_through_the_elements_in_order():
    last = fl.federated_computation(lambda total, element: element, np.float32, np.float32)
    reduce_to_last = fl.federated_computation(lambda x, zero: fl.sequence_reduce(x, zero, last), _FLOATS, np.float32)
    assert _run(reduce_to_last, ([1.0, 2.0, 3.0], 0.0)) == 3
    assert _run(reduce_to_last, ([], 5.0)) == 5


def test_sum_of_nothing_is_zero():
    total = fl.federated_computation(fl.sequence_sum, _FLOATS)
    assert _run(total, [1.0, 2.0]) == 3
    assert _run(total, []) == 0


def test_a_mapped_sequence_can_be_used_twice_and_mapped_again():
    @fl.federated_computation(_FLOATS)
    def both(numbers):
        doubled = fl.sequence_map(fl.federated_computation(lambda x: _PLUS(x, x), np.float32), numbers)
        again = fl.sequence_map(fl.federated_computation(lambda x: _PLUS(x, x), np.float32), doubled)
        return doubled, again, fl.sequence_sum(doubled), fl.sequence_reduce(again, 0.0, _PLUS)

    assert _run(both, [1.0, 2.0]) == ([2, 4], [4, 8], 6, 12)


def test_one_zero_serves_two_reductions():
    @fl.federated_computation(_FLOATS, np.float32)
    def twice(numbers, zero):
        return fl.sequence_reduce(numbers, zero, _PLUS), fl.sequence_reduce(numbers, zero, _PLUS)

    assert _run(twice, ([1.0, 2.0], 1.0)) == (4, 4)


def test_struct_elements_keep_the_order_of_their_names():
    element = fl.StructType([("b", np.float32), ("a", np.float32)])
    swap = fl.federated_computation(lambda x: {"b": x.a, "a": x.b}, element)
    swapped = fl.federated_computation(lambda x: fl.sequence_map(swap, x), fl.SequenceType(element))
    assert _run(swapped, [{"a": 1.0, "b": 2.0}]) == [{"b": 1, "a": 2}]


def test_an_endless_sequence_is_refused_with_a_remedy():
    class Endless(list):
        def cardinality(self):
            return -1

    class KeepingLeaf(PlainLeaf):
        async def create_value(self, value, type_spec=None):
            handle = await super().create_value(value, type_spec)
            if isinstance(value, Endless):
                handle._value = value
            return handle

    executor = ReferenceResolvingExecutor(SequenceExecutor(KeepingLeaf()))
    total = fl.federated_computation(fl.sequence_sum, _FLOATS)
    with pytest.raises(ValueError, match=r"never ends.*take"):
        asyncio.run(evaluate(executor, total, Endless([1.0])))
