"""A NaN, and an infinity out of finite values, do not appear without a word."""

import linecache
import re
import warnings

import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff

FLOATS = tff.FederatedType(np.float32, tff.CLIENTS)
STACKS = {
    "flat": tff.local_executor_factory,
    "tree of 2": lambda: tff.local_executor_factory(max_fanout=2),
    "tree of 3": lambda: tff.local_executor_factory(max_fanout=3),
    "debug": tff.debug_executor_factory,
}


@pytest.fixture(params=STACKS.values(), ids=STACKS, autouse=True)
def stack(request):
    factory = request.param()
    with tff.use(factory):
        yield factory
    factory.close()


def warned(computation, *arguments):
    """Calls a computation; returns its result and the texts of its warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = computation(*arguments)
    return result, [str(warning.message) for warning in caught]


def sum_of_floats():
    return tff.federated_computation(lambda x: tff.federated_sum(x), FLOATS)


def aggregate_with(zero, accumulate, report):
    accumulate = tff.tf_computation(accumulate, np.float32, np.float32)
    report = tff.tf_computation(report, np.float32)
    return tff.federated_computation(
        lambda x: tff.federated_aggregate(x, np.float32(zero), accumulate, accumulate, report), FLOATS
    )


def test_nan_is_named_with_the_first_client_its_function_and_the_line():
    @tff.tf_computation(np.float32)
    def reciprocal_of_difference(x):
        return (x - 1.0) / (x - 1.0)

    line = reciprocal_line()
    mean = tff.federated_computation(
        lambda x: tff.federated_mean(tff.federated_map(reciprocal_of_difference, x)), FLOATS
    )
    result, (message,) = warned(mean, [0.0, 2.0, 3.0, 1.0, 4.0, 1.0])
    assert np.isnan(result)
    assert "federated_mean" in message
    assert "client 3 (of 6)" in message
    assert re.search(rf"`reciprocal_of_difference` \(.*test_numbers.py:{line}\)", message)


def reciprocal_line():
    import inspect

    source, first = inspect.getsourcelines(test_nan_is_named_with_the_first_client_its_function_and_the_line)
    return first + next(n for n, text in enumerate(source) if "return (x" in text)


def test_nan_of_a_quotient_is_told_at_its_line_with_the_users_intrinsic_and_a_remedy():
    @tff.tf_computation(np.float32)
    def quotient_and_weight(x):
        return x / x, x

    weighted = tff.federated_computation(
        lambda x: (lambda pair: tff.federated_mean(pair[0], pair[1]))(tff.federated_map(quotient_and_weight, x)),
        FLOATS,
    )
    with pytest.warns(UserWarning, match="holds NaN") as caught:
        weighted([1.0, 0.0])
    (warning,) = caught
    assert linecache.getline(warning.filename, warning.lineno).strip() == "return x / x, x"
    message = str(warning.message)
    assert f"test_numbers.py:{warning.lineno})" in message
    assert ", federated_mean: the result holds NaN" in message and "weighted_mean" not in message
    assert "Where it may be 0 / 0, `tf.math.divide_no_nan(x, y)` gives 0." in message


def test_the_function_is_found_behind_selections_weights_and_zips():
    @tff.tf_computation(np.float32)
    def two_things(x):
        return x / x, x

    weighted = tff.federated_computation(lambda x: tff.federated_mean(*tff.federated_map(two_things, x)), FLOATS)
    _, (message,) = warned(weighted, [1.0, 2.0, 0.0])
    assert "client 2 (of 3)" in message
    assert "`two_things`" in message


@pytest.mark.parametrize("size", [1, 50, 2000, 300_000])
def test_one_nan_in_a_value_of_any_size_is_found(size):
    vector = tff.FederatedType(tff.TensorType(np.float32, [size]), tff.CLIENTS)
    statistics = tff.federated_computation(lambda x: (tff.federated_mean(x), tff.federated_max(x)), vector)
    values = [np.ones(size, np.float32) for _ in range(7)]
    values[4][size // 2] = np.nan
    _, (message,) = warned(statistics, values)
    assert "client 4 (of 7)" in message


def test_the_warning_comes_once_per_computation():
    add = sum_of_floats()
    assert len(warned(add, [1.0, np.nan])[1]) == 1
    assert warned(add, [1.0, np.nan])[1] == []
    assert len(warned(sum_of_floats(), [1.0, np.nan])[1]) == 1


def test_finite_numbers_and_integers_give_no_warning():
    assert warned(sum_of_floats(), [1.0, 2.0]) == (3, [])
    integers = tff.federated_computation(lambda x: tff.federated_sum(x), tff.FederatedType(np.int32, tff.CLIENTS))
    assert warned(integers, [2**31 - 1, 1]) == (-(2**31), [])


@pytest.mark.parametrize("values", [[np.inf, 1.0, 2.0, 3.0], [1.0, 2.0, -np.inf, 3.0], [1.0, 2.0, 3.0, np.inf]])
def test_an_infinity_that_a_client_has_is_no_news(values):
    result, messages = warned(sum_of_floats(), values)
    assert np.isinf(result)
    assert messages == []


@pytest.mark.parametrize("values", [[3e38, 3e38, 1.0, 1.0], [1.0, 1.0, 1.0, 3e38, 3e38]])
def test_a_sum_that_is_too_large_says_so(values):
    result, (message,) = warned(sum_of_floats(), values)
    assert result == np.inf
    assert "too large" in message


@pytest.mark.parametrize("values", [[1.0, np.inf, -np.inf, 2.0], [0.0, np.inf, 1.0, 2.0, -np.inf]])
def test_infinities_that_cancel_are_named_with_the_first(values):
    result, (message,) = warned(sum_of_floats(), values)
    assert np.isnan(result)
    assert f"client 1 (of {len(values)})" in message


def test_extremes_of_no_clients_are_silent_and_a_mean_of_none_is_not():
    extremes = tff.federated_computation(lambda x: (tff.federated_min(x), tff.federated_max(x)), FLOATS)
    assert warned(extremes, []) == ((np.inf, -np.inf), [])
    for mean in (
        tff.federated_computation(lambda x: tff.federated_mean(x), FLOATS),
        tff.federated_computation(lambda x: tff.federated_mean(x, x), FLOATS),
    ):
        result, (message,) = warned(mean, [])
        assert np.isnan(result)
        assert "There are no clients" in message


@pytest.mark.parametrize("weight", [np.float32, np.int32])
def test_weights_that_are_all_zero_are_named(weight):
    model = tff.FederatedType(tff.TensorType(np.float32, [2]), tff.CLIENTS)
    mean = tff.federated_computation(
        lambda x, w: tff.federated_mean(x, w), model, tff.FederatedType(weight, tff.CLIENTS)
    )
    result, (message,) = warned(mean, [np.ones(2, np.float32)] * 5, [0] * 5)
    assert np.isnan(result).all()
    assert "All weights are 0" in message


def weighted_mean():
    return tff.federated_computation(lambda x, w: tff.federated_mean(x, w), FLOATS, FLOATS)


WEIGHTED = {
    "an infinite weight": ([1.0] * 5, [1.0, 1.0, 1.0, np.inf, 1.0], np.nan, "client 3 (of 5)"),
    "a product that is too large": (
        [1.0, 2e38, 1.0, 1.0, 2e38],
        [1.0, 10.0, 1.0, 1.0, 10.0],
        np.inf,
        "client 1 (of 5)",
    ),
    "sums of products that are too large": ([3e38] * 5, [1.0] * 5, np.inf, "sum is too large"),
    "weights that cancel": ([1.0, 2.0, 0.0], [1.0, -1.0, 0.0], -np.inf, "holds inf. All weights are 0, or they add up"),
    "weights that nearly cancel": ([3e38, 1.0], [0.5, -0.5 + 2.0**-10], np.inf, "add up to too little"),
}


@pytest.mark.parametrize(("values", "weights", "expected", "why"), WEIGHTED.values(), ids=WEIGHTED)
def test_a_weighted_mean_tells_what_its_weights_did(values, weights, expected, why):
    result, (message,) = warned(weighted_mean(), values, weights)
    np.testing.assert_equal(result, np.float32(expected))
    assert why in message and ", federated_mean: " in message


def test_whole_weights_that_add_up_to_more_than_their_type_holds_are_told():
    weights = tff.FederatedType(np.uint64, tff.CLIENTS)
    mean = tff.federated_computation(lambda x, w: tff.federated_mean(x, w), FLOATS, weights)
    _, (message,) = warned(mean, [1.0, 2.0], [2**63, 2**63])
    assert "or they add up to 0, or to more than their type holds" in message


def test_finite_weighted_means_give_no_warning():
    assert warned(weighted_mean(), [1.0, 5.0], [3.0, 1.0]) == (2.0, [])
    assert warned(weighted_mean(), [1e38] * 3, [0.5, 0.0, 0.5]) == (np.float32(1e38), [])


def test_what_an_own_aggregation_makes_of_finite_values_is_not_called_a_sum():
    logs = aggregate_with(0.0, lambda total, x: total + tf.math.log(x), lambda total: total)
    _, (message,) = warned(logs, [1.0, 0.0, 1.0])
    assert "inf" in message and "sum" not in message


def test_what_an_own_aggregation_starts_with_or_cleans_up_is_its_own_matter():
    smallest = aggregate_with(np.inf, lambda a, b: tf.minimum(a, b), lambda a: tf.identity(a))
    assert warned(smallest, [3.0, 1.0, 2.0, 4.0, 5.0]) == (1, [])
    assert warned(smallest, []) == (np.inf, [])
    without_nan = aggregate_with(0, lambda a, b: a + b, lambda a: tf.where(tf.math.is_nan(a), 0.0, a))
    assert warned(without_nan, [1.0, np.nan, 2.0, 3.0]) == (0, [])


def test_a_report_that_makes_nan_is_named():
    result, (message,) = warned(aggregate_with(0, lambda a, b: a + b, lambda a: (a - a) / (a - a)), [1.0, 2.0, 3.0])
    assert np.isnan(result)
    assert "federated_aggregate" in message
    assert "All clients' values are finite" in message


def test_a_mean_that_clients_receive_is_watched_while_they_work():
    add = tff.tf_computation(lambda x, y: x + y, np.float32, np.float32)
    compare = tff.federated_computation(
        lambda x: tff.federated_sum(tff.federated_map(add, (x, tff.federated_broadcast(tff.federated_mean(x))))), FLOATS
    )
    _, (message,) = warned(compare, [1.0, 2.0, 3.0, np.nan, 5.0])
    assert "federated_mean" in message
    assert "client 3 (of 5)" in message


def test_a_trace_tells_it_of_every_call():
    add = sum_of_floats()
    for _ in range(2):
        with tff.trace() as t:
            warned(add, [1.0, np.nan, 2.0])
        assert "Warning: federated_sum: the result holds NaN" in str(t)
        assert t.invocations.row(0)["outcome"] == "ok"
    with tff.trace() as t:
        add([1.0])
    assert "Warning" not in str(t)
