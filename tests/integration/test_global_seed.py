"""`tf.random.set_seed` and a run of computations: what repeats, and what differs."""

import asyncio
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff

keras = tf.keras

CLIENTS = tff.FederatedType(np.float32, tff.CLIENTS)


@pytest.fixture(autouse=True)
def _no_global_seed_afterwards():
    yield
    tf.random.set_seed(None)


@tff.tf_computation
def uniform():
    return tf.random.uniform([])


def _elements(dataset):
    return tf.cast(dataset.batch(64).get_single_element(), tf.float32)


def _numbers(**options):
    return tf.data.Dataset.range(32).map(lambda _: tf.random.uniform([2]), **options)


def _masks(**options):
    dropout = keras.layers.Dropout(0.5)
    return tf.data.Dataset.range(32).map(lambda _: dropout(tf.ones([9]), training=True), **options)


def _in_tf_function(**options):
    @tf.function(**options)
    def inner(x):
        return x + tf.random.uniform([3])

    @tf.function
    def outer():
        return inner(tf.zeros([3])), inner(tf.ones([3])), tf.random.normal([3])

    return outer()


def _gradient():
    @tf.function
    def loss(x):
        return tf.reduce_sum(x * tf.nn.dropout(tf.ones([20]), 0.5))

    x = tf.ones([20])
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = loss(x)
    return value, tape.gradient(value, x)


def _training():
    model = keras.Sequential(
        [keras.Input([2]), keras.layers.Dense(4), keras.layers.Dropout(0.5), keras.layers.Dense(1)]
    )
    optimizer = keras.optimizers.Adam()

    @tf.function
    def train():
        for x in tf.data.Dataset.range(8).shuffle(8).map(lambda x: tf.fill([2, 2], tf.cast(x, tf.float32))):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(model(x, training=True) ** 2)
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))

    train()
    return [tf.convert_to_tensor(variable) for variable in model.trainable_variables]


def _while_loop():
    return tf.while_loop(lambda i, x: i < 4, lambda i, x: (i + 1, 2 * x + tf.random.uniform([2])), [0, tf.zeros([2])])


DRAWS = {
    "uniform": lambda: tf.random.uniform([3]),
    "uniform of integers": lambda: tf.random.uniform([3], 0, 2**30, tf.int64),
    "half precision": lambda: tf.random.normal([9], dtype=tf.float16),
    "truncated normal": lambda: tf.random.truncated_normal([3], dtype=tf.float64),
    "gamma": lambda: tf.random.gamma([3], 2.0),
    "poisson": lambda: tf.random.poisson([20], 9.0),
    "categorical": lambda: tf.random.categorical(tf.zeros([1, 9]), 30),
    "shuffled tensor": lambda: tf.random.shuffle(tf.range(30)),
    "dropout": lambda: tf.nn.dropout(tf.ones([40]), 0.5),
    "image crop": lambda: tf.image.random_crop(tf.reshape(tf.range(10_000), [100, 100]), [2, 2]),
    "shuffled data": lambda: _elements(tf.data.Dataset.range(30).shuffle(30)),
    "data shuffled in each epoch": lambda: _elements(tf.data.Dataset.range(15).shuffle(15).repeat(2)),
    "data of random numbers": lambda: _elements(tf.data.Dataset.random().take(4)),
    "sampled data": lambda: _elements(
        tf.data.Dataset.sample_from_datasets([tf.data.Dataset.range(30), tf.data.Dataset.range(100, 130)]).take(30)
    ),
    "map": lambda: _elements(_numbers()),
    "parallel map": lambda: _elements(_numbers(num_parallel_calls=4)),
    "unordered map": lambda: _elements(_numbers(num_parallel_calls=tf.data.AUTOTUNE, deterministic=False)),
    "parallel map of a layer": lambda: _elements(_masks(num_parallel_calls=4)),
    "map_fn": lambda: tf.map_fn(lambda _: tf.random.uniform([2]), tf.range(8), fn_output_signature=tf.float32),
    "loop": _while_loop,
    "branch": lambda: tf.cond(uniform() < 2.0, lambda: tf.random.uniform([4]), lambda: tf.zeros([4])),
    "functions": lambda: _in_tf_function(),
    "compiled functions": lambda: _in_tf_function(jit_compile=True),
    "gradient": _gradient,
    "training": _training,
    "seed in the same graph": lambda: tf.random.uniform([3]) + tf.random.uniform([3], seed=4),
    "another computation": lambda: uniform() + uniform(),
}


def _bits(value):
    return b"".join(np.asarray(leaf).tobytes() for leaf in tf.nest.flatten(value))


def _calls(computation, seed, times=2):
    tf.random.set_seed(seed)
    return [_bits(computation()) for _ in range(times)]


@pytest.mark.parametrize("name", DRAWS)
def test_each_call_draws_its_own_numbers_and_all_repeat_when_the_seed_is_set_again(name):
    computation = tff.tf_computation(DRAWS[name])
    first = _calls(computation, 7)
    assert _calls(computation, 7) == first
    assert len({*first, *_calls(computation, 8)}) == 4


@pytest.mark.parametrize("name", ["uniform", "training", "functions", "map", "shuffled data"])
def test_a_function_that_is_captured_again_draws_the_same_numbers(name):
    first = _calls(tff.tf_computation(DRAWS[name]), 7)
    assert _calls(tff.tf_computation(DRAWS[name]), 7) == first


def test_a_seed_set_after_the_definition_counts():
    computation = tff.tf_computation(lambda: tf.random.uniform([]))
    assert _calls(computation, 3) == _calls(computation, 3)


def test_without_the_global_seed_numbers_are_fresh_again():
    _calls(uniform, 3)
    assert not {*_calls(uniform, None)} & {*_calls(uniform, None)}


def test_the_seed_of_keras_is_the_global_seed():
    computation = tff.tf_computation(lambda: keras.random.uniform([3]))
    expected = _calls(computation, 5)
    keras.utils.set_random_seed(5)
    assert [_bits(computation()) for _ in range(2)] == expected


def test_operations_outside_of_computations_change_nothing():
    expected = _calls(uniform, 5)
    tf.random.set_seed(5)
    first = _bits(uniform())
    tf.random.uniform([4]), keras.random.uniform([4])
    assert [first, _bits(uniform())] == expected


def test_computations_change_nothing_outside():
    def outside(between):
        tf.random.set_seed(5)
        first = tf.random.uniform([])
        between()
        return float(first), float(tf.random.uniform([]))

    assert outside(uniform) == outside(lambda: None)


def test_numpy_integers_and_tensors_are_seeds():
    assert _calls(uniform, 5) == _calls(uniform, np.int64(5)) == _calls(uniform, tf.constant(5))


def test_seeds_in_the_graph_hold_under_a_global_seed():
    computation = tff.tf_computation(lambda: (tf.random.uniform([], seed=4), keras.random.uniform([], seed=4)))
    assert len({*_calls(computation, 1), *_calls(computation, 2)}) == 1


def test_equal_seeds_mean_equal_numbers_at_every_invocation_not_for_every_computation():
    one, other = (tff.tf_computation(lambda: tf.random.uniform([])) for _ in range(2))
    tf.random.set_seed(5)
    assert one() != other()


def test_invocations_that_are_awaited_together_draw_in_the_order_in_which_they_were_made():
    async def both():
        return [float(x) for x in await asyncio.gather(*(uniform() for _ in range(8)))]

    expected = [np.frombuffer(bits, np.float32)[0] for bits in _calls(uniform, 5, times=8)]
    with tff.use(tff.AsyncExecutionContext(tff.local_executor_factory())):
        tf.random.set_seed(5)
        assert asyncio.run(both()) == pytest.approx(expected, abs=0)


def test_a_data_set_that_is_returned_keeps_its_order_and_numbers():
    @tff.tf_computation
    def shuffled():
        return tf.data.Dataset.range(20).shuffle(20).map(lambda x: tf.cast(x, tf.float32) + tf.random.uniform([]))

    def run():
        tf.random.set_seed(5)
        return [list(shuffled().as_numpy_iterator()) for _ in range(2)]

    first = run()
    assert run() == first and first[0] != first[1]


DETERMINISTIC_RUN = """
import numpy as np, tensorflow as tf, tffsim as tff
tf.config.experimental.enable_op_determinism()

def noise(x):
    layer = tf.keras.layers.Dropout(0.5)
    data = tf.data.Dataset.range(9).shuffle(9).map(lambda i: tf.random.uniform([2]), num_parallel_calls=2)
    rest = tf.random.shuffle(tf.range(9)), layer(tf.ones([9]), training=True), tf.keras.random.normal([2])
    return x + tf.random.uniform([]), data.batch(9).get_single_element(), *rest

try:
    tff.tf_computation(noise, np.float32)(0.0)
except RuntimeError as error:
    print("tf.random.set_seed" in str(error))
tf.keras.utils.set_random_seed(3)
compute = tff.tf_computation(noise, np.float32)
work = tff.federated_computation(lambda x: tff.federated_map(compute, x), tff.FederatedType(np.float32, tff.CLIENTS))
print([[np.asarray(part).tolist() for part in client] for _ in range(2) for client in work([0.0] * 3)])
"""


def test_a_program_repeats_in_a_new_process_also_where_tensorflow_demands_determinism():
    def output():
        command = [sys.executable, "-c", DETERMINISTIC_RUN]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    first = output()
    assert first[0] == "True"
    assert output() == first
