"""Which numbers options may be, and what is said of others."""

import decimal
import fractions
import math

import numpy as np
import pytest

from tffsim.failures.checked_numbers import checked_int, checked_seconds


@pytest.mark.parametrize("value", [1, 3, np.int8(3), np.uint64(3)])
def test_whole_numbers_are_taken_and_become_ints(value):
    found = checked_int("count", value, 1)
    assert type(found) is int and found == value


@pytest.mark.parametrize("value", ["2", 2.5, 2.0, np.float32(2), True, np.True_, None, [2]])
def test_what_is_no_whole_number_is_refused(value):
    with pytest.raises(TypeError) as caught:
        checked_int("count", value, 1)
    assert str(caught.value) == f"`count` must be an int, such as 2, found {value!r}."


@pytest.mark.parametrize("value", [0.001, 3, np.float32(0.5), np.int64(3), fractions.Fraction(1, 2), 100_000_000])
def test_seconds_above_0_are_taken_and_become_floats(value):
    found = checked_seconds("timeout", value)
    assert type(found) is float and found == value


@pytest.mark.parametrize("value", ["3", True, np.False_, None, [3], decimal.Decimal(3), 3j])
def test_what_is_no_number_of_seconds_is_refused(value):
    with pytest.raises(TypeError) as caught:
        checked_seconds("timeout", value)
    assert str(caught.value) == f"`timeout` must be a number of seconds, such as 2.5, found {value!r}."


@pytest.mark.parametrize("value", [0, -1, -0.5, math.nan, math.inf, np.float32("nan"), 1e9, 10**400])
def test_seconds_that_nothing_can_take_are_refused(value):
    with pytest.raises(
        ValueError, match=rf"`timeout` must be above 0 and at most 100000000 seconds, found {str(value)[:60]}\."
    ):
        checked_seconds("timeout", value)


@pytest.mark.parametrize("value", [0, -1, np.int8(-3), -(10**30)])
def test_a_whole_number_that_is_too_small_is_refused(value):
    with pytest.raises(ValueError, match=f"`count` must be at least 1, found {value}"):
        checked_int("count", value, 1)


@pytest.mark.parametrize("check", [lambda name, value: checked_int(name, value, 1), checked_seconds])
def test_a_message_shows_the_beginning_of_what_is_long(check):
    with pytest.raises(TypeError, match=r"found 'aaa") as caught:
        check("option", 1_000_000 * "a")
    assert len(str(caught.value)) < 200
