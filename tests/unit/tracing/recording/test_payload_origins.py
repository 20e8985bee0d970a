"""Where payloads came from."""

import gc
import weakref

import numpy as np
from federated_language.common_libs import structure

from tffsim.tracing.recording.payload_origins import PayloadOrigins


def test_payloads_are_known_again_also_inside_structs():
    origins = PayloadOrigins()
    weights, bias, rate = np.ones(3), np.zeros(2), 0.5
    origins.add(structure.Struct([("weights", weights), (None, [bias])]), 7)
    origins.add({"rate": rate}, 8)
    assert origins.of(weights) == (7,)
    assert origins.of([bias, {"a": rate}, weights]) == (7, 8)
    assert origins.of(np.ones(3)) == ()


def test_the_lowest_executor_is_the_origin():
    origins = PayloadOrigins()
    payload = np.ones(3)
    origins.add(payload, 9)
    origins.add(payload, 4)
    assert origins.of(payload) == (9,)


def test_objects_that_stand_for_many_values_have_no_origin():
    origins = PayloadOrigins()
    origins.add([True, 3, "x", b"y", None], 1)
    assert origins.of([True, 3, "x", b"y", None]) == ()


def test_payloads_are_not_kept_alive():
    origins = PayloadOrigins()
    payload = np.ones(3)
    gone = weakref.ref(payload)
    origins.add([payload], 1)
    del payload
    gc.collect()
    assert gone() is None


def test_only_the_latest_payloads_are_remembered(monkeypatch):
    monkeypatch.setattr("tffsim.tracing.recording.payload_origins._MAX_REMEMBERED", 10)
    origins = PayloadOrigins()
    payloads = [np.full(1, k) for k in range(20)]
    for k, payload in enumerate(payloads):
        origins.add(payload, k)
    assert [origins.of(payload) for payload in payloads] == [()] * 10 + [(k,) for k in range(10, 20)]
