"""What clients made, as numbers that can be compared."""

import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tests.unit.tracing.traced_runs import FLOATS, failed_at_client, mean_of_doubles, sum_of_products, traced
from tffsim.tracing.analysis import client_values
from tffsim.tracing.analysis.client_values import client_measures

STACKS = {
    "local": tff.local_executor_factory,
    "tree": lambda: tff.local_executor_factory(max_fanout=2),
    "debug": tff.debug_executor_factory,
}


@tff.tf_computation(np.float32)
def model_of(x):
    return {"weights": tf.fill([20, 10], x), "loss": 1 / x}


@tff.tf_computation(np.float32)
def row_of(x):
    return tf.stack([x, 2 * x, 0.0])


@tff.federated_computation(FLOATS)
def mean_of_models(values):
    models = tff.federated_map(model_of, values)
    return tff.federated_mean(models["weights"]), tff.federated_mean(models["loss"])


@tff.federated_computation(FLOATS)
def sum_of_rows(values):
    return tff.federated_sum(tff.federated_map(row_of, values))


@pytest.fixture(params=STACKS)
def factory(request):
    return STACKS[request.param]()


def measures_of(function, *arguments, **options):
    return client_measures(traced(function, *arguments, **options)[1].snapshot)


def test_a_number_of_each_client_and_how_far_it_is_from_the_mean(factory):
    (measure,) = measures_of(mean_of_doubles, [1.0, 2.0, 6.0], factory=factory)
    assert (measure.function, measure.path, measure.shape) == ("double", "", ())
    assert measure.numbers.tolist() == [[2, 4, 12]]
    assert measure.distances.tolist() == [4, 2, 6]
    assert not measure.is_sampled


def test_each_member_is_a_measure(factory):
    weights, loss = measures_of(mean_of_models, [1.0, 2.0], factory=factory)
    assert (weights.path, weights.shape, loss.path, loss.shape) == ("weights", (20, 10), "loss", ())
    assert weights.numbers == pytest.approx(np.sqrt(200) * np.array([[1, 2]]))
    assert loss.numbers.tolist() == [[1, 0.5]]
    assert weights.cells.shape[0] == 2 and np.unique(weights.cells[1]).tolist() == [2]
    # Of 200 numbers 60 or so are cells.
    assert weights.is_sampled and weights.distances == pytest.approx(0.5 * np.sqrt(weights.cells[0].size))


@pytest.mark.parametrize("values", ["preview", "all"])
def test_a_small_array_is_compared_exactly(values):
    (measure,) = measures_of(sum_of_rows, [1.0, 3.0], values=values)
    assert measure.cells.tolist() == [[[1, 2, 0]], [[3, 6, 0]]]
    assert measure.distances == pytest.approx([np.sqrt(5)] * 2) and not measure.is_sampled


def test_a_large_array_that_was_kept_is_compared_exactly():
    large = tff.tf_computation(lambda x: tf.fill([100], x), np.float32)
    both = tff.federated_computation(lambda v: tff.federated_sum(tff.federated_map(large, v)), FLOATS)
    (sampled,) = measures_of(both, [1.0, 3.0])
    (exact,) = measures_of(both, [1.0, 3.0], values="all")
    assert sampled.is_sampled and not exact.is_sampled
    assert exact.distances == pytest.approx([10, 10])


@pytest.mark.parametrize("values", ["preview", "all"])
@pytest.mark.parametrize(("dtype", "given"), [(np.str_, ["12", "a"]), (np.complex64, [1j, 2j])])
def test_texts_and_complex_numbers_are_not_compared(dtype, given, values, tmp_path):
    same = tff.tf_computation(lambda x: tf.identity(x), dtype)
    at_clients = tff.FederatedType(dtype, tff.CLIENTS)
    everywhere = tff.federated_computation(lambda v: tff.federated_map(same, v), at_clients)
    trace = traced(everywhere, given, values=values)[1]
    assert client_measures(trace.snapshot) == []
    trace.to_html(tmp_path / "view.html")


def test_numbers_of_all_calls_are_told():
    with tff.trace() as trace:
        for values in ([1.0, 2.0], [3.0, 4.0], [5.0, 6.0]):
            mean_of_doubles(values)
    (measure,) = client_measures(trace.snapshot)
    assert measure.calls == (0, 1, 2) and measure.numbers.tolist() == [[2, 4], [6, 8], [10, 12]]


def test_only_so_many_values_are_looked_at(monkeypatch):
    monkeypatch.setattr(client_values, "MAX_LOOKED_AT", 5)
    with tff.trace() as trace:
        for _ in range(4):
            mean_of_doubles([1.0, 2.0])
    (measure,) = client_measures(trace.snapshot)
    assert measure.calls == (2, 3)


def test_a_client_that_failed_or_did_not_start_has_no_number(factory):
    (measure,) = client_measures(failed_at_client(1, 4, factory).snapshot)
    assert np.isnan(measure.numbers[0][1]) and measure.spans[1] == -1
    assert len(measure.numbers[0]) == 4


def test_a_nan_is_no_part_of_the_mean():
    half = tff.tf_computation(lambda x: x / 2, np.float32)
    (measure,) = measures_of(
        tff.federated_computation(lambda v: tff.federated_sum(tff.federated_map(half, v)), FLOATS),
        [2.0, float("nan"), 6.0],
    )
    assert measure.distances[[0, 2]].tolist() == [1, 1] and np.isnan(measure.distances[1])


def test_without_clients_or_functions_there_is_nothing_to_compare():
    assert measures_of(tff.tf_computation(lambda x: x, np.float32), 1.0) == []
    assert measures_of(tff.federated_computation(tff.federated_sum, FLOATS), [1.0]) == []
    assert measures_of(sum_of_products, [], 1.0) == []
