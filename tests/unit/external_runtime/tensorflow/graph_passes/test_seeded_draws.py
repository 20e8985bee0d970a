import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tffsim.external_runtime.tensorflow.functions.tensorflow_function import tensorflow_function
from tffsim.external_runtime.tensorflow.graph_passes.seeded_draws import draws_without_seed, take_seeds


def graph_of(function):
    return tf.compat.v1.GraphDef.FromString(tff.tf_computation(function).to_proto().tensorflow.graph_def.value)


def in_functions():
    @tf.function
    def inner():
        return tf.random.uniform([2]), tf.random.normal([2])

    @tf.function
    def outer():
        return inner(), tf.random.truncated_normal([2])

    return inner(), outer()


def in_branch():
    return tf.cond(tf.constant(True), lambda: tf.random.uniform([]), lambda: 0.0)


def in_loop():
    return tf.while_loop(lambda x: x < 3.0, lambda x: x + tf.random.uniform([], 0.5, 1.0), [0.0])


def in_loop_of_tensorflow_1():
    tf.compat.v1.disable_control_flow_v2()
    try:
        return tf.compat.v1.while_loop(lambda x: x < 3.0, lambda x: x + tf.random.uniform([], 0.5, 1.0), [0.0])
    finally:
        tf.compat.v1.enable_control_flow_v2()


def in_map():
    return tf.data.Dataset.range(3).map(lambda _: tf.random.uniform([])).reduce(0.0, tf.add)


def in_function_and_loop():
    return in_functions(), in_loop()


@pytest.mark.parametrize(
    ("function", "count"),
    [
        (lambda: tf.random.uniform([]), 1),
        (lambda: (tf.random.uniform([], seed=1), tf.random.normal([])), 1),
        (lambda: tf.data.Dataset.range(3).shuffle(3).reduce(np.int64(0), tf.add), 1),
        (lambda: tf.keras.layers.Dropout(0.5)(tf.ones([3]), training=True), 1),
        (in_functions, 5),
    ],
    ids=["graph", "seed beside", "shuffle", "Keras", "functions"],
)
def test_what_runs_once_takes_its_seeds_as_an_input(function, count):
    graph_def = graph_of(function)
    assert draws_without_seed(graph_def)
    assert take_seeds(graph_def) == count
    assert take_seeds(graph_of(function)) == count


@pytest.mark.parametrize(
    "function",
    [in_branch, in_loop, in_loop_of_tensorflow_1, in_map, in_function_and_loop, lambda: tf.random.gamma([], 1.0)],
    ids=["branch", "loop", "loop of TensorFlow 1", "map", "function and loop", "no stateless form"],
)
def test_what_may_run_again_does_not(function):
    graph_def = graph_of(function)
    before = graph_def.SerializeToString(deterministic=True)
    assert draws_without_seed(graph_def)
    assert take_seeds(graph_def) is None
    assert graph_def.SerializeToString(deterministic=True) == before


@pytest.mark.parametrize(
    "function",
    [
        lambda: tf.constant(1.0),
        lambda: tf.random.uniform([], seed=1),
        lambda: tf.random.stateless_uniform([], [1, 2]),
        lambda: tf.random.Generator.from_seed(3).normal([]),
        lambda: tf.data.Dataset.range(3).shuffle(3, seed=1).reduce(np.int64(0), tf.add),
        lambda: tf.keras.random.uniform([], seed=1),
    ],
)
def test_graphs_with_seeds_everywhere_need_none(function):
    assert not draws_without_seed(graph_of(function))


@pytest.mark.parametrize(
    "function",
    [in_functions, in_branch, in_loop, in_loop_of_tensorflow_1, in_map, in_function_and_loop],
    ids=lambda function: function.__name__,
)
def test_numbers_follow_from_the_seeds_of_the_call(function):
    draw = tensorflow_function(tff.tf_computation(function).to_proto())

    def bits(seeds):
        return [leaf.numpy().tobytes() for leaf in tf.nest.flatten(draw(None, None, seeds))]

    assert bits((1, 2)) == bits((1, 2))
    assert len({tuple(bits(seeds)) for seeds in [(k, 1) for k in range(1, 9)]}) > 1


def test_operations_in_one_call_draw_different_numbers():
    def numbers():
        @tf.function
        def inner():
            return tf.random.uniform([]), tf.random.uniform([])

        return tf.random.uniform([]), inner(), inner(), tf.random.uniform([])

    draw = tensorflow_function(tff.tf_computation(numbers).to_proto())
    assert len({float(x) for x in tf.nest.flatten(draw(None, None, (1, 2)))}) == 6


def test_a_uniform_number_is_uniform_under_seeds():
    draw = tensorflow_function(tff.tf_computation(lambda: tf.random.uniform([100])).to_proto())
    drawn = np.concatenate([draw(None, None, (k, k)) for k in range(1, 51)])
    assert drawn.min() >= 0 and drawn.max() < 1 and abs(drawn.mean() - 0.5) < 0.02
