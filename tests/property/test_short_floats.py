"""Means of floats shorter than float32 are added up as float32: on every stack, and as NumPy does."""

import federated_language as fl
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra import numpy as np_st

from tests.property.oracle import Oracle
from tffsim.execution_contexts.sync_execution_context import SyncExecutionContext
from tffsim.executor_stacks.debug import debug_executor_factory
from tffsim.executor_stacks.local import local_executor_factory

_CONTEXTS = {
    "flat": SyncExecutionContext(local_executor_factory()),
    "tree": SyncExecutionContext(local_executor_factory(max_fanout=2)),
    "debug": SyncExecutionContext(debug_executor_factory()),
}
# The language allows no means of bfloat16, nor weights.
_SHORT = [np.float16]
_bounded = settings(max_examples=15, deadline=None, derandomize=True, database=None)

pytestmark = pytest.mark.filterwarnings("ignore:.*NaN|.*inf:UserWarning")


def _numbers(dtype, count):
    return np_st.arrays(np.float32, (count, 2), elements=st.floats(-100, 100, width=16, allow_subnormal=False)).map(
        lambda array: list(array.astype(dtype))
    )


def _assert_all_agree(computation, argument, num_clients):
    expected = Oracle(num_clients, {}).evaluate(computation.to_building_block(), {})(argument)
    for name, context in _CONTEXTS.items():
        result = context.invoke(computation, argument)
        assert result.dtype == expected.dtype, name
        assert result.tobytes() == expected.tobytes(), name
    return expected


@given(data=st.data())
@pytest.mark.parametrize("dtype", _SHORT, ids=lambda dtype: dtype.__name__)
@_bounded
def test_a_mean_agrees_with_the_oracle_bit_for_bit(dtype, data):
    num_clients = data.draw(st.integers(0, 9))
    values = data.draw(_numbers(dtype, num_clients))
    mean = fl.federated_computation(
        lambda x: fl.federated_mean(x), fl.FederatedType(fl.TensorType(dtype, [2]), fl.CLIENTS)
    )
    _assert_all_agree(mean, values, num_clients)


@given(data=st.data())
@pytest.mark.parametrize("weight", [np.int32, np.float32, *_SHORT], ids=lambda dtype: dtype.__name__)
@pytest.mark.parametrize("dtype", [*_SHORT, np.float32], ids=lambda dtype: dtype.__name__)
@_bounded
def test_a_weighted_mean_agrees_with_the_oracle_bit_for_bit(dtype, weight, data):
    num_clients = data.draw(st.integers(1, 9))
    values = data.draw(_numbers(dtype, num_clients))
    weights = [
        np.asarray(w).astype(weight)
        for w in data.draw(st.lists(st.integers(1, 200), min_size=num_clients, max_size=num_clients))
    ]
    value_type = fl.FederatedType(fl.TensorType(dtype, [2]), fl.CLIENTS)
    mean = fl.federated_computation(
        lambda x, w: fl.federated_mean(x, w), value_type, fl.FederatedType(weight, fl.CLIENTS)
    )
    _assert_all_agree(mean, (values, weights), num_clients)


@pytest.mark.parametrize("context", _CONTEXTS.values(), ids=_CONTEXTS)
def test_a_mean_that_fits_does_not_overflow_on_its_way(context):
    type_spec = fl.FederatedType(np.float16, fl.CLIENTS)
    mean = fl.federated_computation(lambda x: fl.federated_mean(x), type_spec)
    weighted = fl.federated_computation(lambda x, w: fl.federated_mean(x, w), type_spec, type_spec)
    values = [np.float16(60000)] * 7
    assert context.invoke(mean, values) == np.mean(values) == np.float16(60000)
    assert context.invoke(weighted, (values, [np.float16(100)] * 7)) == np.float16(60000)


def test_struct_parts_of_several_widths_keep_them():
    member = fl.StructType([("a", np.float16), ("b", [np.float32, fl.TensorType(np.float16, [2])])])
    mean = fl.federated_computation(lambda x: fl.federated_mean(x), fl.FederatedType(member, fl.CLIENTS))
    values = [{"a": k, "b": (k, [k, 2 * k])} for k in (1.0, 2.0, 6.0)]
    result = _CONTEXTS["tree"].invoke(mean, values)
    assert (result["a"].dtype, result["b"][0].dtype, result["b"][1].dtype) == (
        np.float16,
        np.float32,
        np.float16,
    )
    assert (result["a"], result["b"][0], result["b"][1].tolist()) == (3, 3, [3, 6])
