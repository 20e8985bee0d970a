import dataclasses
import typing

import federated_language as fl
import numpy as np
import pytest
import tensorflow as tf
from federated_language.common_libs import structure

from tffsim.external_runtime.tensorflow.values.tensorflow_values import materialise, to_tensorflow
from tffsim.failures.failure_location import location_of

FLOAT = fl.TensorType(np.float32)
INT8 = fl.TensorType(np.int8)
VECTOR = fl.TensorType(np.float32, [None])
STRING = fl.TensorType(np.str_)


@pytest.mark.parametrize(
    "value",
    [2, 2.0, np.float64(2), np.int32(2), np.array(2.0), tf.constant(2.0), tf.constant(2), tf.Variable(2.0), True + 1],
)
def test_numbers_of_any_width_and_origin_become_the_declared_dtype(value):
    tensor = to_tensorflow(value, FLOAT)
    assert tensor.dtype == tf.float32
    assert float(tensor) == 2.0


@pytest.mark.parametrize("dtype", [np.bool_, np.int8, np.uint64, np.float16, np.float64, np.complex64])
def test_a_python_scalar_becomes_every_dtype_of_its_kind(dtype):
    value = np.dtype(dtype).type(1).item()
    assert to_tensorflow(value, fl.TensorType(dtype)).numpy() == value


def test_bfloat16_takes_floats():
    tensor = to_tensorflow([1.5, 2], fl.TensorType(tf.bfloat16.as_numpy_dtype, [2]))
    assert tensor.dtype == tf.bfloat16


def test_a_tensor_of_the_right_type_is_returned_itself():
    tensor = tf.constant([1.0, 2.0])
    assert to_tensorflow(tensor, VECTOR) is tensor


def test_a_variable_is_read_when_it_is_passed():
    variable = tf.Variable(1.0)
    tensor = to_tensorflow(variable, FLOAT)
    variable.assign(5.0)
    assert float(tensor) == 1.0


@pytest.mark.parametrize("offset", [0, 16])
@pytest.mark.parametrize("given_as", [np.asarray, memoryview], ids=["array", "buffer"])
def test_a_tensor_shares_no_memory_with_the_array_it_came_from(offset, given_as):
    room = np.ones(1_000_064, np.float32)
    start = (
        -room.ctypes.data % 64 + offset
    ) // 4  # TensorFlow takes arrays that begin at a multiple of 64 as they are.
    array = room[start : start + 1_000_000]
    tensor = to_tensorflow(given_as(array), VECTOR)
    array[:] = 2.0
    assert float(tensor[0]) == 1.0


@pytest.mark.parametrize("value", [2.5, np.float32(2), np.ones(3), [1.0], tf.constant(1.0), 1j])
def test_a_float_does_not_become_an_integer(value):
    with pytest.raises(TypeError, match="int8"):
        to_tensorflow(value, fl.TensorType(np.int8, np.shape(value)))


def test_a_complex_number_does_not_become_a_float_nor_a_number_a_bool():
    with pytest.raises(TypeError, match="complex128"):
        to_tensorflow(1j, FLOAT)
    with pytest.raises(TypeError, match="int64"):
        to_tensorflow(1, fl.TensorType(np.bool_))


@pytest.mark.parametrize("value", [300, -129, np.int64(300), [1, 300], tf.constant([1, 300]), 2**70])
def test_an_integer_out_of_range_is_an_error_with_the_range(value):
    with pytest.raises(ValueError, match="-128 to 127"):
        to_tensorflow(value, fl.TensorType(np.int8, np.shape(value)))


@pytest.mark.parametrize("dtype", [np.int32, np.int64, np.uint32, np.uint64])
def test_the_largest_integer_is_not_rounded_up_to_a_float_and_compared_with_what_no_integer_is(dtype):
    largest = np.array([np.iinfo(dtype).max], dtype)
    # A float past the limits becomes an arbitrary integer, on some machines this one.
    with np.errstate(invalid="raise"), pytest.raises(ValueError, match="with more digits than float32 has"):
        to_tensorflow(largest, VECTOR)


def test_unsigned_integers_refuse_negative_numbers():
    assert int(to_tensorflow(2**64 - 1, fl.TensorType(np.uint64))) == 2**64 - 1
    with pytest.raises(ValueError, match="found -1"):
        to_tensorflow(np.int64(-1), fl.TensorType(np.uint8))


def test_lists_become_tensors_and_empty_lists_take_any_dtype():
    assert to_tensorflow([[1, 2], [3, 4]], fl.TensorType(np.float32, [2, None])).shape == (2, 2)
    assert to_tensorflow([], fl.TensorType(np.int32, [None])).dtype == tf.int32
    with pytest.raises(TypeError, match=r"a list of 2 values of different shapes, such as \[1\] and \[2\]\."):
        to_tensorflow([[1], [1, 2]], fl.TensorType(np.float32, [2, None]))


@pytest.mark.parametrize("value", [[1.0, 2.0], 1.0, tf.constant([[1.0, 2.0, 3.0]])])
def test_a_wrong_shape_is_an_error_with_both_shapes(value):
    with pytest.raises(TypeError, match=r"float32\[3\].*shape \["):
        to_tensorflow(value, fl.TensorType(np.float32, [3]))


def test_an_unknown_rank_takes_any_shape():
    assert to_tensorflow([[1.0]], fl.TensorType(np.float32, None)).shape == (1, 1)


@pytest.mark.parametrize("value", ["ab", b"ab", np.str_("ab"), np.array("ab"), tf.constant("ab")])
def test_strings_come_back_as_bytes(value):
    assert to_tensorflow(value, STRING).numpy() == b"ab"


def test_bytes_keep_trailing_zeros():
    assert to_tensorflow(b"a\0", STRING).numpy() == b"a\0"
    assert to_tensorflow([b"a\0", "b"], fl.TensorType(np.str_, [2])).numpy().tolist() == [b"a\0", b"b"]


def test_numbers_and_strings_are_not_confused():
    with pytest.raises(TypeError, match="int"):
        to_tensorflow(1, STRING)
    with pytest.raises(TypeError, match="str"):
        to_tensorflow("1", FLOAT)


@pytest.mark.parametrize("value", [None, object(), {"a": 1.0}, tf.sparse.eye(2), lambda: 1.0])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(TypeError, match="float32"):
        to_tensorflow(value, FLOAT)


@dataclasses.dataclass
class Point:
    y: float
    x: float


class Pair(typing.NamedTuple):
    b: object
    a: object


@pytest.mark.parametrize("value", [{"x": 1, "y": 2}, Point(y=2, x=1), [2, 1], structure.Struct([("y", 2), ("x", 1)])])
def test_struct_elements_are_paired_by_name_and_ordered_by_type(value):
    type_spec = fl.StructType([("y", FLOAT), ("x", FLOAT)])
    result = to_tensorflow(value, type_spec)
    assert [float(element) for element in result] == [2.0, 1.0]
    assert structure.name_list(materialise(result, type_spec)) == ["y", "x"]


def test_an_error_deep_in_a_struct_carries_its_path():
    type_spec = fl.StructType([("model", fl.StructType([FLOAT, INT8]))])
    with pytest.raises(TypeError) as failure:
        to_tensorflow({"model": [1.0, 2.5]}, type_spec)
    assert location_of(failure.value).argument_path == ("model", 1)


def test_a_federated_type_is_refused():
    with pytest.raises(TypeError, match="sequences"):
        to_tensorflow(1.0, fl.FederatedType(np.float32, fl.SERVER))
