"""What both painters of the privacy cut are told."""

import json

import numpy as np
import pytest

import tffsim as tff
from tests.unit.tracing.traced_runs import FLOATS, mean_of_doubles, sum_of_products, traced
from tffsim.tracing.analysis.traffic import traffic
from tffsim.views.panels import crossings as module
from tffsim.views.panels.crossings import MAX_ROWS, crossed_sums, crossings

SECURE = tff.federated_computation(
    lambda values: tff.federated_secure_sum_bitwidth(values, 8), tff.FederatedType(np.int32, tff.CLIENTS)
)
PAIRS = tff.FederatedType(tff.StructWithPythonType([("a", np.float32), ("b", np.float32)], dict), tff.CLIENTS)
MANY = tff.FederatedType([np.float32] * 9, tff.CLIENTS)


def told(function, *arguments):
    return crossings(traced(function, *arguments)[1].snapshot)


@pytest.fixture(scope="module")
def products():
    return told(sum_of_products, [1.0, 2.0, 6.0], 10.0)


def test_bars_say_what_crossed_how_often_and_who_saw_it(products):
    rows = {(bar["name"], bar["detail"]): (bar["visibility"], bar["size"]) for bar in products["bars"]}
    assert rows["federated_sum", "clients → server · 3 values · the server sees each value"] == ("individual", 12)
    assert rows["federated_broadcast · everywhere", "server → clients · 3 values"] == ("", 12)
    assert rows["caller → clients", "3 values · the server sees nothing"] == ("caller", 12)


def test_a_client_has_its_data_and_its_letters(products):
    (scene,) = products["scenes"]
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
    assert products["scenes"][0]["puts_in"] == "put into the envelope"
    (scene,) = told(tff.federated_computation(lambda x: tff.federated_mean(x, x), FLOATS), [1.0, 2.0])["scenes"]
    assert scene["puts_in"] == "put into the envelope: value × weight, weight"
    (scene,) = told(tff.federated_computation(tff.federated_sum, PAIRS), [{"a": 1.0, "b": 2.0}])["scenes"]
    assert scene["puts_in"] == "put into the envelope: a, b"
    (scene,) = told(tff.federated_computation(tff.federated_sum, MANY), [[1.0] * 9])["scenes"]
    assert scene["puts_in"] == "put into the envelope: [0], [1], [2], …"


def test_what_all_get_alike_is_one_letter(products):
    (scene,) = products["scenes"]
    assert [letter["texts"] for letter in scene["shared"]] == [["10"]]


def test_the_server_gets_a_total(products):
    (total,) = products["scenes"][0]["totals"]
    assert total["count"] == 3 and total["letter"]["texts"] == ["90"]


def test_a_sealed_total_of_one_client_is_warned_of():
    assert told(SECURE, [1, 2])["warnings"] == []
    (warning,) = told(SECURE, [7])["warnings"]
    assert warning == "A sealed total of one client is the value of that client: it hides nothing (call 1)."


def test_open_letters_that_are_the_data_are_warned_of():
    (warning,) = told(tff.federated_computation(tff.federated_max, FLOATS), [1.0, 2.0])["warnings"]
    assert "federated_max" in warning and "data themselves" in warning


def test_it_is_said_that_nothing_is_encrypted(products):
    assert products["said"][-1].startswith("A simulation encrypts nothing")
    assert crossed_sums(traced(tff.tf_computation(lambda x: x, np.float32), 1.0)[1].snapshot)["said"] == []


def test_it_is_said_from_which_call_on_a_plain_upload_is_cheaper():
    with tff.trace() as trace:
        for _ in range(3):
            mean_of_doubles([1.0, 2.0])
    found = crossed_sums(trace.snapshot)
    assert found["ratio"] == 3
    assert found["said"][0] == "From call 2 on, this costs more bytes than a plain upload."


def test_many_calls_are_added_up_in_a_few_parts_of_a_bar(monkeypatch):
    monkeypatch.setattr(module, "MAX_SEGMENTS", 2)
    with tff.trace() as trace:
        for _ in range(5):
            mean_of_doubles([1.0])
    for bar in crossings(trace.snapshot)["bars"]:
        assert len(bar["sizes"]) == 2 and sum(bar["sizes"]) == bar["size"] == 20


def test_of_too_many_letters_some_clients_are_told(monkeypatch):
    monkeypatch.setattr(module, "MAX_LETTERS", 10)
    (scene,) = told(mean_of_doubles, [float(k) for k in range(30)])["scenes"]
    assert scene["num_clients"] == 30
    assert 4 < len(scene["rows"]) <= MAX_ROWS


def test_letters_of_the_latest_calls_come_first(monkeypatch):
    monkeypatch.setattr(module, "MAX_LETTERS", 80)
    with tff.trace() as trace:
        for _ in range(2):
            mean_of_doubles([1.0] * 30)
    first, second = crossings(trace.snapshot)["scenes"]
    assert len(first["rows"]) <= MAX_ROWS and len(second["rows"]) == 30


def test_bars_add_up_to_the_ledger_and_all_is_plain_data(products):
    trace = traced(sum_of_products, [1.0, 2.0], 3.0)[1]
    ledger, found = traffic(trace.snapshot), crossings(trace.snapshot)
    assert sum(bar["letters"] for bar in found["bars"]) == ledger["copies"].sum()
    assert json.loads(json.dumps(found)) == found


def test_no_clients_cross_nothing():
    found = told(mean_of_doubles, [])
    assert found["bars"] == [] and [scene["rows"] for scene in found["scenes"]] == [[]]


def test_the_other_language_says_the_same(korean):
    assert "클라이언트" in told(SECURE, [7])["warnings"][0]
