"""Which numbers of a value are looked at."""

import collections
import math

import ml_dtypes
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from tffsim.tracing.recording.sketching.sketch_pad import sketch_of

_QUIET = settings(max_examples=150, deadline=None, derandomize=True, database=None)


def large_shapes():
    return npst.array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=60).filter(lambda s: math.prod(s) > 8192)


@given(large_shapes(), st.sampled_from(["array", "tensor", "transposed"]))
@settings(_QUIET, max_examples=25)
def test_a_large_array_is_sampled_at_the_same_coordinates_each_time(shape, kind):
    made = [tf.constant, np.transpose, np.asarray][["tensor", "transposed", "array"].index(kind)]
    numbers = np.arange(math.prod(shape), dtype=np.float64).reshape(shape)
    one, other = sketch_of(made(numbers)), sketch_of(made(numbers + 0.5))
    assert one.is_sampled and one.examined < 8300 and one.size == numbers.size
    assert "sampled: " in str(one)
    assert one.form == other.form and len(one.cells.reshape(-1)) <= 64
    np.testing.assert_allclose(other.cells, one.cells + np.float32(0.5))
    flat = np.asarray(made(numbers)).reshape(-1)
    np.testing.assert_array_equal(one.cells.reshape(-1), flat[one.cell_coordinates].astype(np.float32))
    assert one.least == flat[0] == 0


@pytest.mark.parametrize("shape", [(1000, 64), (100, 100, 3), (3, 3, 64, 128), (200_000,), (2**17,)])
def test_a_row_or_a_column_of_nan_in_a_large_array_is_found(shape):
    columns = shape[-1]
    matrix = np.zeros((math.prod(shape) // columns, columns), np.float32)
    for wrong in {0, columns // 2, columns - 1} if len(shape) > 1 else ():
        array = matrix.copy()
        array[:, wrong] = np.nan
        assert sketch_of(array.reshape(shape)).num_nan > 0
    assert sketch_of(np.full(shape, np.inf, np.float32)).num_inf >= 8000 // 2


def test_small_arrays_of_a_large_struct_are_looked_at_whole():
    bias = np.zeros(100, np.float32)
    bias[57] = np.nan
    sketch = sketch_of(collections.OrderedDict(kernel=np.zeros((1000, 100), np.float32), bias=bias))
    assert sketch.is_sampled and (sketch.num_nan, sketch.first_wrong) == (1, 1)
    assert [leaf.path for leaf in sketch.leaves] == ["kernel", "bias"]
    assert "1 NaN  sampled: 7,855 of 100,100" in str(sketch)


@pytest.mark.parametrize("name", ["bfloat16", "float8_e5m2", "float8_e4m3fn", "int4"])
def test_dtypes_that_numpy_does_not_have_are_described(name):
    array = np.array([1, -2, 3], getattr(ml_dtypes, name))
    for value in (array, tf.constant(array)):
        sketch = sketch_of(value)
        assert (sketch.dtype, sketch.least, sketch.greatest) == (name, -2, 3)
        assert str(sketch) == f"{name}[3] [1, -2, 3]  min -2  mean 0.6667  max 3"


def test_large_bfloat16_tensors_are_sampled_without_a_copy():
    assert sketch_of(tf.ones([1000, 1000], tf.bfloat16)).mean == 1
