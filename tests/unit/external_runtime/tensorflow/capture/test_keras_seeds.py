"""Random numbers of Keras in captured functions, and Keras itself after a capture."""

import concurrent.futures
import random
import threading

import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff

keras = tf.keras

ONES = np.ones([4, 8], np.float32)
LARGE = np.arange(10_000, dtype=np.float32).reshape([1, 100, 100, 1])
IMAGES = np.arange(8 * 6 * 6, dtype=np.float32).reshape([8, 6, 6, 1])
# So many that two draws of which of them are left out are never the same by chance.
MANY_CHANNELS = np.ones([2, 2, 2, 64], np.float32)


def in_training(layer, examples=ONES):
    return layer(tf.constant(examples), training=True)


def initial_weights(initializer):
    return keras.layers.Dense(3, kernel_initializer=initializer)(tf.eye(5))


def lstm_with_dropout(seed=None):
    initializers = dict.fromkeys(["kernel_initializer", "recurrent_initializer"], "ones")
    return keras.layers.LSTM(4, dropout=0.5, recurrent_dropout=0.5, seed=seed, **initializers)


# Each takes a seed, or None.
DRAWS = {
    "Dropout": lambda seed: in_training(keras.layers.Dropout(0.5, seed=seed)),
    "SpatialDropout": lambda seed: in_training(keras.layers.SpatialDropout2D(0.5, seed=seed), MANY_CHANNELS),
    "AlphaDropout": lambda seed: in_training(keras.layers.AlphaDropout(0.5, seed=seed)),
    "GaussianNoise": lambda seed: in_training(keras.layers.GaussianNoise(1.0, seed=seed)),
    "RandomFlip": lambda seed: in_training(keras.layers.RandomFlip(seed=seed), np.tile(IMAGES, [4, 1, 1, 1])),
    "RandomRotation": lambda seed: in_training(keras.layers.RandomRotation(0.5, seed=seed), IMAGES),
    "RandomCrop": lambda seed: in_training(keras.layers.RandomCrop(2, 2, seed=seed), LARGE),
    "LSTM": lambda seed: lstm_with_dropout(seed)(tf.ones([2, 5, 8]), training=True),
    "GlorotUniform": lambda seed: initial_weights(keras.initializers.GlorotUniform(seed)),
    "Orthogonal": lambda seed: initial_weights(keras.initializers.Orthogonal(seed=seed)),
    "TruncatedNormal": lambda seed: initial_weights(keras.initializers.TruncatedNormal(seed=seed)),
    "uniform": lambda seed: keras.random.uniform([4], seed=seed),
    "shuffle": lambda seed: keras.random.shuffle(tf.range(50), seed=seed),
    "categorical": lambda seed: keras.random.categorical(tf.zeros([1, 9]), 30, seed=seed),
    "beta": lambda seed: keras.random.beta([4], 2.0, 2.0, seed=seed),
    "SeedGenerator": lambda seed: keras.random.normal([4], seed=keras.random.SeedGenerator(seed)),
}


def draw_from(make):
    return tff.tf_computation(lambda: tf.cast(make(), tf.float32))


def numbers_drawn(computation, times=5):
    return len({np.asarray(computation()).tobytes() for _ in range(times)})


@pytest.mark.parametrize("name", DRAWS)
def test_without_a_seed_each_call_draws_new_numbers(name):
    assert numbers_drawn(draw_from(lambda: DRAWS[name](None))) == 5


@pytest.mark.parametrize("name", DRAWS)
def test_with_a_seed_each_call_draws_the_same_numbers(name):
    assert numbers_drawn(draw_from(lambda: DRAWS[name](7))) == 1


@pytest.mark.parametrize("name", ["Dropout", "uniform", "GlorotUniform", "SeedGenerator"])
def test_other_seeds_draw_other_numbers(name):
    seven, eight = (draw_from(lambda seed=seed: DRAWS[name](seed))() for seed in (7, 8))
    assert not np.array_equal(seven, eight)


@pytest.mark.parametrize(
    "make",
    [
        lambda seed: (keras.layers.Dropout(0.5, seed=seed), in_training),
        lambda seed: (keras.initializers.HeNormal(seed=seed), initial_weights),
        lambda seed: (keras.random.SeedGenerator(seed), lambda generator: keras.random.normal([4], seed=generator)),
    ],
    ids=["layer", "initialiser", "generator"],
)
def test_what_was_made_outside_of_the_function_draws_as_if_it_was_made_inside(make):
    unseeded, draw = make(None)
    seeded, _ = make(3)
    assert numbers_drawn(draw_from(lambda: draw(unseeded))) == 5
    assert numbers_drawn(draw_from(lambda: draw(seeded))) == 1


def test_a_capture_does_not_move_a_generator_outside():
    generator = keras.random.SeedGenerator(3)
    draw = draw_from(lambda: keras.random.normal([4], seed=generator))
    first = draw()
    np.testing.assert_array_equal(generator.state.value, [3, 0])
    generator.next()
    np.testing.assert_array_equal(draw(), first)


def test_one_layer_draws_a_new_mask_each_time_it_is_called():
    def two_masks():
        dropout = keras.layers.Dropout(0.5)
        return in_training(dropout), in_training(dropout)

    one, two = tff.tf_computation(two_masks)()
    assert not np.array_equal(one, two)


def test_an_initialiser_draws_the_same_weights_when_it_is_called_twice_as_in_keras():
    def weights_twice():
        initializer = keras.initializers.GlorotUniform()
        return initializer([3, 3]), initializer([3, 3]), keras.initializers.GlorotUniform()([3, 3])

    one, again, other = tff.tf_computation(weights_twice)()
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)


def loop():
    dropout = keras.layers.Dropout(0.5)

    @tf.function
    def masks():
        rows = tf.TensorArray(tf.float32, 3)
        for i in tf.range(3):
            rows = rows.write(i, dropout(tf.ones([40]), training=True))
        return rows.stack()

    return masks()


def dataset(draw):
    return tf.data.Dataset.range(3).map(lambda _: draw()).batch(3).get_single_element()


def branch():
    return tf.cond(tf.constant(True), lambda: keras.random.uniform([3]), lambda: tf.zeros([3]))


def dropout_in_dataset():
    dropout = keras.layers.Dropout(0.5)
    return dataset(lambda: dropout(tf.ones([40]), training=True))


@pytest.mark.parametrize(
    "draw",
    [loop, branch, dropout_in_dataset, lambda: dataset(lambda: keras.random.uniform([4]))],
    ids=["loop", "branch", "dropout in a dataset", "keras.random in a dataset"],
)
def test_numbers_are_new_wherever_in_the_function_they_are_drawn(draw):
    computation = draw_from(draw)
    rows = [row.tobytes() for _ in range(2) for row in np.asarray(computation())]
    assert len(set(rows)) == len(rows)


def test_a_seed_that_is_set_inside_the_function_holds_for_each_call():
    def draw():
        tf.random.set_seed(5)
        return in_training(keras.layers.Dropout(0.5)) + keras.random.uniform([8])

    assert numbers_drawn(draw_from(draw)) == 1


def capture_a_model():
    @tff.tf_computation
    def predict():
        model = keras.Sequential([keras.Input([3]), keras.layers.Dense(4), keras.layers.Dropout(0.5)])
        return model(keras.random.uniform([2, 3]), training=True)

    return predict


def capture_that_fails():
    with pytest.raises(ZeroDivisionError):

        @tff.tf_computation
        def fails():
            keras.layers.Dense(4)(keras.random.uniform([2, 3]))
            tf.random.get_global_generator()
            return 1 / 0


@pytest.fixture
def keras_seed():
    """Seeds Keras, Python and TensorFlow; the seed of TensorFlow would else hold for all tests that follow."""
    yield keras.utils.set_random_seed
    tf.random.set_seed(None)


@pytest.mark.parametrize("capture", [capture_a_model, capture_that_fails])
def test_keras_goes_on_after_a_capture_as_if_there_had_been_none(keras_seed, capture):
    keras_seed(1)
    expected = keras.layers.Dense(2), keras.random.uniform([3]), random.random()
    prefix, number = expected[0].name.rsplit("_", 1) if "_" in expected[0].name else (expected[0].name, "0")

    keras_seed(1)
    capture()
    layer, numbers = keras.layers.Dense(2), keras.random.uniform([3])
    assert layer.name == f"{prefix}_{int(number) + 1}"
    np.testing.assert_array_equal(layer(tf.ones([1, 2])), expected[0](tf.ones([1, 2])))
    np.testing.assert_array_equal(numbers, expected[1])
    assert random.random() == expected[2]


def test_settings_of_keras_that_a_function_changes_hold_until_its_end():
    @tff.tf_computation
    def half():
        keras.config.set_dtype_policy("mixed_float16")
        return keras.layers.Dense(2)(tf.ones([1, 2]))

    assert half().dtype == np.float16
    assert keras.config.dtype_policy().name == "float32"


def test_numbers_of_several_computations_have_nothing_to_do_with_each_other():
    draws = [tff.tf_computation(lambda: keras.random.uniform([4])) for _ in range(3)]
    assert len({draw().tobytes() for draw in draws for _ in range(2)}) == 6


def test_the_global_generator_of_tensorflow_belongs_to_the_graph_that_asks_for_it():
    draws = [tff.tf_computation(lambda: tf.random.get_global_generator().normal([4])) for _ in range(2)]
    assert len({draw().tobytes() for draw in draws for _ in range(2)}) == 4
    assert tf.random.get_global_generator().normal([4]).shape == [4]


def test_captures_in_threads_do_not_see_each_other():
    both_capture = threading.Barrier(2, timeout=60)

    def capture():
        def draw():
            both_capture.wait()
            value = in_training(keras.layers.Dropout(0.5)) + keras.random.uniform([8])
            both_capture.wait()
            return value

        return draw_from(draw)

    with concurrent.futures.ThreadPoolExecutor(2) as threads:
        draws = [future.result() for future in [threads.submit(capture) for _ in range(2)]]
    assert all(numbers_drawn(draw) == 5 for draw in draws)
    keras.random.uniform([1])
