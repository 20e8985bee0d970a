import asyncio
import concurrent.futures
import threading

import federated_language as fl
import numpy as np
import pytest
import tensorflow as tf

from tests.unit.external_runtime.tensorflow.tensorflow_protos import (
    computation,
    endless,
    initializer,
    sequence_binding,
    struct_binding,
    tensor_binding,
    unary,
)
from tffsim.external_runtime.tensorflow.eager_execution import CancellationManager
from tffsim.external_runtime.tensorflow.functions.tensorflow_function import TensorFlowFunction
from tffsim.external_runtime.tensorflow.graph_passes import graph_rewriting

FLOAT = fl.TensorType(np.float32)
INT = fl.TensorType(np.int64)


def variable(initial: object) -> tf.Variable:
    return tf.compat.v1.Variable(initial, use_resource=True)


def count(x: tf.Tensor) -> tf.Tensor:
    counter = variable(0.0)
    with tf.control_dependencies([counter.assign_add(x)]):
        return counter.read_value()


def slow_sum(x: tf.Tensor) -> tf.Tensor:
    """Multiplies between writing and reading: threads that share the variable show."""
    total = variable(tf.zeros([16, 16]))
    with tf.control_dependencies([total.assign_add(tf.fill([16, 16], x))]):
        product = tf.linalg.matmul(total.read_value(), tf.eye(16))
    with tf.control_dependencies([total.assign_add(product)]):
        return tf.reduce_mean(total.read_value())


def numbers(dataset: tf.data.Dataset) -> list[object]:
    return list(dataset.as_numpy_iterator())


def resident_megabytes() -> float:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 / 1e6


def test_variables_are_initialised_afresh_on_every_call():
    function = TensorFlowFunction(unary(count, FLOAT, FLOAT))
    assert [float(function(tf.constant(x))) for x in (1.0, 2.0, 3.0)] == [1.0, 2.0, 3.0]


def test_threads_that_share_a_function_do_not_share_its_variables():
    function = TensorFlowFunction(unary(slow_sum, FLOAT, FLOAT))

    def wrong_results(thread: int) -> int:
        x = tf.constant(float(thread))
        return sum(float(function(x)) != 2.0 * thread for _ in range(1000))

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(wrong_results, range(8))) == 0


def test_variables_are_freed_after_every_call():
    def large(x: tf.Tensor) -> tf.Tensor:
        weights = variable(tf.zeros([250_000]))
        with tf.control_dependencies([weights.assign_add(tf.fill([250_000], x))]):
            return tf.reduce_mean(weights.read_value())

    function = TensorFlowFunction(unary(large, FLOAT, FLOAT))
    for _ in range(20):
        function(tf.constant(1.0))
    before = resident_megabytes()
    for _ in range(500):
        function(tf.constant(1.0))
    assert resident_megabytes() - before < 50  # Kept variables would be 500 MB.


def test_variables_inside_a_called_function_are_private_too():
    @tf.function(autograph=False)
    def inner(handle: tf.Tensor, x: tf.Tensor) -> tf.Tensor:
        tf.raw_ops.AssignAddVariableOp(resource=handle, value=x)
        return tf.raw_ops.ReadVariableOp(resource=handle, dtype=tf.float32)

    def outer(x: tf.Tensor) -> tf.Tensor:
        return inner(variable(10.0).handle, x)

    function = TensorFlowFunction(unary(outer, FLOAT, FLOAT))
    assert [float(function(tf.constant(x))) for x in (1.0, 2.0)] == [11.0, 12.0]


def test_a_table_is_filled_before_it_is_read():
    def look_up(x: tf.Tensor) -> tf.Tensor:
        entries = tf.lookup.KeyValueTensorInitializer(tf.constant([1, 2], tf.int64), tf.constant([10, 20], tf.int64))
        return tf.lookup.StaticHashTable(entries, -1).lookup(x)

    function = TensorFlowFunction(unary(look_up, INT, INT))
    assert [int(function(tf.constant(x, tf.int64))) for x in (1, 2, 3)] == [10, 20, -1]


@pytest.mark.parametrize("kind", ["plain", "dense"])
def test_a_mutable_table_starts_empty_on_every_call(kind):
    def insert(x: tf.Tensor) -> tf.Tensor:
        if kind == "plain":
            handle = tf.raw_ops.MutableHashTableV2(key_dtype=tf.int64, value_dtype=tf.int64, shared_name="table")
        else:
            handle = tf.raw_ops.MutableDenseHashTableV2(
                empty_key=tf.constant(-1, tf.int64),
                deleted_key=tf.constant(-2, tf.int64),
                value_dtype=tf.int64,
                shared_name="table",
            )
        insertion = tf.raw_ops.LookupTableInsertV2(table_handle=handle, keys=[x], values=[x])
        with tf.control_dependencies([insertion]):
            return tf.raw_ops.LookupTableSizeV2(table_handle=handle)

    function = TensorFlowFunction(unary(insert, INT, INT))
    assert [int(function(tf.constant(x, tf.int64))) for x in (1, 2, 3)] == [1, 1, 1]


def test_a_returned_dataset_reads_its_table_after_the_call():
    def build():
        entries = tf.lookup.KeyValueTensorInitializer(tf.range(3, dtype=tf.int64), tf.constant([5, 6, 7], tf.int64))
        table = tf.lookup.StaticHashTable(entries, -1)
        dataset = tf.data.Dataset.range(3).map(table.lookup)
        return None, sequence_binding(tf.identity(tf.data.experimental.to_variant(dataset))), initializer()

    function = TensorFlowFunction(computation(build, None, fl.SequenceType(INT)))
    first, second = function(), function()
    assert numbers(first) == [5, 6, 7]
    assert numbers(second) == numbers(first)


def test_a_queue_that_nodes_find_by_name_starts_empty_on_every_call():
    def enqueue(x: tf.Tensor) -> tf.Tensor:
        queue = tf.queue.FIFOQueue(10, [tf.int64], shared_name="queue")
        with tf.control_dependencies([queue.enqueue(x)]):
            return tf.cast(queue.size(), tf.int64)

    function = TensorFlowFunction(unary(enqueue, INT, INT))
    assert [int(function(tf.constant(7, tf.int64))) for _ in range(3)] == [1, 1, 1]


def test_two_nodes_with_one_shared_name_share_one_variable():
    def twice(x: tf.Tensor) -> tf.Tensor:
        handles = [tf.raw_ops.VarHandleOp(dtype=tf.float32, shape=[], shared_name="v") for _ in range(2)]
        write = tf.raw_ops.AssignVariableOp(resource=handles[0], value=x)
        with tf.control_dependencies([write]):
            return tf.raw_ops.ReadVariableOp(resource=handles[1], dtype=tf.float32)

    function = TensorFlowFunction(unary(twice, FLOAT, FLOAT))
    assert [float(function(tf.constant(x))) for x in (1.0, 2.0)] == [1.0, 2.0]


def test_random_numbers_without_a_seed_differ_between_calls():
    function = TensorFlowFunction(unary(lambda x: x + tf.random.uniform([]), FLOAT, FLOAT))
    assert len({float(function(tf.constant(0.0))) for _ in range(10)}) == 10


def test_random_numbers_with_a_seed_are_the_same_at_every_call():
    function = TensorFlowFunction(unary(lambda x: x + tf.random.uniform([], seed=7), FLOAT, FLOAT))
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(lambda _: float(function(tf.constant(0.0))), range(20)))) == 1


def test_random_numbers_with_a_seed_in_a_loop_differ_within_a_call_but_not_between_calls():
    def draw_in_loop(x: tf.Tensor) -> tf.Tensor:
        def add_draw(i: tf.Tensor, drawn: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            return i + 1, tf.concat([drawn, tf.random.uniform([1], seed=7)], 0)

        shapes = (tf.TensorShape([]), tf.TensorShape([None]))
        return tf.while_loop(lambda i, _: i < 4, add_draw, (0, tf.reshape(x, [1])), shape_invariants=shapes)[1]

    function = TensorFlowFunction(unary(draw_in_loop, FLOAT, fl.TensorType(np.float32, [None])))
    first, second = (function(tf.constant(0.0)).numpy().tolist() for _ in range(2))
    assert first == second
    assert len(set(first)) == 5


def test_a_returned_dataset_with_a_seeded_map_is_the_same_after_every_call():
    def build():
        dataset = tf.data.Dataset.range(3).map(lambda _: tf.random.uniform([], seed=7))
        return None, sequence_binding(tf.identity(tf.data.experimental.to_variant(dataset))), ""

    function = TensorFlowFunction(computation(build, None, fl.SequenceType(FLOAT)))
    first = numbers(function())
    assert numbers(function()) == first
    assert len(set(first)) == 3


def test_a_seeded_shuffle_is_the_same_at_every_call():
    def build():
        dataset = tf.data.Dataset.range(20).shuffle(20, seed=3)
        return None, sequence_binding(tf.identity(tf.data.experimental.to_variant(dataset))), ""

    function = TensorFlowFunction(computation(build, None, fl.SequenceType(INT)))
    assert numbers(function()) == numbers(function())


def test_structs_are_tuples_in_the_order_of_their_types():
    def build():
        a = tf.compat.v1.placeholder(tf.float32, [], "a")
        b = tf.compat.v1.placeholder(tf.float32, [], "b")
        parameter = struct_binding(tensor_binding(b), tensor_binding(a))
        result = struct_binding(tensor_binding(b - a), struct_binding(tensor_binding(a)))
        return parameter, result, ""

    pair = fl.StructType([("b", FLOAT), ("a", FLOAT)])
    function = TensorFlowFunction(computation(build, pair, fl.StructType([("difference", FLOAT), [("a", FLOAT)]])))
    difference, (a,) = function((tf.constant(5.0), tf.constant(3.0)))
    assert float(difference) == 2.0
    assert float(a) == 3.0


def test_a_function_may_return_its_argument():
    def build():
        x = tf.compat.v1.placeholder(tf.float32, [], "x")
        return tensor_binding(x), struct_binding(tensor_binding(x), tensor_binding(x)), ""

    result = TensorFlowFunction(computation(build, FLOAT, fl.StructType([FLOAT, FLOAT])))(tf.constant(4.0))
    assert [float(x) for x in result] == [4.0, 4.0]


def test_a_dataset_of_a_python_generator_works_after_its_object_is_gone():
    def build():
        variant = tf.compat.v1.placeholder(tf.variant, [])
        dataset = tf.data.experimental.from_variant(variant, tf.TensorSpec([], tf.int64)).map(lambda x: x + 1)
        result = tf.identity(tf.data.experimental.to_variant(dataset))
        return sequence_binding(variant), sequence_binding(result), ""

    function = TensorFlowFunction(computation(build, fl.SequenceType(INT), fl.SequenceType(INT)))
    spec = tf.TensorSpec([], tf.int64)
    assert numbers(function(tf.data.Dataset.from_generator(lambda: iter([1, 2]), output_signature=spec))) == [2, 3]


def test_a_running_call_is_cancelled_from_another_thread():
    started, cancellation = threading.Event(), CancellationManager()
    function = TensorFlowFunction(endless(started))
    threading.Thread(target=lambda: started.wait(60) and cancellation.start_cancel(), daemon=True).start()
    with pytest.raises(tf.errors.CancelledError):
        function(tf.constant(1.0), cancellation)
    assert float(function(tf.constant(-1.0))) == 0.0


def test_reductions_in_library_functions_are_placed_on_the_cpu():
    def total(x: tf.Tensor) -> tf.Tensor:
        return tf.function(lambda n: tf.data.Dataset.range(n).reduce(np.int64(0), lambda a, b: a + b))(x)

    graph_def = tf.compat.v1.GraphDef.FromString(unary(total, INT, INT).tensorflow.graph_def.value)
    assert graph_rewriting.place_reductions_on_cpu(graph_def)
    devices = [node.device for node in graph_rewriting.all_nodes(graph_def) if node.op == "ReduceDataset"]
    assert devices == ["/device:CPU:0"]
    assert not graph_rewriting.place_reductions_on_cpu(tf.compat.v1.GraphDef())


def test_a_function_can_be_called_while_an_event_loop_runs():
    function = TensorFlowFunction(unary(lambda x: x + 1.0, FLOAT, FLOAT))

    async def call() -> float:
        return float(function(tf.constant(1.0)))

    assert asyncio.run(call()) == 2.0
