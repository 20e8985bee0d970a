"""Arithmetic of the leaf, on numbers and on structs of them."""

import federated_language as fl
import numpy as np
import pytest
import tensorflow as tf

from tffsim.external_runtime.tensorflow.values.leaf_intrinsics import binary_operator, cast_to, type_of_operator, zero

FLOAT, INT = fl.TensorType(np.float32), fl.TensorType(np.int32)
PAIR = fl.StructType([("a", FLOAT), ("b", fl.StructType([INT, FLOAT]))])


def applied(uri, type_spec, left, right, second_type=None):
    operator = binary_operator(uri, fl.FunctionType(fl.StructType([type_spec, second_type or type_spec]), type_spec))
    return tf.nest.map_structure(lambda tensor: tensor.numpy().item(), operator((left, right)))


def tensors(a, b, c):
    return tf.constant(a, tf.float32), (tf.constant(b, tf.int32), tf.constant(c, tf.float32))


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("generic_plus", (6.0, (7, -2.0))),
        ("generic_multiply", (8.0, (10, -8.0))),
        ("generic_divide", (2.0, (2.5, -0.5))),
        ("generic_minimum", (2.0, (2, -4.0))),
        ("generic_maximum", (4.0, (5, 2.0))),
    ],
)
def test_structs_are_computed_field_by_field(uri, expected):
    assert applied(uri, PAIR, tensors(4.0, 5, 2.0), tensors(2.0, 2, -4.0)) == expected


def test_one_number_scales_every_field_in_the_dtype_of_the_field():
    two = tf.constant(2, tf.int32)
    assert applied("generic_scale", PAIR, tensors(4.0, 5, 2.0), two, INT) == (8.0, (10, 4.0))
    assert applied("generic_unscale", PAIR, tensors(4.0, 5, 2.0), two, INT) == (2.0, (2.5, 1.0))


def test_a_quotient_of_integers_is_float64_and_says_so_in_its_type():
    quotient = type_of_operator("generic_divide", fl.FunctionType(fl.StructType([PAIR, PAIR]), PAIR))
    assert quotient.result == fl.StructType([("a", FLOAT), ("b", fl.StructType([np.float64, FLOAT]))])
    unchanged = fl.FunctionType(fl.StructType([PAIR, PAIR]), PAIR)
    assert type_of_operator("generic_plus", unchanged) is unchanged
    operator = binary_operator("generic_divide", fl.FunctionType(fl.StructType([INT, INT]), INT))
    assert operator((tf.constant(7), tf.constant(2))).dtype == tf.float64


@pytest.mark.parametrize(
    ("uri", "parameter", "kind", "message"),
    [
        ("generic_power", fl.StructType([FLOAT, FLOAT]), ValueError, "knows no intrinsic `generic_power`"),
        ("generic_plus", FLOAT, TypeError, "needs two operands, found type float32"),
        ("generic_plus", fl.StructType([FLOAT] * 3), TypeError, "needs two operands"),
        ("generic_plus", fl.StructType([fl.SequenceType(FLOAT)] * 2), TypeError, r"structs of numbers, found .*\*"),
    ],
)
def test_what_it_cannot_compute_is_refused(uri, parameter, kind, message):
    with pytest.raises(kind, match=message):
        binary_operator(uri, fl.FunctionType(parameter, FLOAT))


@pytest.mark.parametrize("uri", ["generic_plus", "generic_minimum", "generic_maximum"])
def test_operands_of_different_shapes_are_refused_where_the_type_leaves_them_open(uri):
    open_type = fl.TensorType(np.float32, [None])
    operator = binary_operator(uri, fl.FunctionType(fl.StructType([open_type, open_type]), open_type))
    assert operator((tf.ones([2]), tf.ones([2]))).shape == [2]
    for other in (0, 1, 3):
        with pytest.raises(ValueError, match=rf"shapes \[2\] and \[{other}\]"):
            operator((tf.ones([2]), tf.ones([other])))


def test_values_of_open_shape_are_scaled_by_one_number():
    open_type = fl.TensorType(np.float32, [None])
    operator = binary_operator("generic_scale", fl.FunctionType(fl.StructType([open_type, FLOAT]), open_type))
    assert operator((tf.ones([2]), tf.constant(3.0))).numpy().tolist() == [3, 3]


def test_numbers_are_cast_field_by_field():
    found = cast_to(PAIR, (tf.constant(1), (tf.constant(2.7), tf.constant(3))))
    assert [t.dtype for t in tf.nest.flatten(found)] == [tf.float32, tf.int32, tf.float32]
    assert [t.numpy() for t in tf.nest.flatten(found)] == [1, 2, 3]


def test_zeros_have_the_type():
    whole = fl.StructType([fl.TensorType(np.int8, [2, 0]), ("x", fl.StructType([FLOAT]))])
    first, (second,) = zero(whole)
    assert (first.shape, first.dtype, second.numpy()) == ([2, 0], tf.int8, 0)


@pytest.mark.parametrize(
    ("type_spec", "message"),
    [
        (fl.TensorType(np.str_), "has no zero"),
        (fl.TensorType(np.float32, [None]), "Give the zero explicitly"),
        (fl.TensorType(np.float32, None), "Give the zero explicitly"),
        (fl.SequenceType(FLOAT), "needs numbers and structs of numbers"),
    ],
)
def test_types_without_a_zero_are_refused(type_spec, message):
    with pytest.raises(TypeError, match=message):
        zero(type_spec)
