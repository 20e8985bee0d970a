"""Traces to ask: of a mean, and of a product that is broadcast."""

import pytest

from tests.unit.tracing.traced_runs import mean_of_doubles, sum_of_products, traced


@pytest.fixture(scope="session")
def trace():
    result, trace = traced(mean_of_doubles, [1.0, 2.0, 6.0])
    assert result == 6
    return trace


@pytest.fixture(scope="session")
def broadcast():
    result, trace = traced(sum_of_products, [1.0, 2.0, 6.0], 10.0)
    assert result == 90
    return trace
