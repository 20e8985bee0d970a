"""The top of a stack for contexts that are not ours: results, places and warnings of their own."""

import asyncio
import warnings

import federated_language as fl
import numpy as np
import pytest
from federated_language.common_libs import structure

from tests.unit.executors.plain_leaf import PlainLeaf, PlainValue
from tffsim.executors.materialising_executor import MaterialisingExecutor
from tffsim.failures.failure_location import locate
from tffsim.federation.number_watch import current_notices

FLOAT = fl.TensorType(np.float32)


class NoticingValue(PlainValue):
    async def compute(self):
        current_notices.get().append(f"{self.reference} is strange.")
        return await super().compute()


class NoticingLeaf(PlainLeaf):
    """Notices something whenever a value is computed, as an aggregation does at a NaN."""

    async def create_value(self, value, type_spec=None):
        return NoticingValue(value, type_spec)


class FailingLeaf(PlainLeaf):
    async def create_call(self, comp, arg=None):
        raise locate(ValueError("too small"), node="federated_sum", client=3)


async def made_of(executor):
    number = await executor.create_value(2.0, FLOAT)
    pair = await executor.create_struct(structure.Struct([("a", number), ("b", number)]))
    return await (await executor.create_selection(pair, 1)).compute(), await pair.compute()


def test_values_structs_and_selections_come_out_as_they_went_in():
    number, pair = asyncio.run(made_of(MaterialisingExecutor(PlainLeaf())))
    assert number == 2 and structure.to_elements(pair) == [("a", 2), ("b", 2)]


def test_a_handle_of_another_executor_is_refused():
    one, other = MaterialisingExecutor(PlainLeaf()), MaterialisingExecutor(PlainLeaf())
    handle = asyncio.run(one.create_value(2.0, FLOAT))
    with pytest.raises(TypeError, match="MaterialisingExecutor"):
        asyncio.run(other.create_struct([handle]))


async def computed(executor, number):
    return await (await executor.create_value(number, FLOAT)).compute()


def test_what_was_noticed_is_a_warning_of_the_value_that_it_belongs_to():
    executor = MaterialisingExecutor(NoticingLeaf())
    for number in (1.0, 2.0):
        with pytest.warns(UserWarning, match=rf"^{number} is strange\. See docs/numbers\.md") as seen:
            assert asyncio.run(computed(executor, number)) == number
        assert len(seen) == 1
    assert current_notices.get() is None


def test_a_context_of_ours_reads_notices_itself():
    notices = []
    token = current_notices.set(notices)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            asyncio.run(computed(MaterialisingExecutor(NoticingLeaf()), 1.0))
    finally:
        current_notices.reset(token)
    assert notices == ["1.0 is strange."]


def test_an_error_tells_in_a_note_where_it_happened():
    function = fl.framework.Intrinsic("generic_plus", fl.FunctionType(fl.StructType([FLOAT, FLOAT]), FLOAT))

    async def call():
        executor = MaterialisingExecutor(FailingLeaf())
        return await executor.create_call(await executor.create_value(function.to_proto()))

    with pytest.raises(ValueError, match="too small") as caught:
        asyncio.run(call())
    (note,) = caught.value.__notes__
    assert "federated_sum" in note and "client 3" in note
