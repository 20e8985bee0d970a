"""Loops over data sets that become loops of the graph, compared with the graphs as written."""

import collections
import gc
import os
import threading

import federated_language as fl
import numpy as np
import pytest
import tensorflow as tf

from tests.unit.external_runtime.tensorflow.tensorflow_protos import (
    computation,
    initializer,
    sequence_binding,
    tensor_binding,
)
from tffsim.computations.tensorflow_computation import tf_computation
from tffsim.external_runtime.tensorflow.eager_execution import CancellationManager
from tffsim.external_runtime.tensorflow.functions.tensorflow_function import TensorFlowFunction
from tffsim.external_runtime.tensorflow.graph_passes.graph_rewriting import all_nodes
from tffsim.external_runtime.tensorflow.graph_passes.reductions_to_loops import reductions_to_loops
from tffsim.failures.failure_location import location_of

NUMBERS = fl.SequenceType(np.int64)
BATCHES = fl.SequenceType(fl.TensorType(np.float32, [None, 3]))


def numbers(*values: int) -> tf.data.Dataset:
    return tf.data.Dataset.from_tensor_slices(np.array(values, np.int64))


def batches(examples: int = 7, size: int = 2) -> tf.data.Dataset:
    rows = np.random.RandomState(0).standard_normal((examples, 3)).astype(np.float32)
    return tf.data.Dataset.from_tensor_slices(rows).batch(size)


def leaves(value: object) -> list[np.ndarray]:
    if isinstance(value, tuple):
        return [leaf for part in value for leaf in leaves(part)]
    array = np.asarray(value)
    return [array.astype(bytes) if array.dtype == object else array]


def assert_same(function, types, make_arguments, kept=0) -> list[np.ndarray]:
    """Compares the rewritten function with the one as written, bit for bit."""
    proto = tf_computation(function, *types).to_proto()
    rewritten = TensorFlowFunction(proto)
    expected = leaves(TensorFlowFunction(proto, as_written=True)(make_arguments()))
    found = leaves(rewritten(make_arguments()))
    assert [leaf.tobytes() for leaf in found] == [leaf.tobytes() for leaf in expected]
    assert [leaf.dtype for leaf in found] == [leaf.dtype for leaf in expected]
    assert len(rewritten.kept_reductions) == kept
    assert reductions_left(proto) == kept
    return found


def reductions_left(proto) -> int:
    graph_def = tf.compat.v1.GraphDef.FromString(proto.tensorflow.graph_def.value)
    kept = reductions_to_loops(graph_def)
    assert len(kept) <= sum(node.op == "ReduceDataset" for node in all_nodes(graph_def))
    return len(kept)


def outcome(proto, argument, as_written: bool):
    try:
        return [leaf.tobytes() for leaf in leaves(TensorFlowFunction(proto, as_written=as_written)(argument))]
    except tf.errors.OpError as error:
        return type(error)


def total(data):
    return data.reduce(tf.constant(0, tf.int64), lambda state, x: 3 * state + x)


def test_a_reduction_gives_the_same_as_a_loop():
    assert assert_same(total, [NUMBERS], lambda: numbers(1, 2, 3)) == [18]


@pytest.mark.parametrize("values", [(), (4,), tuple(range(300))])
def test_data_may_be_empty_short_or_long(values):
    assert_same(total, [NUMBERS], lambda: numbers(*values))


def test_a_shorter_last_batch_is_an_element_like_all_others():
    def sums(data):
        return data.reduce(
            (0.0, 0), lambda state, batch: (state[0] + tf.reduce_sum(batch), state[1] + tf.shape(batch)[0])
        )

    assert assert_same(sums, [BATCHES], batches)[1] == 7


def test_for_is_a_reduction_too():
    @tf.function
    def walk(data):
        state = tf.constant(0, tf.int64)
        for x in data:
            state = 3 * state + x
        return state

    assert assert_same(walk, [NUMBERS], lambda: numbers(1, 2, 3)) == [18]


def test_break_ends_a_loop_and_continue_skips_an_element():
    @tf.function
    def walk(data):
        state = tf.constant(0, tf.int64)
        for x in data:
            if x == 2:
                continue
            if x > 3:
                break
            state = 3 * state + x
        return state

    assert assert_same(walk, [NUMBERS], lambda: numbers(1, 2, 3, 4, 1)) == [6]


def test_a_loop_may_count_its_elements_and_walk_over_two_data_sets():
    @tf.function
    def walk(data):
        state = tf.constant(0, tf.int64)
        for i, x in data.enumerate():
            state += i * x
        for x, y in tf.data.Dataset.zip(data, data.skip(1)):
            state = 5 * state + x * y
        return state

    assert_same(walk, [NUMBERS], lambda: numbers(4, 5, 6))


def test_loops_may_stand_inside_each_other():
    @tf.function
    def walk(data):
        state = tf.constant(0, tf.int64)
        for x in data:
            for y in data.take(x):
                state = 2 * state + x * y
        return state

    assert_same(walk, [NUMBERS], lambda: numbers(1, 2, 3))


def test_several_epochs_read_the_data_again():
    @tf.function
    def walk(data):
        state = tf.constant(0, tf.int64)
        for _ in tf.range(3):
            for x in data.shuffle(10, seed=4):
                state = 3 * state + x
        return state

    assert_same(walk, [NUMBERS], lambda: numbers(1, 2, 3, 4))


def test_a_reduction_in_a_condition_runs_only_if_it_holds():
    def walk(data, wanted):
        return tf.cond(wanted, lambda: total(data), lambda: tf.constant(-1, tf.int64))

    for wanted in (True, False):
        assert_same(walk, [NUMBERS, np.bool_], lambda wanted=wanted: (numbers(1, 2), tf.constant(wanted)))


def test_a_second_reduction_may_use_the_result_of_the_first():
    def walk(data):
        first = total(data)
        return first, data.take(first).reduce(first, lambda state, x: state * x)

    assert_same(walk, [NUMBERS], lambda: numbers(2, 1, 1))


def test_reductions_may_share_their_function():
    @tf.function
    def shared(data):
        return total(data)

    assert_same(lambda data: shared(data) + shared(data.skip(1)), [NUMBERS], lambda: numbers(5, 6))


def test_variables_live_as_long_as_the_call():
    @tf.function
    def count(data, total):
        for x in data:
            total.assign(total * 2 + x)

    def walk(data):
        variable = tf.Variable(tf.constant(1, tf.int64))
        count(data, variable)
        return variable.read_value()

    function = TensorFlowFunction(tf_computation(walk, NUMBERS).to_proto())
    assert [int(function(numbers(3, 4))) for _ in range(2)] == [14, 14]
    assert_same(walk, [NUMBERS], lambda: numbers(3, 4))


@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
def test_a_keras_model_trains_with_the_same_numbers(optimizer):
    def train(data):
        model = tf.keras.Sequential(
            [
                tf.keras.layers.Input((3,)),
                tf.keras.layers.Dense(4, "relu", kernel_initializer="ones"),
                tf.keras.layers.Dense(1, kernel_initializer="ones"),
            ]
        )
        updates = getattr(tf.keras.optimizers, optimizer)(0.1)
        updates.build(model.trainable_variables)

        @tf.function
        def epoch():
            loss = tf.constant(0.0)
            for batch in data:
                with tf.GradientTape() as tape:
                    loss = tf.reduce_mean((model(batch, training=True) - 1.0) ** 2)
                updates.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
            return loss

        loss = epoch()
        return loss, [tf.identity(variable) for variable in model.trainable_variables]

    assert_same(train, [BATCHES], batches)


@pytest.mark.parametrize("is_for", [False, True])
def test_a_step_with_convolutions_and_pooling_gives_the_same_numbers(is_for):
    kernel = np.random.RandomState(1).standard_normal([3, 3, 1, 4]).astype(np.float32)

    def step(weights, batch):
        with tf.GradientTape() as tape:
            tape.watch(weights)
            hidden = tf.nn.relu(tf.nn.conv2d(batch, weights, 1, "VALID") + tf.constant([0.1, 0.2, 0.3, 0.4]))
            loss = tf.reduce_mean(tf.nn.max_pool2d(hidden, 2, 2, "VALID") ** 2)
        return weights - 0.1 * tape.gradient(loss, weights)

    @tf.function
    def walk(data):
        weights = tf.constant(kernel)
        for batch in data:
            weights = step(weights, batch)
        return weights

    def images():
        pixels = np.random.RandomState(0).standard_normal([5, 8, 8, 1]).astype(np.float32)
        return tf.data.Dataset.from_tensor_slices(pixels).batch(2)

    train = walk if is_for else lambda data: data.reduce(tf.constant(kernel), step)
    assert_same(train, [fl.SequenceType(fl.TensorType(np.float32, [None, 8, 8, 1]))], images)


def test_variables_of_tensorflow_1_are_initialised_before_the_loop():
    def build():
        data = tf.compat.v1.placeholder(tf.variant, [], "data")
        start = tf.compat.v1.Variable(tf.constant(7, tf.int64), use_resource=True)
        result = tf.data.experimental.from_variant(data, tf.TensorSpec([], tf.int64)).reduce(
            start.read_value(), lambda state, x: state + x * start.read_value()
        )
        return sequence_binding(data), tensor_binding(tf.identity(result)), initializer()

    proto = computation(build, NUMBERS, fl.TensorType(np.int64))
    assert int(TensorFlowFunction(proto)(numbers(1, 2))) == 28
    assert reductions_left(proto) == 0


def test_an_element_is_read_when_the_step_before_is_done():
    events = []

    def elements():
        for x in range(3):
            events.append(("read", x))
            yield x

    def step(state, x):
        done = tf.py_function(lambda v: events.append(("step", int(v))) or v, [x], tf.int64)
        return state + tf.ensure_shape(done, [])

    proto = tf_computation(lambda data: data.reduce(tf.constant(0, tf.int64), step), NUMBERS).to_proto()
    TensorFlowFunction(proto)(elements)
    assert events == [(kind, x) for x in range(3) for kind in ("read", "step")]


@tf.function
def until_four(data):
    state = tf.constant(0, tf.int64)
    for x in data:
        state += x
        if x == 4:
            break
    return state


def test_endless_data_is_read_only_as_far_as_it_is_used():
    read = []

    def elements():
        while True:
            read.append(len(read))
            yield len(read)

    assert int(TensorFlowFunction(tf_computation(until_four, NUMBERS).to_proto())(elements)) == 10
    # AutoGraph looks whether the loop was left when it has the next element.
    assert len(read) == 5


def divide(data):
    return data.reduce(tf.constant(0, tf.int64), lambda state, x: state + 12 // x)


@pytest.mark.parametrize("fails_at", [0, 2])
def test_where_a_step_fails_no_further_element_is_read(fails_at):
    read = []

    def elements():
        for x in range(5):
            read.append(x)
            yield fails_at - x
        raise ValueError("never reached")

    with pytest.raises(tf.errors.InvalidArgumentError, match="division by zero"):
        TensorFlowFunction(tf_computation(divide, NUMBERS).to_proto())(elements)
    assert read == list(range(fails_at + 1))


def test_where_the_data_fails_the_steps_before_have_run():
    seen = []

    def elements():
        yield from (1, 2)
        raise ValueError("the disk is full")

    def step(state, x):
        return state + tf.ensure_shape(tf.py_function(lambda v: seen.append(int(v)) or v, [x], tf.int64), [])

    proto = tf_computation(lambda data: data.reduce(tf.constant(0, tf.int64), step), NUMBERS).to_proto()
    with pytest.raises(tf.errors.OpError, match="the disk is full"):
        TensorFlowFunction(proto)(elements)
    assert seen == [1, 2]


def test_a_failing_step_names_the_line_of_the_reduction():
    def fail(data):
        quotient = tf.constant(7, tf.int64) // 2
        return quotient + data.reduce(tf.constant(0, tf.int64), lambda state, x: state + 12 // x)  # here

    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        TensorFlowFunction(tf_computation(fail, NUMBERS).to_proto())(numbers(1, 0))
    assert "# here" in str(location_of(caught.value).source)


def test_failing_data_names_the_line_that_reads_it():
    def fail(data):
        total = tf.constant(0, tf.int64)
        return data.map(lambda x: 12 // x).reduce(total, lambda t, x: t + x)  # here

    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        TensorFlowFunction(tf_computation(fail, NUMBERS).to_proto())(numbers(1, 0))
    assert "# here" in str(location_of(caught.value).source)


def test_elements_may_be_structs_of_texts_and_numbers():
    element = collections.OrderedDict(name=fl.TensorType(np.str_), inner=[np.int32, fl.TensorType(np.float64, [2])])

    def walk(data):
        return data.reduce(
            (tf.constant(""), tf.constant(0.0, tf.float64)),
            lambda state, x: (
                state[0] + x["name"],
                state[1] + tf.reduce_sum(x["inner"][1]) * tf.cast(x["inner"][0], tf.float64),
            ),
        )

    def data():
        parts = collections.OrderedDict(
            name=["a", "bc"], inner=(np.array([2, 3], np.int32), np.array([[0.5, 1.5], [2.5, 0.0]]))
        )
        return tf.data.Dataset.from_tensor_slices(parts)

    assert_same(walk, [fl.SequenceType(fl.to_type(element))], data)


def test_elements_may_be_ragged_sparse_or_data_sets():
    def walk(data):
        ragged = data.ragged_batch(2).reduce(0.0, lambda state, x: state + tf.reduce_sum(x * x))
        sparse = data.map(tf.sparse.from_dense).reduce(0.0, lambda state, x: state * 2.0 + tf.sparse.reduce_sum(x))
        windows = data.window(2).reduce(
            0.0, lambda state, x: state * 3.0 + x.reduce(1.0, lambda s, y: s + tf.reduce_sum(y))
        )
        return ragged, sparse, windows

    def data():
        return tf.data.Dataset.from_generator(
            lambda: iter([[1.0], [2.0, 3.0], []]), output_signature=tf.TensorSpec([None], tf.float32)
        )

    assert_same(walk, [fl.SequenceType(fl.TensorType(np.float32, [None]))], data)


def test_the_rank_of_elements_may_be_unknown():
    type_spec = fl.SequenceType(fl.TensorType(np.float32, None))

    def data():
        return tf.data.Dataset.from_generator(
            lambda: iter([np.float32(2.0), np.ones([2, 3], np.float32)]),
            output_signature=tf.TensorSpec(None, tf.float32),
        )

    assert_same(lambda d: d.reduce(0.5, lambda state, x: state + tf.reduce_sum(x)), [type_spec], data)


def test_a_state_may_grow():
    def walk(data):
        return data.reduce(tf.constant([], tf.int64), lambda state, x: tf.concat([state, [x]], 0))

    assert assert_same(walk, [NUMBERS], lambda: numbers(3, 1))[0].tolist() == [3, 1]


def test_functions_that_a_data_set_calls_stay_as_they_are():
    def walk(data):
        sums = data.window(2).flat_map(lambda x: tf.data.Dataset.from_tensors(total(x)))
        return total(sums)

    proto = tf_computation(walk, NUMBERS).to_proto()
    graph_def = tf.compat.v1.GraphDef.FromString(proto.tensorflow.graph_def.value)
    assert reductions_to_loops(graph_def) == {}
    assert sum(node.op == "ReduceDataset" for node in all_nodes(graph_def)) == 1
    assert outcome(proto, numbers(1, 2, 3), False) == outcome(proto, numbers(1, 2, 3), True)


def test_a_seeded_random_stream_that_must_start_anew_keeps_the_reduction_and_says_why():
    def walk(data):
        def noisy():
            return data.reduce(
                tf.constant(0, tf.int64), lambda state, x: state + tf.random.uniform([], 0, 1000, tf.int64, seed=3)
            )

        return tf.while_loop(
            lambda i, s: i < 2, lambda i, s: (i + 1, s * 1000 + noisy()), [0, tf.constant(0, tf.int64)]
        )[1]

    proto = tf_computation(walk, NUMBERS).to_proto()
    (reason,) = TensorFlowFunction(proto).kept_reductions.values()
    assert "random" in reason
    assert outcome(proto, numbers(1, 2), False) == outcome(proto, numbers(1, 2), True)


def test_a_list_as_state_is_what_it_is_for_tensorflow():
    proto = tf_computation(
        lambda data: data.reduce([tf.constant(0, tf.int64)] * 2, lambda s, x: [s[1], s[0] + x]), NUMBERS
    ).to_proto()
    (reason,) = TensorFlowFunction(proto).kept_reductions.values()
    assert "more than its state" in reason
    for data in (numbers(), numbers(1, 2)):
        assert outcome(proto, data, False) == outcome(proto, data, True)


def test_with_seeds_for_a_call_random_streams_start_anew_for_every_reduction():
    def walk(data):
        def noisy():
            return data.reduce(
                tf.constant(0, tf.int64), lambda state, x: state * 1000 + tf.random.uniform([], 0, 1000, tf.int64)
            )

        return tf.while_loop(
            lambda i, s: i < 2, lambda i, s: (i + 1, s * 1000000 + noisy()), [0, tf.constant(0, tf.int64)]
        )[1]

    proto = tf_computation(walk, NUMBERS).to_proto()
    results = [
        int(TensorFlowFunction(proto, as_written=as_written)(numbers(1, 2), seeds=(3, 4)))
        for as_written in (True, False)
    ]
    assert results[0] == results[1]


def test_random_numbers_without_a_seed_are_fresh_in_every_step_and_call():
    def walk(data):
        return data.reduce(tf.constant([], tf.float32), lambda state, x: tf.concat([state, tf.random.uniform([1])], 0))

    function = TensorFlowFunction(tf_computation(walk, NUMBERS).to_proto())
    drawn = [float(x) for _ in range(2) for x in function(numbers(1, 2, 3)).numpy()]
    assert len(set(drawn)) == 6 and not function.kept_reductions


SHUFFLES = {
    "one after the other": (
        lambda data: data,
        lambda data: data.shuffle(3, seed=1).map(lambda x: x + 1).batch(2).unbatch(),
    ),
    "repeated by the client": (lambda data: data, lambda data: data.shuffle(3, seed=1).repeat(3).prefetch(1)),
    "repeated by the caller": (lambda data: data.shuffle(5, seed=2).repeat(2).map(abs), lambda data: data.skip(1)),
    "shuffled by the caller, repeated by the client": (
        lambda data: data.shuffle(5, seed=2),
        lambda data: data.repeat(2),
    ),
    "repeated by both": (
        lambda data: data.shuffle(5, seed=2).repeat(2),
        lambda data: data.shuffle(3, seed=5).repeat(2),
    ),
    "never in a new order": (
        lambda data: data.shuffle(5, seed=2, reshuffle_each_iteration=False).repeat(2),
        lambda data: data.repeat(2),
    ),
}


@pytest.mark.parametrize("case", SHUFFLES)
def test_shuffled_data_keeps_its_order_in_every_reading(case):
    of_caller, of_client = SHUFFLES[case]

    def walk(data):
        def order(dataset):
            return dataset.reduce(tf.constant([], tf.int64), lambda state, x: tf.concat([state, [x]], 0))

        read = of_client(data)
        return order(read), order(read)

    proto = tf_computation(walk, NUMBERS).to_proto()
    orders = []
    for as_written in (True, False):
        function, data = TensorFlowFunction(proto, as_written=as_written), of_caller(numbers(*range(9)))
        orders.append([[order.tolist() for order in leaves(function(data))] for _ in range(2)])
    assert orders[0] == orders[1]


def test_a_loop_of_tensorflow_1_beside_a_reduction_keeps_it():
    def build():
        data = tf.compat.v1.placeholder(tf.variant, [], "data")
        dataset = tf.data.experimental.from_variant(data, tf.TensorSpec([], tf.int64))
        tf.compat.v1.disable_control_flow_v2()
        try:
            result = tf.compat.v1.while_loop(
                lambda i, s: i < 2, lambda i, s: (i + 1, s + total(dataset)), [0, tf.constant(0, tf.int64)]
            )[1]
        finally:
            tf.compat.v1.enable_control_flow_v2()
        return sequence_binding(data), tensor_binding(tf.identity(result)), ""

    proto = computation(build, NUMBERS, fl.TensorType(np.int64))
    (reason,) = TensorFlowFunction(proto).kept_reductions.values()
    assert "TensorFlow 1" in reason
    assert outcome(proto, numbers(1, 2), False) == outcome(proto, numbers(1, 2), True)


def test_a_loop_over_endless_data_is_cancelled():
    function = TensorFlowFunction(tf_computation(total, NUMBERS).to_proto())
    started, cancellation, caught = threading.Event(), CancellationManager(), []

    def elements():
        while True:
            started.set()
            yield 1

    def run():
        try:
            function(elements, cancellation)
        except tf.errors.OpError as error:
            caught.append(type(error))

    thread = threading.Thread(target=run)
    thread.start()
    assert started.wait(60)
    cancellation.start_cancel()
    thread.join(60)
    assert caught == [tf.errors.CancelledError]


def test_a_loop_that_reads_no_python_is_cancelled_too():
    def endless(data):
        return total(data.repeat())

    function = TensorFlowFunction(tf_computation(endless, NUMBERS).to_proto())
    cancellation, caught = CancellationManager(), []

    def run():
        try:
            function(numbers(1), cancellation)
        except tf.errors.OpError as error:
            caught.append(type(error))

    thread = threading.Thread(target=run)
    thread.start()
    cancellation.start_cancel()
    thread.join(60)
    assert caught == [tf.errors.CancelledError]


def test_a_loop_keeps_no_thread():
    def make(factor):
        return TensorFlowFunction(tf_computation(lambda data: total(data) * factor, NUMBERS).to_proto())

    functions = [make(0)]
    functions[0](numbers(1, 2))
    before = len(os.listdir("/proc/self/task"))
    for factor in range(1, 9):
        functions.append(make(factor))
        functions[-1](numbers(1, 2))
    assert len(os.listdir("/proc/self/task")) < before + 8


def test_an_iterator_is_freed_with_its_call():
    function = TensorFlowFunction(tf_computation(total, NUMBERS).to_proto())
    alive = []

    class Watched:
        def __iter__(self):
            alive.append(self)
            try:
                yield from (1, 2, 3)
            finally:
                alive.remove(self)

    watched = Watched()
    function(lambda: iter(watched))
    gc.collect()
    assert alive == []
