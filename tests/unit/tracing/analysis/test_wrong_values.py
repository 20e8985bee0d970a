"""NaN and infinity are traced back to the operation that made them of finite numbers."""

import numpy as np
import pytest

import tffsim as tff
from tests.unit.tracing.traced_programs import AT_CLIENTS, logs_of_halves, sum_of_logs, traced
from tffsim.tracing.analysis.wrong_values import wrong_values


@tff.federated_computation(AT_CLIENTS)
def identity(values):
    return tff.federated_sum(values)


def test_the_client_whose_function_made_a_nan_is_found():
    (found,) = wrong_values(traced(sum_of_logs, [1.0, -1.0, 2.0]))
    assert (found.client, found.is_nan, found.is_given) == (1, True, False)


def test_what_is_made_of_a_nan_is_no_second_birth():
    assert len(wrong_values(traced(logs_of_halves, [-2.0, 1.0]))) == 1


def test_infinity_is_wrong_and_no_nan():
    (found,) = wrong_values(traced(sum_of_logs, [0.0, 1.0]))
    assert (found.client, found.is_nan) == (0, False)


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_what_the_caller_gives_is_given(number: float):
    found = wrong_values(traced(identity, [np.float32(1), np.float32(number)]))
    assert [(value.client, value.is_given) for value in found] == [(1, True)]


def test_where_all_is_finite_nothing_is_wrong():
    assert wrong_values(traced(sum_of_logs, [1.0, 2.0])) == []
