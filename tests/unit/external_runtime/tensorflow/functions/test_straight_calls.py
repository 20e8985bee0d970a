"""Which calls are straight lines, and when they are made."""

import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tffsim.concurrency.call_duration import LONG_SECONDS, CallDuration
from tffsim.external_runtime.tensorflow.functions import straight_calls
from tffsim.external_runtime.tensorflow.functions.dataset_lengths import known_length
from tffsim.external_runtime.tensorflow.functions.straight_calls import MAX_LINES
from tffsim.external_runtime.tensorflow.functions.tensorflow_function import TensorFlowFunction
from tffsim.failures.failure_location import location_of

_NUMBERS = tff.SequenceType(np.float32)


def _fold(data):
    return data.reduce(np.float32(0), lambda total, x: total / 2 + x)


def _function(client=_fold, type_spec=_NUMBERS):
    return TensorFlowFunction(tff.tf_computation(lambda data: client(data), type_spec).to_proto())


def _data(length):
    return tf.data.Dataset.from_tensor_slices(np.arange(length, dtype=np.float32))


def _lines(function):
    return function._imported.straight_calls._lines


@pytest.fixture
def short_calls(monkeypatch):
    """On a busy machine calls may seem long."""
    monkeypatch.setattr(CallDuration, "busy_seconds", 1e-6)


@pytest.fixture
def lines_at_once(short_calls, monkeypatch):
    monkeypatch.setattr(straight_calls, "_CALLS_PER_NODE", 0)


@pytest.mark.parametrize(
    ("make", "length"),
    [
        (lambda: _data(5), 5),
        (lambda: _data(5).batch(2), 3),
        (lambda: _data(5).shuffle(5).repeat(2).batch(3, drop_remainder=True), 3),
        (lambda: _data(0), 0),
        (lambda: _data(5).repeat(), None),
        (lambda: _data(5).map(lambda x: x), None),
        (lambda: tf.data.Dataset.from_generator(lambda: [1.0], output_signature=tf.TensorSpec([])), None),
        (lambda: _data(5).apply(tf.data.experimental.assert_cardinality(5)), None),
    ],
)
def test_only_data_that_calls_nothing_says_how_long_it_is(make, length):
    assert known_length(make()) == length


def test_a_line_is_made_when_a_length_has_come_often(short_calls):
    function, data = _function(), _data(3)
    calls = function._imported.straight_calls
    for _ in range(calls._num_calls_before_import):
        assert float(function(data)) == 2.5
    assert not _lines(function)
    function(_data(4))
    assert not _lines(function)
    assert float(function(data)) == 2.5
    assert list(_lines(function)) == [(3,)]


def test_there_is_a_bounded_number_of_lines(lines_at_once):
    function = _function()
    for length in range(MAX_LINES + 3):
        function(_data(length))
    assert list(_lines(function)) == [(length,) for length in range(MAX_LINES)]


def test_a_line_is_not_too_long(lines_at_once):
    function = _function()
    assert float(function(_data(10_000))) == pytest.approx(19_996)
    assert not _lines(function)


def test_long_calls_stay_loops(lines_at_once, monkeypatch):
    monkeypatch.setattr(CallDuration, "busy_seconds", 2 * LONG_SECONDS)
    function = _function()
    function(_data(3))
    assert not _lines(function)


def test_what_the_function_does_to_its_data_counts(lines_at_once):
    def client(data):
        return data.skip(1).repeat(2).take(7).batch(3).reduce(0.0, lambda total, x: total + tf.reduce_sum(x))

    function = _function(client)
    # 10 of 1, 2, 3, 4, 5, 1, 2, ... are taken down to 7, in 3 batches; the other length gives as many.
    assert float(function(_data(6))) == 18.0
    function(_data(5))
    assert list(_lines(function)) == [(3,)]


@pytest.mark.parametrize("data", [_data(0), _data(5).take(0), _data(2).batch(3, drop_remainder=True)])
def test_without_elements_nothing_reads_what_only_a_step_has_read(lines_at_once, data):
    def client(weight, data):
        return data.reduce(0.0, lambda total, x: total + weight * tf.reduce_sum(x))

    type_spec = tff.SequenceType((np.float32, data.element_spec.shape.as_list()))
    function = TensorFlowFunction(tff.tf_computation(client, np.float32, type_spec).to_proto())
    for _ in range(3):
        assert float(function((tf.constant(2.0), data))) == 0.0
    assert list(_lines(function)) == [(0,)]


def _in_a_branch(data):
    return tf.cond(tf.random.uniform([]) < 2, lambda: _fold(data), lambda: 0.0)


def _with_a_branch_in_each_step(data):
    return data.reduce(0.0, lambda total, x: tf.cond(x > 1, lambda: total, lambda: total + x))


def _with_a_loop_in_each_step(data):
    return data.reduce(0.0, lambda total, x: tf.while_loop(lambda t: t < x, lambda t: [t + 1], [total])[0])


def _of_filtered_data(data):
    return _fold(data.filter(lambda x: x > 1))


def _with_a_print(data):
    return data.reduce(0.0, lambda total, x: (tf.print(x), total + x)[1])


def _with_seeded_numbers(data):
    return data.reduce(0.0, lambda total, x: total + x * tf.random.uniform([], seed=3))


def _of_own_data(data):
    return tf.data.Dataset.range(3).reduce(tf.constant(0, tf.int64), lambda total, x: total + x), _fold(data)


@tf.function
def _left_early(data):
    total = 0.0
    for x in data:
        total += x
        if total > 2:
            break
    return total


@pytest.mark.parametrize(
    "client",
    [
        _in_a_branch,
        _left_early,
        _of_filtered_data,
        _of_own_data,
        _with_a_branch_in_each_step,
        _with_a_loop_in_each_step,
        _with_a_print,
        _with_seeded_numbers,
    ],
)
def test_what_is_not_known_to_gain_stays_a_loop(client):
    assert not _function(client).may_be_straight


def test_an_error_names_the_line_of_the_user(lines_at_once):
    def client(data):
        return data.reduce(0, lambda total, x: total + 12 // tf.cast(x, tf.int32))

    function = _function(client)
    assert function(_data(4).skip(1)) == 22
    with pytest.raises(tf.errors.InvalidArgumentError) as failure:
        function(_data(3))
    assert "test_straight_calls.py" in str(location_of(failure.value).source)
    assert all(_lines(function).values())


def test_steps_on_variables_follow_each_other(lines_at_once):
    def client(data):
        total = tf.Variable(1.0)

        @tf.function
        def walk():
            for x in data:
                total.assign(total * 3.0 + x)

        walk()
        return total.read_value()

    function = _function(client)
    for _ in range(3):
        assert float(function(_data(4))) == 1 * 81 + 0 * 27 + 1 * 9 + 2 * 3 + 3
    assert _lines(function)


def test_random_numbers_differ_from_call_to_call_and_repeat_with_a_global_seed(lines_at_once):
    @tff.tf_computation(_NUMBERS)
    def client(data):
        return data.reduce(0.0, lambda total, x: total + x * tf.random.uniform([]))

    @tff.federated_computation(tff.FederatedType(_NUMBERS, tff.CLIENTS))
    def total(data):
        return tff.federated_sum(tff.federated_map(client, data))

    context = tff.SyncExecutionContext(tff.local_executor_factory())
    members = [_data(3)] * 70

    def drawn():
        return float(context.invoke(total, members))

    assert drawn() != drawn()
    seeded = []
    for _ in range(2):
        tf.random.set_seed(1)
        seeded.append([drawn(), drawn()])
    tf.random.set_seed(None)
    assert seeded[0] == seeded[1]
    assert seeded[0][0] != seeded[0][1]
