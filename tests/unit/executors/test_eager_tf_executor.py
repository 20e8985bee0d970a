import asyncio
import gc
import threading
from unittest.mock import Mock

import federated_language as fl
import numpy as np
import pytest
import tensorflow as tf
from federated_language.common_libs import structure
from federated_language.framework import Data, Intrinsic, Literal, Placement
from google.protobuf import any_pb2

from tests.unit.external_runtime.tensorflow.tensorflow_protos import endless, unary
from tffsim.concurrency.activity import offload_observer
from tffsim.concurrency.cancellation import CancellationScope, current_scope
from tffsim.concurrency.worker_pool import WorkerPool
from tffsim.executors.eager_tf_executor import EagerTFExecutor
from tffsim.language.generic_intrinsics import GENERIC_MAXIMUM, GENERIC_MINIMUM, GENERIC_SCALE, GENERIC_UNSCALE

FLOAT = fl.TensorType(np.float32)
INT = fl.TensorType(np.int32)
AT_CLIENTS = fl.FederatedType(np.float32, fl.CLIENTS)
AT_SERVER = fl.FederatedType(np.float32, fl.SERVER)
PAIR = fl.StructType([("a", FLOAT), ("b", FLOAT)])


def add_one():
    return unary(lambda x: x + 1.0, FLOAT, FLOAT)


async def call(executor, function, argument=None, argument_type=None):
    comp = await executor.create_value(function)
    arg = await executor.create_value(argument, argument_type) if argument_type is not None else None
    return await (await executor.create_call(comp, arg)).compute()


def run(function, argument=None, argument_type=None, executor=None):
    return asyncio.run(call(executor or EagerTFExecutor(), function, argument, argument_type))


def embed(value, type_spec=None, executor=None):
    return asyncio.run((executor or EagerTFExecutor()).create_value(value, type_spec))


def operate(uri, left, left_type, right, right_type=None):
    operands = fl.StructType([left_type, right_type or left_type])
    intrinsic = Intrinsic(uri, fl.FunctionType(operands, left_type)).to_proto()
    return run(intrinsic, (left, right), operands)


@pytest.mark.parametrize("device", [None, "/device:CPU:0"])
def test_a_function_is_called_with_an_argument(device):
    assert float(run(add_one(), 2.0, FLOAT, EagerTFExecutor(device))) == 3.0


def test_a_logical_device_is_a_device():
    device = tf.config.list_logical_devices("CPU")[0]
    assert run(add_one(), 2.0, FLOAT, EagerTFExecutor(device)).device.endswith(device.name)
    with pytest.raises(TypeError, match="device"):
        EagerTFExecutor(0)


@pytest.mark.parametrize("device", ["nonsense", "/device:GPU:99", "CPU:99"])
def test_a_device_that_is_not_there_is_refused_at_once(device):
    with pytest.raises(ValueError, match=f"no device '{device}'.*CPU:0"):
        EagerTFExecutor(device)


def test_a_literal_becomes_a_tensor():
    handle = embed(Literal(np.array([1, 2], np.int32), fl.TensorType(np.int32, [2])).to_proto())
    assert asyncio.run(handle.compute()).numpy().tolist() == [1, 2]


def test_computed_values_are_not_copied():
    tensor, dataset = tf.constant(1.0), tf.data.Dataset.range(3)
    handle = embed((tensor, dataset), fl.StructType([FLOAT, fl.SequenceType(np.int64)]))
    result = asyncio.run(handle.compute())
    assert result[0] is tensor
    assert result[1] is dataset


def test_structs_are_made_and_taken_apart():
    async def swap():
        executor = EagerTFExecutor()
        pair = await executor.create_value({"b": 2.0, "a": 1.0}, PAIR)
        elements = [("first", await executor.create_selection(pair, 1)), (None, pair)]
        struct = await executor.create_struct(structure.Struct(elements))
        return struct.type_signature, await struct.compute()

    type_signature, value = asyncio.run(swap())
    assert type_signature == fl.StructType([("first", FLOAT), PAIR])
    assert float(value.first) == 2.0
    assert float(value[1].a) == 1.0


def test_structs_of_tensors_are_taken_whole():
    tensors = structure.Struct([("a", tf.constant(1.0)), ("b", structure.Struct.unnamed(tf.constant(2.0)))])
    executor = EagerTFExecutor()
    assert executor.takes_whole(tensors)
    assert not executor.takes_whole(structure.Struct.unnamed(tensors, np.float32(1)))
    assert not executor.takes_whole((tf.constant(1.0), tf.constant(2.0)))


def test_selecting_what_is_not_there_is_an_error():
    executor = EagerTFExecutor()
    with pytest.raises(IndexError, match="element 2"):
        asyncio.run(executor.create_selection(embed((1.0, 2.0), PAIR, executor), 2))
    with pytest.raises(TypeError, match="structs"):
        asyncio.run(executor.create_selection(embed(1.0, FLOAT, executor), 0))


def test_a_missing_or_wrong_argument_is_an_error():
    with pytest.raises(TypeError, match="needs an argument"):
        run(add_one())
    with pytest.raises(TypeError, match="int32"):
        run(add_one(), 1, INT)


def test_only_functions_can_be_called():
    executor = EagerTFExecutor()
    with pytest.raises(TypeError, match="Only functions"):
        asyncio.run(executor.create_call(embed(1.0, FLOAT, executor)))


def test_a_function_that_was_not_called_has_no_value():
    with pytest.raises(TypeError, match="forget to call"):
        asyncio.run(embed(add_one()).compute())


def test_the_reference_of_a_function_is_callable():
    assert float(embed(add_one()).reference(tf.constant(1.0))) == 2.0


@pytest.mark.parametrize(
    ("computation", "found"),
    [
        (Placement(fl.CLIENTS), "`placement`"),
        (Intrinsic("federated_sum", fl.FunctionType(AT_CLIENTS, AT_SERVER)), "`federated_sum`"),
        (Data(any_pb2.Any(), AT_CLIENTS), "not here. Start the worker with the same `--data`"),
    ],
)
def test_a_computation_of_a_foreign_kind_is_refused_by_name(computation, found):
    with pytest.raises(ValueError, match=found):
        embed(computation.to_proto())


def test_a_federated_value_is_refused():
    with pytest.raises(TypeError, match="SERVER"):
        embed(1.0, fl.FederatedType(np.float32, fl.SERVER))


def test_a_closed_executor_says_so():
    executor = EagerTFExecutor()
    executor.close()
    executor.close()
    with pytest.raises(RuntimeError, match="closed"):
        embed(1.0, FLOAT, executor)


def test_plus_adds_structures_element_by_element():
    result = operate("generic_plus", {"a": 1.0, "b": 2.0}, PAIR, {"a": 10.0, "b": 20.0})
    assert [float(x) for x in result] == [11.0, 22.0]
    assert structure.name_list(result) == ["a", "b"]


def test_scaling_casts_the_second_operand_and_spreads_a_scalar():
    result = operate(GENERIC_SCALE.uri, (1.0, 2.0), PAIR, 3, INT)
    assert [float(x) for x in result] == [3.0, 6.0]
    assert result[0].dtype == tf.float32


@pytest.mark.parametrize("uri", ["generic_divide", GENERIC_UNSCALE.uri])
def test_division_of_integers_gives_float64(uri):
    assert operate(uri, 1, INT, 4).dtype == tf.float64
    assert float(operate(uri, 1, INT, 4)) == 0.25
    assert operate(uri, 1.0, FLOAT, 4.0).dtype == tf.float32


def test_the_type_of_a_quotient_of_integers_is_float64():
    async def type_of_quotient():
        executor = EagerTFExecutor()
        operands = fl.StructType([INT, INT])
        divide = await executor.create_value(Intrinsic("generic_divide", fl.FunctionType(operands, INT)).to_proto())
        quotient = await executor.create_call(divide, await executor.create_value((1, 2), operands))
        return quotient.type_signature

    assert asyncio.run(type_of_quotient()) == fl.TensorType(np.float64)


def test_minimum_and_maximum_propagate_nan():
    assert float(operate(GENERIC_MINIMUM.uri, 1.0, FLOAT, 2.0)) == 1.0
    assert float(operate(GENERIC_MAXIMUM.uri, 1.0, FLOAT, 2.0)) == 2.0
    assert np.isnan(operate(GENERIC_MINIMUM.uri, float("nan"), FLOAT, 2.0))


def test_zero_has_the_structure_of_its_type():
    type_spec = fl.StructType([("a", fl.TensorType(np.int32, [2])), ("b", FLOAT)])
    zero = asyncio.run(embed(Intrinsic("generic_zero", type_spec).to_proto()).compute())
    assert zero.a.numpy().tolist() == [0, 0]
    assert float(zero.b) == 0.0


@pytest.mark.parametrize("type_spec", [fl.TensorType(np.float32, [None]), fl.TensorType(np.str_)])
def test_a_type_without_a_zero_is_refused(type_spec):
    with pytest.raises(TypeError, match="generic_zero"):
        embed(Intrinsic("generic_zero", type_spec).to_proto())


@pytest.fixture
def pool():
    return WorkerPool(2)


class CountingPool(WorkerPool):
    submitted = 0

    def submit(self, *args):
        self.submitted += 1
        return super().submit(*args)


@pytest.mark.parametrize(("short_seconds", "submitted"), [(3600.0, 2), (0.0, 20)])
def test_only_calls_that_are_short_stay_on_the_loop_after_the_first_ones(monkeypatch, short_seconds, submitted):
    monkeypatch.setattr("tffsim.concurrency.call_duration.SHORT_SECONDS", short_seconds)
    # A number of its own, since what is known of a function outlives the executor.
    add = unary(lambda x: x + 17.0 + short_seconds, FLOAT, FLOAT)

    async def call_often():
        workers = CountingPool(1)
        executor = EagerTFExecutor(worker_pool=workers)
        for _ in range(20):
            await call(executor, add, 1.0, FLOAT)
        return workers.submitted

    assert asyncio.run(call_often()) == submitted


def test_a_failure_in_the_pool_is_raised_where_the_call_is_awaited(pool):
    failing = unary(lambda x: tf.debugging.check_numerics(x, "bad"), FLOAT, FLOAT)
    with pytest.raises(tf.errors.InvalidArgumentError, match="bad"):
        run(failing, float("nan"), FLOAT, EagerTFExecutor(worker_pool=pool))


@pytest.mark.parametrize("has_pool", [True, False])
def test_cancelling_the_scope_aborts_a_running_call_and_leaves_the_executor_usable(pool, has_pool):
    executor = EagerTFExecutor(worker_pool=pool if has_pool else None)
    started, scope = threading.Event(), CancellationScope()
    function = endless(started)
    token = current_scope.set(scope)
    try:
        threading.Thread(target=lambda: started.wait(60) and scope.cancel(), daemon=True).start()
        with pytest.raises(asyncio.CancelledError):
            run(function, 1.0, FLOAT, executor)
    finally:
        current_scope.reset(token)
    assert float(run(function, -1.0, FLOAT, executor)) == 0.0


def test_cancelling_the_task_aborts_its_call_without_an_unhandled_error(pool):
    unhandled = []
    started, ended = threading.Event(), threading.Event()

    async def cancel_while_running():
        asyncio.get_running_loop().set_exception_handler(lambda _, context: unhandled.append(context))
        offload_observer.set(Mock(ended=lambda _: ended.set()))
        task = asyncio.create_task(call(EagerTFExecutor(worker_pool=pool), endless(started), 1.0, FLOAT))
        assert await asyncio.to_thread(started.wait, 60)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(ended.wait, 30)
        await asyncio.wrap_future(pool.submit(gc.collect))

    asyncio.run(cancel_while_running())
    assert unhandled == []
