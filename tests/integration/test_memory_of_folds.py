"""An aggregation holds a few clients' updates at a time, whatever the shape of the stack.

The values are counted, not measured: a leaf in NumPy counts those of its arrays that are alive.
"""

import asyncio
import contextlib
import gc
import threading
import weakref

import federated_language as fl
import numpy as np
import pytest
from federated_language.common_libs import structure

from tests.unit.executors.plain_leaf import PlainLeaf
from tests.unit.executors.running import binary
from tffsim.execution_contexts.sync_execution_context import SyncExecutionContext
from tffsim.executor_stacks.local import local_executor_factory
from tffsim.tracing.recording.active import recording
from tffsim.tracing.recording.recorder import Recorder

_NUM_CLIENTS = 60
_SIZE = 2000  # Small values are kept, up to a bound, until the result is there.
_VECTOR = fl.TensorType(np.float32, [_SIZE])
_INTEGERS = fl.TensorType(np.int32, [_SIZE])
_VECTORS = fl.FederatedType(_VECTOR, fl.CLIENTS)
_PLUS = binary("generic_plus", _VECTOR)
_PLUS_INTEGERS = binary("generic_plus", _INTEGERS)

_double = fl.federated_computation(lambda x: _PLUS(x, x), _VECTOR)
_double_integers = fl.federated_computation(lambda x: _PLUS_INTEGERS(x, x), _INTEGERS)
_identity = fl.federated_computation(lambda x: x, _VECTOR)


@fl.federated_computation(_VECTORS)
def _sum(x):
    return fl.federated_sum(fl.federated_map(_double, x))


@fl.federated_computation(_VECTORS)
def _mean(x):
    return fl.federated_mean(fl.federated_map(_double, x))


@fl.federated_computation(_VECTORS, fl.FederatedType(np.float32, fl.CLIENTS))
def _weighted_mean(x, w):
    return fl.federated_mean(fl.federated_map(_double, x), w)


@fl.federated_computation(_VECTORS)
def _maximum(x):
    return fl.federated_max(fl.federated_map(_double, x))


@fl.federated_computation(_VECTORS)
def _aggregate(x):
    zero = np.zeros(_SIZE, np.float32)
    return fl.federated_aggregate(fl.federated_map(_double, x), zero, _PLUS, _PLUS, _identity)


@fl.federated_computation(fl.FederatedType(_INTEGERS, fl.CLIENTS))
def _secure_sum(x):
    return fl.federated_secure_sum(fl.federated_map(_double_integers, x), 1000)


@fl.federated_computation(fl.FederatedType(_INTEGERS, fl.CLIENTS))
def _secure_sum_of_bits(x):
    return fl.federated_secure_sum_bitwidth(fl.federated_map(_double_integers, x), 10)


@fl.federated_computation(_VECTORS, fl.FederatedType(_VECTOR, fl.SERVER))
def _sum_of_zipped(x, model):
    zipped = fl.federated_zip((fl.federated_broadcast(model), fl.federated_map(_double, x)))
    return fl.federated_sum(fl.federated_map(_PLUS, zipped))


@fl.federated_computation(_VECTORS)
def _several_of_one_value(x):
    doubled = fl.federated_map(_double, x)
    return fl.federated_sum(doubled), fl.federated_max(doubled), fl.federated_min(doubled)


@fl.federated_computation(_VECTORS)
def _sum_of_a_value_and_of_what_is_made_of_it(x):
    doubled = fl.federated_map(_double, x)
    return fl.federated_sum(fl.federated_map(_double, doubled)), fl.federated_sum(doubled)


_FLOATS = [np.ones(_SIZE, np.float32)] * _NUM_CLIENTS
_COUNTS = [np.ones(_SIZE, np.int32)] * _NUM_CLIENTS
_AGGREGATIONS = {
    "sum": (_sum, _FLOATS),
    "mean": (_mean, _FLOATS),
    "weighted mean": (_weighted_mean, (_FLOATS, [1.0] * _NUM_CLIENTS)),
    "maximum": (_maximum, _FLOATS),
    "aggregate": (_aggregate, _FLOATS),
    "secure sum": (_secure_sum, _COUNTS),
    "secure sum of bits": (_secure_sum_of_bits, _COUNTS),
    "sum of zipped": (_sum_of_zipped, (_FLOATS, np.ones(_SIZE, np.float32))),
    "several of one value": (_several_of_one_value, _FLOATS),
    "of a value and of what is made of it": (_sum_of_a_value_and_of_what_is_made_of_it, _FLOATS),
}


class _Census:
    """How many arrays are alive, and how many were at most."""

    def __init__(self):
        self.most = 0
        self.gone = threading.Event()  # A thread that ends may hold the last for a moment.
        self._alive = set()

    def add(self, value):
        if isinstance(value, structure.Struct):
            for element in value:
                self.add(element)
        elif isinstance(value, np.ndarray) and value.ndim and id(value) not in self._alive:
            self._alive.add(id(value))
            self.gone.clear()
            weakref.finalize(value, self._forget, id(value))
            self.most = max(self.most, len(self._alive))

    def _forget(self, number):
        self._alive.discard(number)
        if not self._alive:
            self.gone.set()


class _CountingLeaf(PlainLeaf):
    def __init__(self, census):
        super().__init__()
        self._census = census

    async def create_call(self, comp, arg=None):
        result = await super().create_call(comp, arg)
        self._census.add(result.reference)
        return result


class _WaitingLeaf(_CountingLeaf):
    """Others go on while it calls, as they do while a thread works."""

    async def create_call(self, comp, arg=None):
        result = await super().create_call(comp, arg)
        for _ in range(20):
            await asyncio.sleep(0)
        return result


def _most_alive(computation, argument, max_fanout, recorder=None, leaf_class=_CountingLeaf):
    return _census(computation, argument, max_fanout, recorder, leaf_class).most


def _census(computation, argument, max_fanout, recorder=None, leaf_class=_CountingLeaf):
    census = _Census()
    factory = local_executor_factory(
        leaf_executor_fn=lambda device: leaf_class(census),
        max_fanout=max_fanout,
        max_concurrent_computation_calls=2,
    )
    context = SyncExecutionContext(factory)
    with recording(recorder) if recorder is not None else contextlib.nullcontext():
        context.invoke(computation, argument)
    return census


@pytest.mark.parametrize("aggregation", list(_AGGREGATIONS))
def test_a_flat_federation_holds_a_few_updates_at_a_time(aggregation):
    assert _most_alive(*_AGGREGATIONS[aggregation], max_fanout=100) <= 12


@pytest.mark.parametrize("max_fanout", [59, 30, 8, 3])
@pytest.mark.parametrize("aggregation", list(_AGGREGATIONS))
def test_a_tree_holds_no_more_updates_than_a_flat_federation(aggregation, max_fanout):
    flat = _most_alive(*_AGGREGATIONS[aggregation], max_fanout=100)
    # Every level of the tree has accumulators of its own, one of them on its way up.
    depth = {59: 1, 30: 1, 8: 1, 3: 5}[max_fanout]
    num_folds = {"several of one value": 3, "of a value and of what is made of it": 2}.get(aggregation, 1)
    held = _most_alive(*_AGGREGATIONS[aggregation], max_fanout=max_fanout)
    assert held <= flat + num_folds * (4 * depth + 2)


@pytest.mark.parametrize("max_fanout", [100, 300])
def test_sums_that_a_fold_keeps_take_the_place_of_large_updates(max_fanout):
    vector = fl.TensorType(np.float32, [1_000_000])
    plus = binary("generic_plus", vector)
    double = fl.federated_computation(lambda x: plus(x, x), vector)
    total = fl.federated_computation(
        lambda x: fl.federated_sum(fl.federated_map(double, x)), fl.FederatedType(vector, fl.CLIENTS)
    )
    value = np.ones(1_000_000, np.float32)
    # Of 64 clients one sum is kept, of 250 up to three.
    few, many = (_most_alive(total, [value] * n, max_fanout, leaf_class=_WaitingLeaf) for n in (64, 250))
    assert many <= few + 1


@pytest.mark.parametrize("max_fanout", [100, 30, 8])
@pytest.mark.parametrize("aggregation", ["mean", "weighted mean", "several of one value"])
def test_a_trace_that_keeps_no_values_holds_no_updates(aggregation, max_fanout):
    untraced = _most_alive(*_AGGREGATIONS[aggregation], max_fanout=max_fanout)
    assert _most_alive(*_AGGREGATIONS[aggregation], max_fanout=max_fanout, recorder=Recorder("none")) <= untraced + 4


@pytest.mark.parametrize("max_fanout", [100, 8])
@pytest.mark.parametrize("aggregation", list(_AGGREGATIONS))
def test_nothing_of_it_waits_for_a_garbage_collection(aggregation, max_fanout):
    gc.collect()
    gc.disable()
    try:
        census = _census(*_AGGREGATIONS[aggregation], max_fanout=max_fanout)
        assert census.gone.wait(60)
    finally:
        gc.enable()
