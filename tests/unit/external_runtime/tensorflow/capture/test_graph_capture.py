"""Python functions that become graphs."""

import concurrent.futures
import functools

import federated_language as fl
import numpy as np
import tensorflow as tf

import tffsim as tff


def test_partial_functions_methods_and_tf_functions_are_captured():
    class Scaler:
        factor = 3

        def scale(self, x):
            return x * self.factor

    assert tff.tf_computation(functools.partial(lambda a, b: a - b, 9), np.int32)(5) == 4
    assert tff.tf_computation(Scaler().scale, np.int32)(5) == 15
    assert tff.tf_computation(tf.function(lambda x: x * 2), np.int32)(5) == 10


def test_a_variable_starts_from_its_initial_value_at_each_call():
    @tff.tf_computation(np.int32)
    def count(n):
        counter = tf.Variable(10)
        for _ in range(2):
            counter.assign_add(n)
        return counter.read_value()

    assert [count(1), count(1), count(5)] == [12, 12, 20]


def test_a_variable_may_be_initialised_from_the_argument():
    @tff.tf_computation(np.float32)
    def grow(x):
        variable = tf.Variable(x)
        variable.assign(variable * 2)
        return variable

    assert [grow(1.0), grow(3.0)] == [2, 6]


def test_side_effects_happen_in_the_order_of_the_program():
    @tff.tf_computation
    def effects():
        variable = tf.Variable(1)
        before = variable.read_value()
        variable.assign(5)
        return before, variable.read_value()

    assert effects() == (1, 5)


def test_python_control_flow_over_tensors_works_inside_tf_function():
    @tf.function
    def collatz(n):
        steps = 0
        while n != 1:
            n = n // 2 if n % 2 == 0 else 3 * n + 1
            steps += 1
        return steps

    assert tff.tf_computation(collatz, np.int32)(6) == 8


def test_a_lookup_table_is_filled():
    @tff.tf_computation(np.str_)
    def number_of(word):
        table = tf.lookup.StaticHashTable(
            tf.lookup.KeyValueTensorInitializer(["one", "two"], tf.constant([1, 2])), default_value=-1
        )
        return table.lookup(word)

    assert [number_of("two"), number_of("six")] == [2, -1]


def test_a_keras_model_built_inside_is_trained():
    @tff.tf_computation(fl.TensorType(np.float32, [None, 2]), fl.TensorType(np.float32, [None, 1]))
    def train(x, y):
        model = tf.keras.Sequential([tf.keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")])
        model.build([None, 2])
        optimizer = tf.keras.optimizers.SGD(0.1)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(x) - y) ** 2)
        optimizer.apply_gradients(
            zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables, strict=True)
        )
        return loss, model.trainable_variables[0].value

    x, y = np.array([[1, 0], [0, 1]], np.float32), np.array([[1], [2]], np.float32)
    for _ in range(2):
        loss, kernel = train(x, y)
        assert loss == 2.5
        np.testing.assert_allclose(kernel, [[0.1], [0.2]], rtol=1e-6)


def test_python_functions_in_a_graph_live_as_long_as_the_computation():
    def make():
        local = 3
        return tff.tf_computation(lambda x: tf.numpy_function(lambda v: v * local, [x], tf.int64), np.int64)

    assert make()(5) == 15


def test_a_generator_in_a_dataset_lives_as_long_as_the_computation():
    @tff.tf_computation
    def numbers():
        spec = tf.TensorSpec([], tf.int32)
        return tf.data.Dataset.from_generator(lambda: iter([1, 2, 3]), output_signature=spec)

    assert list(numbers().as_numpy_iterator()) == [1, 2, 3]


def test_capturing_leaves_no_trace_in_the_default_graph():
    assert tf.executing_eagerly()
    tff.tf_computation(lambda x: x + 1, np.int32)
    assert tf.executing_eagerly()


def test_a_computation_is_captured_from_any_thread():
    def make(n):
        return tff.tf_computation(lambda x: x + n, np.int32)(1)

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert list(pool.map(make, range(20))) == list(range(1, 21))
