"""The bars of what crossed between server and clients, and what is said of it."""

import numpy as np
import pytest

import tffsim as tff
from tests.unit.tracing.traced_runs import FLOATS, mean_of_doubles, sum_of_products, traced
from tffsim.views.panels import crossed_sums as module
from tffsim.views.panels.crossed_sums import crossed_sums

SECURE = tff.federated_computation(
    lambda values: tff.federated_secure_sum_bitwidth(values, 8), tff.FederatedType(np.int32, tff.CLIENTS)
)


def told(function, *arguments):
    return crossed_sums(traced(function, *arguments)[1].snapshot)


@pytest.fixture(scope="module")
def products():
    return told(sum_of_products, [1.0, 2.0, 6.0], 10.0)


def test_bars_say_what_crossed_how_often_and_who_saw_it(products):
    rows = {(bar["name"], bar["detail"]): (bar["visibility"], bar["size"]) for bar in products["bars"]}
    assert rows["federated_sum", "clients → server · 3 values · the server sees each value"] == ("individual", 12)
    assert rows["federated_broadcast · everywhere", "server → clients · 3 values"] == ("", 12)
    assert rows["caller → clients", "3 values · the server sees nothing"] == ("caller", 12)


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
    for bar in crossed_sums(trace.snapshot)["bars"]:
        assert len(bar["sizes"]) == 2 and sum(bar["sizes"]) == bar["size"] == 20


def test_the_other_language_says_the_same(korean):
    assert "클라이언트" in told(SECURE, [7])["warnings"][0]
