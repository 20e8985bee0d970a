"""Calls of computations: from tf.functions too, and with errors in the line of the call."""

import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff


@tff.tf_computation(np.float32)
def double(x):
    return 2 * x


@tff.tf_computation
def half(x):
    return x / 2


@tff.tf_computation(np.float32, np.float32)
def add(x, y):
    return x + y


COMPUTATIONS = pytest.mark.parametrize("computation", [double, half])


@COMPUTATIONS
def test_a_tf_function_may_call_a_computation_with_a_constant(computation):
    assert tf.function(lambda: computation(np.float32(3)))() == computation(np.float32(3))


@COMPUTATIONS
def test_a_tensor_without_a_value_is_refused_in_one_sentence(computation, capfd):
    @tf.function
    def prepare(x):
        return computation({"x": x}["x"])

    for call in (
        lambda: prepare(tf.constant(1.0)),
        lambda: tf.data.Dataset.from_tensors(1.0).map(lambda x: computation(x)),
        lambda: tf.map_fn(tf.function(lambda x: computation(x)), tf.constant([1.0])),
    ):
        with pytest.raises(tff.ArgumentError, match="call it from a `tf_computation`") as caught:
            call()
        assert len(str(caught.value).splitlines()) == 1
    # AutoGraph says so if it does not understand what it is to convert.
    assert "AutoGraph" not in capfd.readouterr().err


@COMPUTATIONS
def test_in_a_tf_computation_it_becomes_part_of_tf_functions_and_datasets(computation):
    @tff.tf_computation(np.float32)
    def both(x):
        mapped = tf.data.Dataset.from_tensors(x).map(lambda y: computation(y))
        return tf.function(lambda y: computation(y))(x), mapped.reduce(0.0, lambda total, y: total + y)

    assert both(4.0) == (computation(np.float32(4)),) * 2


def test_a_computation_is_shown_by_its_name_and_its_types():
    assert repr(double) == "<computation double: (float32 -> float32)>"
    assert repr(half) == "<computation half without types>"


def test_a_context_of_a_graph_alone_is_no_tf_function():
    with tf.Graph().as_default():
        assert double(1.0) == 2


def test_an_error_of_a_call_has_the_users_lines_only():
    for call in (lambda: double("one"), lambda: add(1.0), lambda: half(), lambda: half({0: 1})):
        with pytest.raises(tff.ArgumentError) as caught:
            call()
        assert {str(entry.path) for entry in caught.traceback} == {__file__}


def test_one_argument_may_stand_for_all():
    assert add([1.0, 2.0]) == add({"y": 2.0, "x": 1.0}) == add((1.0, 2.0)) == add(1.0, y=2.0) == 3


def test_a_struct_for_one_parameter_is_no_list_of_arguments():
    first = tff.tf_computation(lambda pair: pair.a, [("a", np.float32), ("b", np.float32)])
    assert first(1.0, 2.0) == first(a=1.0, b=2.0) == first({"a": 1.0, "b": 2.0}) == 1
    with pytest.raises(tff.ArgumentError, match="Pass a dict, a tuple, a list or a dataclass"):
        first(1.0)


def test_a_failure_that_is_no_mistake_of_the_call_comes_out_whole():
    @tff.tf_computation(np.float32)
    def checked(x):
        return tf.debugging.check_numerics(x, "not finite")

    with pytest.raises(tff.ExecutionError, match="not finite") as caught:
        checked(np.inf)
    assert isinstance(caught.value.__cause__, tf.errors.InvalidArgumentError)


def test_a_computation_refuses_keywords_of_the_decorator():
    with pytest.raises(TypeError, match="dtype"):
        tff.tf_computation(lambda x: x, dtype=np.float32)
