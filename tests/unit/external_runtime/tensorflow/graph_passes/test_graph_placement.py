import functools

import federated_language as fl
import hypothesis
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import strategies as st

import tffsim as tff
from tests.unit.external_runtime.tensorflow.tensorflow_protos import unary
from tffsim.external_runtime.tensorflow.functions.tensorflow_function import TensorFlowFunction
from tffsim.external_runtime.tensorflow.graph_passes import graph_placement
from tffsim.external_runtime.tensorflow.graph_passes.graph_rewriting import all_nodes

FLOAT = fl.TensorType(np.float32)
VECTOR = fl.TensorType(np.float32, [None])
TABLE = fl.TensorType(np.float32, [3, 2])

STACKS = {
    "local": tff.local_executor_factory,
    "tree": lambda: tff.local_executor_factory(max_fanout=2),
    "debug": tff.debug_executor_factory,
}


def near(tensor, make):
    with tf.compat.v1.colocate_with(tensor, ignore_existing=True):
        return make()


def halve_twice(x):
    inner = tff.tf_computation(lambda v: near(v, lambda: v * 0.5), FLOAT)
    return near(x, lambda: inner(near(x, lambda: inner(x))))


@pytest.fixture(params=STACKS)
def stack(request):
    with tff.use(STACKS[request.param]()):
        yield


@pytest.mark.usefixtures("stack")
@pytest.mark.parametrize(
    "function",
    [
        lambda x: near(x, lambda: x * 0.25),
        halve_twice,
        lambda x: tf.function(lambda v: near(v, lambda: v * 0.25))(x),
        lambda x: tf.cond(x > 0.0, lambda: near(x, lambda: x * 0.25), lambda: x),
        lambda x: tf.while_loop(lambda i, _: i < 2, lambda i, y: (i + 1, near(x, lambda: y * 0.5)), (0, x))[1],
        lambda x: tf.data.Dataset.range(2).reduce(x, lambda y, _: near(y, lambda: y * 0.5)),
    ],
)
def test_an_operation_may_wish_to_be_near_an_argument(function):
    quarter = tff.tf_computation(function, FLOAT)
    at_clients = tff.federated_computation(
        lambda values: tff.federated_map(quarter, values), tff.FederatedType(np.float32, tff.CLIENTS)
    )
    assert at_clients([4.0, 8.0, 16.0]) == [1.0, 2.0, 4.0]


@pytest.mark.usefixtures("stack")
def test_functions_of_tensorflow_that_place_operations_near_their_arguments_work():
    clip = tff.tf_computation(lambda x, y: tf.clip_by_global_norm([x, y], 5.0)[0], VECTOR, VECTOR)
    first, second = clip(np.array([6.0, 0.0], np.float32), np.array([8.0], np.float32))
    np.testing.assert_allclose(first, [3.0, 0.0])
    np.testing.assert_allclose(second, [4.0])
    norm = tff.tf_computation(lambda x: tf.linalg.global_norm([x, x[:1]]), VECTOR)
    assert norm(np.array([2.0, 1.0], np.float32)) == 3.0
    finite = tff.tf_computation(lambda x: tf.debugging.assert_all_finite(x, "not finite"), VECTOR)
    np.testing.assert_array_equal(finite(np.ones(2, np.float32)), [1.0, 1.0])
    with pytest.raises(tff.ExecutionError, match="not finite"):
        finite(np.array([np.inf], np.float32))
    rows = tff.tf_computation(lambda table: tf.nn.embedding_lookup(table, [2, 0]), TABLE)
    np.testing.assert_array_equal(rows(np.arange(6, dtype=np.float32).reshape(3, 2)), [[4.0, 5.0], [0.0, 1.0]])
    slope = tff.tf_computation(lambda x: tf.compat.v1.gradients(x * x, x, colocate_gradients_with_ops=True)[0], FLOAT)
    assert slope(3.0) == 6.0


OPERATIONS = {"add": lambda a, b: a + b, "subtract": lambda a, b: a - b, "maximum": tf.maximum}


@hypothesis.settings(max_examples=25, deadline=None)
@hypothesis.given(
    steps=st.lists(st.tuples(st.sampled_from(sorted(OPERATIONS)), *[st.integers(0, 99)] * 3), min_size=1, max_size=8),
    result=st.integers(0, 99),
)
def test_colocation_never_changes_a_result(steps, result):
    """Each step combines two earlier values near a third one; only one value is returned, so much is cut off."""

    def build(is_placed):
        def function(x):
            values = [x, tf.constant(2.0)]
            for name, left, right, neighbour in steps:
                a, b, c = (values[position % len(values)] for position in (left, right, neighbour))
                combine = functools.partial(OPERATIONS[name], a, b)
                values.append(near(c, combine) if is_placed else combine())
            return values[result % len(values)] + 0.0

        return TensorFlowFunction(unary(function, FLOAT, FLOAT))

    x = tf.constant(1.5)
    assert float(build(True)(x)) == float(build(False)(x))


def test_only_wishes_that_cannot_be_met_are_forgotten():
    with tf.Graph().as_default() as graph:
        a, b = tf.constant(1.0, name="a"), tf.constant(2.0, name="b")
        near(a, lambda: tf.add(a, b, name="sum"))
        near(b, lambda: tf.multiply(a, b, name="product"))
    graph_def = graph.as_graph_def()
    for node in graph_def.node:
        if node.name == "product":
            node.attr["_class"].list.s.append(b"loc:@gone")
        if node.name == "sum":
            node.attr["_class"].list.s[:] = [b"loc:@gone"]
    graph_placement.forget_missing_neighbours(graph_def)
    wishes = {node.name: list(node.attr["_class"].list.s) for node in graph_def.node if "_class" in node.attr}
    assert wishes == {"product": [b"loc:@b"]}


def on_gpu(x):
    with tf.device("/GPU:0"):
        return x + 1.0


@pytest.mark.usefixtures("stack")
@pytest.mark.parametrize(
    "function",
    [
        on_gpu,
        lambda x: tf.function(on_gpu)(x),
        lambda x: tff.tf_computation(on_gpu, FLOAT)(x),
        lambda x: tf.cond(x > 0.0, lambda: on_gpu(x), lambda: x),
        lambda x: tf.data.Dataset.from_tensors(x).map(on_gpu).reduce(0.0, lambda a, b: a + b),
        lambda x: on_gpu(x) + tf.random.uniform([], 0.0, 1e-30, seed=3),
    ],
)
def test_a_device_that_is_not_there_gives_way(function):
    assert tff.tf_computation(function, FLOAT)(1.0) == 2.0


def test_devices_that_are_there_stay_and_without_soft_placement_all_do():
    def devices_after(name):
        with tf.Graph().as_default() as graph, tf.device(name):
            tf.constant(1.0)
        graph_def = graph.as_graph_def()
        graph_placement.forget_missing_devices(all_nodes(graph_def))
        return [node.device for node in graph_def.node]

    assert devices_after("/job:localhost/device:CPU:0") == ["/job:localhost/device:CPU:0"]
    assert devices_after("/device:CPU:7") == [""]
    assert devices_after("/job:worker/task:3/device:CPU:0") == [""]
    tf.config.set_soft_device_placement(False)
    try:
        assert devices_after("/device:TPU:1") == ["/device:TPU:1"]
    finally:
        tf.config.set_soft_device_placement(True)
