"""Which numbers of a payload are looked at."""

import sys
import weakref

import federated_language as fl
import ml_dtypes
import numpy as np
import pytest
import tensorflow as tf
from federated_language.common_libs import structure

from tffsim.federation.number_watch import NumberWatch, not_finite

_INEXACT = [np.float16, np.float32, np.float64, np.complex64, ml_dtypes.bfloat16]


@pytest.mark.parametrize("dtype", _INEXACT)
@pytest.mark.parametrize("of_tensorflow", [False, True])
def test_numbers_of_every_inexact_dtype_are_looked_at(dtype, of_tensorflow):
    def found(numbers):
        array = np.array(numbers, dtype)
        return not_finite(tf.constant(array) if of_tensorflow else array)

    assert found([1.0, float("nan"), 2.0]) == "NaN"
    assert found([1.0, float("-inf")]) == "inf"
    assert found([1.0, 2.0]) == found([]) == ""


@pytest.mark.parametrize("size", [1, 100, 1000, 2000])
def test_what_is_kept_of_many_clients_takes_a_megabyte_at_most(size):
    watch, kept = NumberWatch(fl.TensorType(np.float32, [size]), (), 0, 10_000), []
    for _ in range(10_000):
        payload = np.zeros(size, np.float32)
        kept.append(weakref.ref(payload))
        watch.add(payload)
    del payload
    num_alive = sum(reference() is not None for reference in kept)
    assert num_alive * (4 * size + sys.getsizeof(np.zeros(0))) <= 1 << 20


@pytest.mark.parametrize("value", [np.array(["nan", "inf"]), np.array([b"nan"], object), tf.constant("nan"), "nan", 3])
def test_what_is_no_inexact_number_is_left_alone(value):
    assert not_finite(value) == ""


def test_a_nan_in_any_part_is_found_and_counts_more_than_an_infinity():
    good, infinite, wrong = (np.array([number], np.float32) for number in (1.0, np.inf, np.nan))
    assert not_finite(structure.Struct([("a", [good, infinite]), (None, (good, wrong))])) == "NaN"
    assert not_finite([good, structure.Struct([("a", infinite)]), good]) == "inf"
    assert not_finite([good, good]) == ""
