"""The letters of each call, client by client."""

import numpy as np
import pytest

import tffsim as tff
from tests.unit.tracing.traced_runs import FLOATS, mean_of_doubles, sum_of_products, traced
from tffsim.tracing.analysis.privacy_cut import privacy_cut
from tffsim.views.panels import crossing_scenes as module
from tffsim.views.panels.crossing_scenes import MAX_ROWS, CrossingScenes

PAIRS = tff.FederatedType(tff.StructWithPythonType([("a", np.float32), ("b", np.float32)], dict), tff.CLIENTS)
MANY = tff.FederatedType([np.float32] * 9, tff.CLIENTS)


def scenes_of(snapshot):
    return CrossingScenes(snapshot, privacy_cut(snapshot)).all()


def told(function, *arguments):
    return scenes_of(traced(function, *arguments)[1].snapshot)


@pytest.fixture(scope="module")
def products():
    return told(sum_of_products, [1.0, 2.0, 6.0], 10.0)


def test_a_client_has_its_data_and_its_letters(products):
    (scene,) = products
    assert [(row["client"], row["holds"], row["held"]) for row in scene["rows"]] == [
        (0, "1", 4),
        (1, "2", 4),
        (2, "6", 4),
    ]
    assert [row["letters"][0]["texts"] for row in scene["rows"]] == [["10"], ["20"], ["60"]]
    assert scene["rows"][2]["letters"][0]["bytes"] == ["00 00 70 42"]
    assert (scene["held"], scene["up"], scene["down"]) == (12, 12, 12)
    assert scene["each"] == "each client: ↓ 4 B · ↑ 4 B · 4 B held"


def test_it_is_said_what_is_in_an_envelope(products):
    assert products[0]["puts_in"] == "put into the envelope"
    (scene,) = told(tff.federated_computation(lambda x: tff.federated_mean(x, x), FLOATS), [1.0, 2.0])
    assert scene["puts_in"] == "put into the envelope: value × weight, weight"
    (scene,) = told(tff.federated_computation(tff.federated_sum, PAIRS), [{"a": 1.0, "b": 2.0}])
    assert scene["puts_in"] == "put into the envelope: a, b"
    (scene,) = told(tff.federated_computation(tff.federated_sum, MANY), [[1.0] * 9])
    assert scene["puts_in"] == "put into the envelope: [0], [1], [2], …"


def test_what_all_get_alike_is_one_letter(products):
    (scene,) = products
    assert [letter["texts"] for letter in scene["shared"]] == [["10"]]


def test_the_server_gets_a_total(products):
    (total,) = products[0]["totals"]
    assert total["count"] == 3 and total["letter"]["texts"] == ["90"]


def test_of_too_many_letters_some_clients_are_told(monkeypatch):
    monkeypatch.setattr(module, "MAX_LETTERS", 10)
    (scene,) = told(mean_of_doubles, [float(k) for k in range(30)])
    assert scene["num_clients"] == 30
    assert 4 < len(scene["rows"]) <= MAX_ROWS


def test_letters_of_the_latest_calls_come_first(monkeypatch):
    monkeypatch.setattr(module, "MAX_LETTERS", 80)
    with tff.trace() as trace:
        for _ in range(2):
            mean_of_doubles([1.0] * 30)
    first, second = scenes_of(trace.snapshot)
    assert len(first["rows"]) <= MAX_ROWS and len(second["rows"]) == 30
