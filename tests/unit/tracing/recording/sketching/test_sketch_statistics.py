"""The numbers of a sketch are those of NumPy."""

import math

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.tracing.recording.sketching.small_arrays import small_arrays
from tffsim.tracing.recording.sketching.sketch_pad import sketch_of

_QUIET = settings(max_examples=150, deadline=None, derandomize=True, database=None)


def finite(array):
    numbers = np.abs(array) if array.dtype.kind == "c" else array
    numbers = numbers.astype(np.float64).reshape(-1)
    return numbers[np.isfinite(numbers)]


def check_totals(sketch, arrays):
    """Compares with NumPy what a sketch says of arrays that it has looked at whole."""
    numbers = np.concatenate([finite(array) for array in arrays])
    assert sketch.num_nan == sum(int(np.isnan(a.astype(np.float64)).sum()) for a in arrays)
    assert sketch.num_inf == sum(int(np.isinf(a.astype(np.float64)).sum()) for a in arrays)
    assert not sketch.is_sampled and sketch.examined == sketch.size == sum(array.size for array in arrays)
    if not numbers.size:
        assert sketch.norm == 0 and math.isnan(sketch.mean) and math.isnan(sketch.least)
        return
    scale = np.abs(numbers).max() or 1.0
    assert (sketch.least, sketch.greatest) == (numbers.min(), numbers.max())
    with np.errstate(over="ignore"):  # The norm of some large numbers is larger than any float64.
        norm = np.linalg.norm(numbers / scale) * scale
    np.testing.assert_allclose(sketch.norm, norm, rtol=1e-12)
    np.testing.assert_allclose(sketch.mean / scale, (numbers / scale).mean(), rtol=1e-9, atol=1e-12)


@given(small_arrays())
@_QUIET
def test_a_small_array_is_described_as_numpy_does(array):
    sketch = sketch_of(array)
    check_totals(sketch, [array])
    assert (sketch.kind, sketch.dtype, sketch.shape) == ("array", array.dtype.name, array.shape)
    if 1 < array.size <= 64:
        with np.errstate(over="ignore"):
            expected = array.reshape(-1).astype(np.float64)
            expected = np.where(np.isfinite(expected), np.clip(expected, *_SINGLE), expected).astype(np.float32)
        np.testing.assert_array_equal(sketch.cells.reshape(-1), expected[sketch.cell_coordinates])


_SINGLE = (-float(np.finfo(np.float32).max), float(np.finfo(np.float32).max))


@given(st.lists(small_arrays(), min_size=1, max_size=6), st.booleans())
@_QUIET
def test_a_struct_is_described_as_all_its_arrays_and_each_alone(arrays, are_tensors):
    sketch = sketch_of([tf.constant(a) for a in arrays] if are_tensors else list(arrays))
    check_totals(sketch, arrays)
    wrong = [k for k, a in enumerate(arrays) if finite(a).size < a.size]
    assert sketch.first_wrong == (wrong[0] if wrong else -1)
    if len(arrays) == 1:
        assert sketch.leaves == ()
        return
    assert [(leaf.path, leaf.dtype, leaf.shape) for leaf in sketch.leaves] == [
        (f"[{k}]", array.dtype.name, array.shape) for k, array in enumerate(arrays)
    ]
    for leaf, array in zip(sketch.leaves, arrays, strict=True):
        assert (leaf.num_nan, leaf.num_inf) == (np.isnan(array).sum(), np.isinf(array).sum())
        if finite(array).size:
            expected = np.clip([finite(array).min(), finite(array).max()], *_SINGLE).astype(np.float32)
            assert [leaf.least, leaf.greatest] == expected.tolist()


def test_complex_numbers_count_by_their_magnitude_and_texts_by_their_length():
    sketch = sketch_of(np.array([3 + 4j, 0]))
    assert (sketch.greatest, sketch.norm) == (5, 5)
    assert str(sketch).startswith("complex128[2] [(3+4j), 0j]")
    texts = sketch_of(tf.constant(["a", "bcd"]))
    assert (texts.least, texts.greatest, str(texts)) == (1, 3, "str[2] [b'a', b'bcd']")


@pytest.mark.parametrize("factor", [1e300, 1e-300, 1e-200])
def test_norms_of_very_large_and_very_small_numbers_are_right(factor):
    for value in (np.array([3.0, 4.0]) * factor, [np.array([3.0]) * factor, np.array([4.0]) * factor]):
        assert sketch_of(value).norm == pytest.approx(5 * factor, rel=1e-12)
        assert sketch_of(value).mean == pytest.approx(3.5 * factor, rel=1e-12)


def test_norms_that_are_too_large_are_infinite_whatever_numpy_is_told_to_do():
    largest = np.finfo(np.float64).max
    with np.errstate(all="raise"):
        for value in (np.full(4, largest), [np.full(2, largest), np.ones(1), np.array([np.nan, np.inf])]):
            sketch = sketch_of(value)
            assert (sketch.norm, sketch.greatest) == (math.inf, largest)
