"""Random numbers: new for every client and round; with a global seed the same on every stack, and in every run."""

import federated_language as fl
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

import tffsim as tff

keras = tf.keras

_STACKS = {
    "flat": tff.local_executor_factory(),
    "tree": tff.local_executor_factory(max_fanout=2),
    "one thread": tff.local_executor_factory(max_concurrent_computation_calls=1),
    "8 threads": tff.local_executor_factory(max_concurrent_computation_calls=8),
    "client threads": tff.local_executor_factory(clients_per_thread=2),
    "debug": tff.debug_executor_factory(),
}
_CLIENTS = tff.FederatedType(np.float32, tff.CLIENTS)
_SERVER = tff.FederatedType(np.float32, tff.SERVER)
_NUM_CLIENTS = 7
_few = settings(max_examples=12, deadline=None, derandomize=True, database=None)


@pytest.fixture(autouse=True)
def _no_global_seed():
    yield
    tf.random.set_seed(None)


def _layer(make):
    return lambda seed: tf.reshape(make(seed)(tf.ones([1, 6, 6, 3]), training=True), [-1])[:40]


def _weights(make):
    return lambda seed: keras.layers.Dense(3, kernel_initializer=make(seed))(tf.eye(4))


_KERAS = {
    "dropout": _layer(lambda seed: keras.layers.Dropout(0.5, seed=seed)),
    "spatial dropout": lambda seed: keras.layers.SpatialDropout1D(0.5, seed=seed)(tf.ones([1, 2, 60]), training=True),
    "noise": _layer(lambda seed: keras.layers.GaussianNoise(1.0, seed=seed)),
    "gaussian dropout": _layer(lambda seed: keras.layers.GaussianDropout(0.3, seed=seed)),
    "normal": lambda seed: keras.random.normal([5], seed=seed),
    "shuffle": lambda seed: keras.random.shuffle(tf.range(40.0), seed=seed),
    "glorot": _weights(lambda seed: keras.initializers.GlorotNormal(seed)),
    "he": _weights(lambda seed: keras.initializers.HeUniform(seed)),
}
_draws_of_keras = st.lists(st.sampled_from(sorted(_KERAS)), min_size=1, max_size=3)


def _federated(draws, seed):
    """Returns a computation in which each client draws with Keras."""

    @tff.tf_computation(np.float32)
    def draw(x):
        return [x + tf.cast(_KERAS[name](seed), tf.float32) for name in draws]

    return tff.federated_computation(lambda xs: tff.federated_map(draw, xs), _CLIENTS)


def _bits(value):
    if isinstance(value, dict):
        return tuple(_bits(element) for element in value.values())
    if isinstance(value, (list, tuple)):
        return tuple(_bits(element) for element in value)
    return np.asarray(value).tobytes()


def _rounds(stack, computation, *arguments, rounds=2):
    with tff.use(_STACKS[stack]):
        return [_bits(computation(*arguments)) for _ in range(rounds)]


def _all_members(rounds):
    return [array for clients in rounds for arrays in clients for array in arrays]


@given(_draws_of_keras, st.sampled_from(["flat", "tree", "debug"]))
@_few
def test_random_layers_draw_new_numbers_for_each_client_and_round(draws, stack):
    drawn = _all_members(_rounds(stack, _federated(draws, None), [0.0] * 3))
    assert len(set(drawn)) == len(drawn) == 2 * 3 * len(draws)


@given(_draws_of_keras, st.sampled_from(["flat", "tree", "debug"]), st.integers(0, 2**31))
@_few
def test_random_layers_with_a_seed_draw_the_same_numbers_everywhere(draws, stack, seed):
    drawn = _all_members(_rounds(stack, _federated(draws, seed), [0.0] * 3))
    assert len(set(drawn)) == len(set(draws))


@given(_draws_of_keras, st.integers(0, 2**40))
@_few
def test_random_layers_under_a_global_seed_repeat_on_every_stack(draws, seed):
    computation = _federated(draws, None)
    results = []
    for stack in ("flat", "tree", "debug", "flat"):
        tf.random.set_seed(seed)
        results.append(_rounds(stack, computation, [0.0] * 3))
    assert all(result == results[0] for result in results)
    drawn = _all_members(results[0])
    assert len(set(drawn)) == len(drawn)


@tff.tf_computation(np.float32)
def noise(x):
    return x + tf.random.normal([2])[0]


@tff.tf_computation
def fresh_noise():
    return keras.random.normal([])


@tff.tf_computation(np.float32)
def slow_noise(x):
    total = tf.while_loop(lambda i, s: i < 300, lambda i, s: (i + 1, s + tf.random.normal([])), [0, x])[1]
    return tf.debugging.check_numerics(total, "noise")


@tff.tf_computation(np.float32, np.float32)
def add_with_noise(total, x):
    return total + x * tf.random.uniform([])


@tff.tf_computation(np.float32, np.int32)
def noisy_slice(state, key):
    return state + tf.cast(key, tf.float32) + tf.random.uniform([])


@tff.tf_computation(np.float32)
def key_of(x):
    return tf.cast(x, tf.int32)[tf.newaxis]


@tff.tf_computation
def five():
    return 5


@tff.tf_computation(tff.SequenceType(np.float32))
def total(elements):
    return elements.reduce(0.0, lambda s, x: 2 * s + x)


def side_by_side(xs):
    return tff.federated_map(noise, xs), tff.federated_map(noise, xs), tff.federated_map(slow_noise, xs)


def one_after_the_other(xs):
    return tff.federated_map(noise, tff.federated_map(slow_noise, tff.federated_map(noise, xs)))


def through_the_server(xs):
    first = tff.federated_map(noise, xs)
    mean = tff.federated_map(noise, tff.federated_mean(tff.federated_map(slow_noise, xs)))
    return first, tff.federated_map(add_with_noise, (first, tff.federated_broadcast(mean))), mean


def without_placement(xs):
    quick, slow = noise(1.0), noise(slow_noise(1.0))
    values = [tff.federated_value(value, tff.CLIENTS) for value in (quick, slow, fresh_noise(), fresh_noise())]
    return [tff.federated_map(noise, value) for value in values]


def at_each(xs):
    return tff.federated_eval(fresh_noise, tff.CLIENTS), tff.federated_eval(fresh_noise, tff.SERVER), xs


def in_lambdas(xs):
    @tff.federated_computation(np.float32)
    def twice(x):
        return noise(slow_noise(x)), noise(x)

    return tff.federated_map(twice, xs), tff.federated_map(twice, xs)


def aggregate(xs):
    identity = tff.tf_computation(lambda x: x + tf.random.uniform([]), np.float32)
    merge = tff.tf_computation(lambda x, y: x + y, np.float32, np.float32)
    return [tff.federated_aggregate(xs, 0.0, add_with_noise, merge, identity) for _ in range(2)]


def select(xs):
    keys = tff.federated_map(key_of, xs)
    state = tff.federated_eval(fresh_noise, tff.SERVER)
    slices = tff.federated_select(keys, tff.federated_eval(five, tff.SERVER), state, noisy_slice)
    return tff.federated_map(total, slices), tff.federated_map(total, slices)


_PROGRAMS = [
    side_by_side, one_after_the_other, through_the_server, without_placement, at_each, in_lambdas, aggregate, select,
]  # fmt: skip


@pytest.mark.parametrize("program", _PROGRAMS, ids=lambda program: program.__name__)
def test_under_a_global_seed_numbers_do_not_depend_on_the_stack(program):
    computation = tff.federated_computation(program, _CLIENTS)
    xs = [float(k % 5) for k in range(_NUM_CLIENTS)]
    results = {}
    for stack in [*_STACKS, *_STACKS]:
        tf.random.set_seed(7)
        results.setdefault(stack, []).append(_rounds(stack, computation, xs, rounds=3))
    reference = results["debug"][0]
    assert {name: [rounds == reference for rounds in runs] for name, runs in results.items()} == {
        name: [True, True] for name in _STACKS
    }
    assert len(set(reference)) == 3


def test_under_a_global_seed_every_draw_is_its_own():
    @tff.federated_computation(_CLIENTS)
    def program(xs):
        return side_by_side(xs), one_after_the_other(xs), without_placement(xs), at_each(xs)[:2], in_lambdas(xs)

    def numbers(value):
        return [n for part in value for n in numbers(part)] if isinstance(value, tuple) else [value]

    tf.random.set_seed(7)
    drawn = [number for result in _rounds("flat", program, [0.0] * _NUM_CLIENTS) for number in numbers(result)]
    assert len(set(drawn)) == len(drawn)


def test_under_a_global_seed_functions_on_sequences_repeat_on_every_stack():
    sequences = tff.FederatedType(tff.SequenceType(np.float32), tff.CLIENTS)

    @tff.federated_computation(tff.SequenceType(np.float32))
    def work(elements):
        return fl.sequence_reduce(fl.sequence_map(noise, elements), 0.0, add_with_noise)

    @tff.federated_computation(sequences)
    def program(values):
        return tff.federated_map(work, values), tff.federated_map(work, values)

    results = []
    for stack in _STACKS:
        tf.random.set_seed(7)
        results.append(_rounds(stack, program, [[1.0, 2.0, 3.0]] * 5))
    assert all(result == results[0] for result in results)
    assert len({_bits(member) for result in results[0] for mapped in result for member in mapped}) == 20


def test_a_trace_does_not_change_the_numbers():
    computation = tff.federated_computation(through_the_server, _CLIENTS)
    for stack in ("flat", "tree", "debug"):
        tf.random.set_seed(7)
        untraced = _rounds(stack, computation, [1.0] * 3)
        tf.random.set_seed(7)
        with tff.trace():
            assert _rounds(stack, computation, [1.0] * 3) == untraced
