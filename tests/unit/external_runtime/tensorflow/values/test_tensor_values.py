"""What happens to a value of one type where another is declared: it stays what it is, or it is refused."""

import federated_language as fl
import ml_dtypes
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as np_st

from tffsim.external_runtime.tensorflow.values.tensor_values import to_tensor
from tffsim.remote.wire.tensors import aligned_buffer

_INTEGERS = [np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64]
_FLOATS = [np.float16, np.float32, np.float64, ml_dtypes.bfloat16]
_COMPLEX = [np.complex64, np.complex128]
_NUMBERS = _INTEGERS + _FLOATS + _COMPLEX
_ALL = [np.bool_, *_NUMBERS, np.str_]

_bounded = settings(
    max_examples=6, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)


def _kind(dtype):
    groups = [[np.bool_], _INTEGERS, _FLOATS, _COMPLEX, [np.str_]]
    return next(number for number, group in enumerate(groups) if dtype in group)


def _may_become(found, declared):
    """A bool and a string stay what they are; numbers may become more general."""
    if found is declared:
        return True
    return found in _NUMBERS and declared in _NUMBERS and _kind(found) <= _kind(declared)


def _small(dtype):
    return np.array(["a", "b"]) if dtype is np.str_ else np.array([1, 0]).astype(dtype)


@pytest.mark.parametrize("declared", _ALL, ids=lambda dtype: dtype.__name__)
@pytest.mark.parametrize("found", _ALL, ids=lambda dtype: dtype.__name__)
def test_a_value_keeps_its_kind_or_becomes_more_general(found, declared):
    array = _small(found)
    forms = [array, array.tolist(), array[0]]
    if found is not np.str_:
        forms += [tf.constant(array), tf.Variable(array)]
    for form in forms:
        type_spec = fl.TensorType(declared, np.shape(form))
        if _may_become(found, declared):
            expected = np.asarray(form).astype(declared if declared is not np.str_ else "S")
            assert np.array_equal(to_tensor(form, type_spec).numpy(), expected)
        else:
            with pytest.raises((TypeError, ValueError), match="Expected a value of type"):
                to_tensor(form, type_spec)


def _arrays_of(dtype):
    if dtype is ml_dtypes.bfloat16:
        return np_st.arrays(np.float32, 3).map(lambda array: array.astype(ml_dtypes.bfloat16))
    return np_st.arrays(dtype, 3)


@given(data=st.data())
@pytest.mark.parametrize("declared", _NUMBERS, ids=lambda dtype: dtype.__name__)
@pytest.mark.parametrize("found", _INTEGERS, ids=lambda dtype: dtype.__name__)
@_bounded
def test_an_integer_is_equal_to_what_it_becomes_or_refused(found, declared, data):
    array = data.draw(_arrays_of(found))
    for form in (array, array.tolist(), int(array[0])):
        integers = np.ravel(np.asarray(form, object)).tolist()
        try:
            tensor = to_tensor(form, fl.TensorType(declared, np.shape(form)))
        except ValueError:
            assert not _holds(declared, integers)
        else:
            # Python compares integers and floats exactly; NumPy rounds first.
            numbers = np.ravel(tensor.numpy().astype(np.complex128) if declared in _COMPLEX else tensor.numpy())
            found_numbers = [int(n.real) if declared not in _INTEGERS else int(n) for n in numbers]
            assert found_numbers == integers


def _holds(dtype, integers):
    if dtype in _INTEGERS:
        return all(np.iinfo(dtype).min <= n <= np.iinfo(dtype).max for n in integers)
    with np.errstate(all="ignore"):
        floats = [complex(dtype(n)).real for n in integers]
    return all(np.isfinite(x) and int(x) == n for x, n in zip(floats, integers, strict=True))


@given(data=st.data())
@pytest.mark.parametrize("declared", _FLOATS + _COMPLEX, ids=lambda dtype: dtype.__name__)
@pytest.mark.parametrize("found", _FLOATS + _COMPLEX, ids=lambda dtype: dtype.__name__)
@_bounded
def test_a_float_is_rounded_and_never_becomes_infinite(found, declared, data):
    array = data.draw(_arrays_of(found))
    type_spec = fl.TensorType(declared, [3])
    if array.dtype.kind == "c" and declared not in _COMPLEX:
        with pytest.raises(TypeError, match="complex"):
            to_tensor(array, type_spec)
        return
    with np.errstate(all="ignore"):
        rounded = array.astype(declared)
    if np.array_equal(np.isfinite(array), np.isfinite(rounded)):
        result = to_tensor(array, type_spec).numpy()
        assert result.dtype == declared
        np.testing.assert_array_equal(result.astype(np.complex128), rounded.astype(np.complex128))
    else:
        with pytest.raises(ValueError, match="Expected a value of type"):
            to_tensor(array, type_spec)


@pytest.mark.parametrize(
    ("value", "dtype"),
    [(1e39, np.float32), (-1e39, np.float32), (7e4, np.float16), (1e39, ml_dtypes.bfloat16), (1e300j, np.complex64)],
)
def test_a_python_number_that_would_become_infinite_is_refused(value, dtype):
    with pytest.raises(ValueError, match="Expected a value of type"):
        to_tensor(value, fl.TensorType(dtype))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("value", [np.float64(1e300), np.array([1.0, -1e300]), np.array(1e300)])
def test_a_number_that_would_become_infinite_is_refused_where_warnings_are_errors_too(value):
    with pytest.raises(ValueError, match="1e\\+300"):
        to_tensor(value, fl.TensorType(np.float32, np.shape(value)))


@pytest.mark.parametrize("dtype", _FLOATS)
def test_infinities_and_nan_stay(dtype):
    numbers = [to_tensor(number, fl.TensorType(dtype)).numpy() for number in (np.inf, -np.inf, np.nan)]
    np.testing.assert_array_equal(np.asarray(numbers, np.float64), [np.inf, -np.inf, np.nan])


@pytest.mark.parametrize("dtype", [np.bool_, *_INTEGERS, *_FLOATS[:3]])
def test_a_number_of_numpy_keeps_its_bits(dtype):
    info = np.finfo(dtype) if dtype in _FLOATS else np.iinfo(dtype) if dtype in _INTEGERS else None
    numbers = [0, 1] if info is None else [info.min, info.max, 3]
    if dtype in _FLOATS:
        numbers += [info.tiny, info.smallest_subnormal, -info.smallest_subnormal, -0.0, np.pi, np.inf, -np.inf]
    for number in map(dtype, numbers):
        tensor = to_tensor(number, fl.TensorType(dtype))
        assert (tensor.shape, tensor.dtype) == ((), dtype) and tensor.numpy().tobytes() == number.tobytes()


@pytest.mark.parametrize("first", [0.0, -0.0])
@pytest.mark.parametrize("make", [float, np.float32])
def test_zero_keeps_its_sign(first, make):
    """TensorFlow keeps tensors of numbers, and finds that of 0.0 for -0.0."""
    tf.constant(first)
    for number in (0.0, -0.0, 0.0):
        tensor = to_tensor(make(number), fl.TensorType(np.float32))
        assert np.signbit(tensor.numpy()) == np.signbit(number)


def test_not_a_number_keeps_its_bits():
    number = np.array(0x7FC01234, np.uint32).view(np.float32)[()]
    assert to_tensor(number, fl.TensorType(np.float32)).numpy().tobytes() == number.tobytes()


@pytest.mark.parametrize("value", [np.nan, np.inf, 1.0, [2.0], np.float32(3)])
def test_no_float_becomes_an_integer_or_a_bool(value):
    for dtype in (np.int32, np.uint8, np.bool_):
        with pytest.raises(TypeError, match="float"):
            to_tensor(value, fl.TensorType(dtype, np.shape(value)))


def test_the_largest_float_as_it_is_printed_fits():
    assert to_tensor(3.4028235e38, fl.TensorType(np.float32)).numpy() == np.finfo(np.float32).max


@pytest.mark.parametrize("value", [np.datetime64("2020-01-01"), np.timedelta64(1, "s"), np.array([(1, 2)], "i,i")[0]])
def test_dates_and_records_are_no_numbers(value):
    for dtype in (np.int64, np.float64, np.bool_, np.complex128):
        with pytest.raises(TypeError, match="Expected a value of type"):
            to_tensor(value, fl.TensorType(dtype))


def test_no_operation_writes_into_an_array_whose_memory_a_tensor_has():
    """A worker makes tensors of an array again and again: it must stay as it has arrived."""
    array = aligned_buffer(400_000).view(np.float32)
    array[:] = 1.5
    floats = fl.TensorType(np.float32, [100_000])

    @tf.function
    def change(x):
        return tf.sin(x) * 2 + 1

    for operation in (change, tf.negative, lambda x: tf.raw_ops.Add(x=x, y=tf.constant(1.0))):
        for _ in range(3):
            operation(to_tensor(array, floats))
    assert set(array) == {1.5}
