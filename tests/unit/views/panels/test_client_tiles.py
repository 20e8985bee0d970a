"""What tiles of clients are told."""

import json

import numpy as np

import tffsim as tff
from tests.unit.tracing.analysis.test_client_values import mean_of_models, sum_of_rows
from tests.unit.tracing.traced_runs import mean_of_doubles, traced
from tffsim.views.panels import client_tiles as module
from tffsim.views.panels.client_tiles import client_tiles


def test_a_tile_has_a_number_a_picture_and_a_distance():
    weights, loss = client_tiles(traced(mean_of_models, [1.0, 2.0])[1].snapshot)
    assert (weights["name"], loss["name"]) == ("weights · model_of", "loss · model_of")
    assert weights["is_norm"] and not loss["is_norm"]
    assert weights["numbers"] == [14.14, 28.28] and loss["numbers"] == [1, 0.5]
    assert {len(cells) for cells in weights["cells"]} == {weights["grid"][0] * weights["grid"][1]}
    assert loss["cells"] == []


def test_what_is_no_number_is_null_so_that_any_reader_can_read_it():
    (drawn,) = client_tiles(traced(mean_of_doubles, [1.0, float("nan")])[1].snapshot)
    assert drawn["numbers"] == [2, None] and drawn["distances"] == [0, None]
    assert json.loads(json.dumps(drawn, allow_nan=False)) == drawn


def test_calls_before_the_last_are_its_history():
    with tff.trace() as trace:
        for value in (1.0, 2.0, 3.0):
            mean_of_doubles([value])
    (drawn,) = client_tiles(trace.snapshot)
    assert drawn["history"] == [[2], [4]] and drawn["numbers"] == [6]
    assert drawn["invocation"] == trace.snapshot.invocations[2].span


def test_of_many_clients_no_pictures_are_told(monkeypatch):
    monkeypatch.setattr(module, "MAX_PICTURES", 2)
    (few,) = client_tiles(traced(sum_of_rows, [1.0, 2.0])[1].snapshot)
    (many,) = client_tiles(traced(sum_of_rows, [1.0, 2.0, 3.0])[1].snapshot)
    assert len(few["cells"]) == 2 and many["cells"] == [] and len(many["numbers"]) == 3


def test_a_tile_has_the_number_of_examples_where_the_trace_knows_it():
    @tff.tf_computation(tff.SequenceType(np.float32))
    def total(examples):
        return examples.reduce(0.0, lambda total, example: total + example)

    @tff.federated_computation(tff.FederatedType(tff.SequenceType(np.float32), tff.CLIENTS))
    def mean_of_totals(examples):
        return tff.federated_mean(tff.federated_map(total, examples))

    (drawn,) = client_tiles(traced(mean_of_totals, [[1.0, 2.0, 3.0], [4.0]])[1].snapshot)
    assert drawn["examples"] == [3, 1]
    (drawn,) = client_tiles(traced(mean_of_doubles, [1.0, 2.0])[1].snapshot)
    assert drawn["examples"] == []
