"""Noise at the clients and at the server: the same for all, or new for each."""

import numpy as np
import tensorflow as tf
import tensorflow_federated as tff

tff.backends.native.set_local_python_execution_context(default_num_clients=10)


# The same noise at all clients: the server keeps the seed.
@tff.tf_computation
def noise_of_seed(seed):
    return tf.random.stateless_normal((), seed=seed)


seed_type_at_server = tff.type_at_server(tff.to_type((tf.int64, [2])))


@tff.federated_computation(seed_type_at_server)
def extremes_of_same_noise(seed):
    seed_at_clients = tff.federated_broadcast(seed)
    noise = tff.federated_map(noise_of_seed, seed_at_clients)
    return tff.federated_min(noise), tff.federated_max(noise)


seed = tf.constant([7, 3], dtype=tf.int64)
lowest, highest = extremes_of_same_noise(seed)
assert lowest == highest
seed += 1
other, highest = extremes_of_same_noise(seed)
assert other == highest and other != lowest


# New noise at each client.
@tff.tf_computation
def new_noise():
    generator = tf.random.Generator.from_non_deterministic_state()
    return generator.normal(())


@tff.federated_computation
def extremes_of_new_noise():
    noise = tff.federated_eval(new_noise, tff.CLIENTS)
    return tff.federated_min(noise), tff.federated_max(noise)


lowest, highest = extremes_of_new_noise()
new_lowest, new_highest = extremes_of_new_noise()
assert lowest != highest and new_lowest != new_highest
assert new_lowest != lowest and new_highest != highest


# New weights of a model at each client.
def keras_model():
    inputs = tf.keras.Input(shape=(1,))
    return tf.keras.Model(inputs=inputs, outputs=tf.keras.layers.Dense(1)(inputs))


@tff.tf_computation
def first_weight():
    return tf.reshape(keras_model().trainable_variables[0], [-1])[0]


@tff.federated_computation
def extremes_of_weights():
    weights = tff.federated_eval(first_weight, tff.CLIENTS)
    return tff.federated_min(weights), tff.federated_max(weights)


lowest, highest = extremes_of_weights()
new_lowest, new_highest = extremes_of_weights()
assert lowest != highest and new_lowest != lowest and new_highest != highest

# At the server: calls of a computation differ, also after a global seed.
tf.random.set_seed(1)


@tff.tf_computation
def one_noise(_):
    return tf.random.normal([])


assert one_noise(1) != one_noise(2)
tf.random.set_seed(None)


# A generator with a seed that is an argument.
@tff.tf_computation
def noise_of_generator(i):
    generator = tf.random.Generator.from_seed(i)

    @tf.function
    def draw():
        return generator.normal([])

    return draw()


@tff.federated_computation
def two_noises():
    return (noise_of_generator(1), noise_of_generator(2))


first, second = two_noises()
assert first != second
assert (first, second) == two_noises()


# The better way: the state of the noise is a seed that comes in and goes out.
@tff.tf_computation
def start():
    return tf.constant([3, 14], tf.int64)


@tff.tf_computation(tff.TensorType(tf.int64, [2]))
def noise_and_next_seed(seed):
    return tf.random.stateless_normal([3], seed=seed), seed + tf.constant([0, 1], tf.int64)


state = start()
drawn = []
for _ in range(3):
    noise, state = noise_and_next_seed(state)
    drawn.append(noise)
assert state.tolist() == [3, 17]
assert not np.array_equal(drawn[0], drawn[1])
np.testing.assert_array_equal(drawn[0], noise_and_next_seed(np.array([3, 14]))[0])
