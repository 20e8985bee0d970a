"""What data sets ask of their readers: a pool of threads, and shuffles joined with their repetition."""

import concurrent.futures

import federated_language as fl
import numpy as np
import pytest
import tensorflow as tf

from tests.unit.external_runtime.tensorflow.functions.options_of import options_of
from tffsim.computations.tensorflow_computation import tf_computation
from tffsim.external_runtime.tensorflow.functions.reading_options import variant_to_read
from tffsim.external_runtime.tensorflow.functions.tensorflow_function import TensorFlowFunction

NUMBERS = fl.SequenceType(np.int64)


def in_memory() -> tf.data.Dataset:
    return tf.data.Dataset.from_tensor_slices(np.arange(6))


def has_no_pool(dataset: tf.data.Dataset, *, calls_functions: bool = False) -> bool:
    options = options_of(variant_to_read(dataset, calls_functions=calls_functions))
    return options.threading_options.private_threadpool_size == -1


CALLS_NONE = {
    "batch": lambda: in_memory().batch(2),
    "padded batch": lambda: in_memory().padded_batch(2),
    "shuffle": lambda: in_memory().shuffle(3),
    "repeat and take": lambda: in_memory().repeat().take(3),
    "skip and prefetch": lambda: in_memory().skip(1).prefetch(2),
    "concatenate": lambda: in_memory().concatenate(in_memory().take(2)),
    "zip": lambda: tf.data.Dataset.zip(in_memory(), tf.data.Dataset.range(3)),
    "one tensor": lambda: tf.data.Dataset.from_tensors(3),
    "cache": lambda: in_memory().cache(),
}
CALLS_SOME = {
    "map": lambda: in_memory().map(lambda x: x + 1),
    "batches of what was mapped": lambda: in_memory().map(lambda x: x + 1).batch(2),
    "filter": lambda: in_memory().filter(lambda x: x > 1),
    "generator": lambda: tf.data.Dataset.from_generator(
        lambda: iter([1]), output_signature=tf.TensorSpec([], tf.int64)
    ),
    "parallel batch": lambda: in_memory().batch(2, num_parallel_calls=2),
    "concatenate": lambda: in_memory().concatenate(in_memory().map(lambda x: x + 1)),
    "unknown": lambda: tf.data.experimental.from_variant(
        tf.data.experimental.to_variant(in_memory()), tf.TensorSpec([], tf.int64)
    ),
    "options of the user": lambda: in_memory().with_options(tf.data.Options()),
}


@pytest.mark.parametrize("case", CALLS_NONE)
def test_data_that_calls_no_function_is_read_without_a_pool_of_threads(case):
    assert has_no_pool(CALLS_NONE[case]())


@pytest.mark.parametrize("case", CALLS_SOME)
def test_data_that_calls_a_function_or_may_has_a_pool_of_threads(case):
    assert not has_no_pool(CALLS_SOME[case]())


def test_data_for_a_graph_that_calls_functions_has_a_pool_of_threads():
    assert not has_no_pool(in_memory(), calls_functions=True)


def test_what_a_data_set_asks_is_found_out_once():
    dataset = in_memory()
    assert variant_to_read(dataset, calls_functions=False) is variant_to_read(dataset, calls_functions=False)


def test_a_reader_of_data_that_asks_for_nothing_gets_the_data_set_itself():
    dataset = CALLS_SOME["map"]()
    assert variant_to_read(dataset, calls_functions=False) is tf.data.experimental.to_variant(dataset)


def test_options_leave_the_elements_as_they_are():
    elements = {"a": np.arange(4.0, dtype=np.float32).reshape(2, 2), "b": [b"x", b"y"]}
    dataset = tf.data.Dataset.from_tensor_slices(elements).batch(2)
    variant = variant_to_read(dataset, calls_functions=False)
    (element,) = tf.data.experimental.from_variant(variant, dataset.element_spec).as_numpy_iterator()
    np.testing.assert_array_equal(element["a"], elements["a"])
    np.testing.assert_array_equal(element["b"], elements["b"])


def test_within_a_function_an_argument_brings_its_options():
    @tf.function(input_signature=[tf.TensorSpec([], tf.variant)])
    def read(variant):
        dataset = tf.data.experimental.from_variant(variant, tf.TensorSpec([], tf.int64))
        assert variant_to_read(dataset, calls_functions=False) is variant
        mapped = dataset.map(lambda x: x + 1)
        return variant_to_read(dataset, calls_functions=True), variant_to_read(mapped, calls_functions=False)

    given = variant_to_read(in_memory(), calls_functions=False)
    assert options_of(given).threading_options.private_threadpool_size == -1
    # These call functions, or will: they get the pool back.
    for variant in read(given):
        assert options_of(variant).threading_options.private_threadpool_size == 0


def total(data):
    return data.reduce(tf.constant(0, tf.int64), lambda state, x: state + x)


@tf.function
def walked(data):
    state = tf.constant(0, tf.int64)
    for x in data:
        state += x
        if state > 100:
            break
    return state


READERS = {
    "a reduction": (total, False),
    "a loop": (walked, False),
    "parts of the data, shuffled": (lambda data: total(data.skip(1).shuffle(2, seed=1).repeat(2)), False),
    "a map": (lambda data: total(data.map(lambda x: x + 1)), True),
    "a map in a function": (tf.function(lambda data: total(data.map(lambda x: x + 1))), True),
    "a concatenation": (lambda data: total(data.concatenate(data)), True),
    "a result": (lambda data: data.batch(2), True),
    "a scan that somebody else reads": (
        lambda data: total(data.scan(tf.constant(0, tf.int64), lambda s, x: (s + x, s)).batch(2).unbatch()),
        True,
    ),
}


@pytest.mark.parametrize("case", READERS)
def test_a_graph_knows_whether_its_data_sets_call_functions(case):
    function, expected = READERS[case]
    imported = TensorFlowFunction(tf_computation(function, NUMBERS).to_proto())._imported
    assert imported.calls_functions is expected


def test_many_readers_at_once_whose_data_calls_functions_all_come_to_an_end():
    def mapped(data):
        slow = data.map(lambda x: tf.reduce_sum(tf.sort(tf.range(1000 * x))) + x, num_parallel_calls=2)
        return total(slow.batch(2, num_parallel_calls=2).unbatch())

    function = TensorFlowFunction(tf_computation(mapped, NUMBERS).to_proto())
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        results = [int(r) for r in pool.map(lambda _: function(in_memory()), range(48))]
    assert set(results) == {
        int(TensorFlowFunction(tf_computation(mapped, NUMBERS).to_proto(), as_written=True)(in_memory()))
    }


def test_with_seeds_for_a_call_the_graph_of_that_call_counts():
    def noisy(data):
        return data.reduce(0.0, lambda state, x: state + tf.random.uniform([]))

    function = TensorFlowFunction(tf_computation(noisy, NUMBERS).to_proto())
    # With seeds the reduction stays one, and calls its function for each element.
    assert (function._imported.calls_functions, function._seeded_import.calls_functions) == (False, True)
    dataset = in_memory()
    assert float(function(dataset, seeds=(1, 2))) == float(function(dataset, seeds=(1, 2)))
    assert list(dataset.__dict__["tffsim_variants"]) == [True]
