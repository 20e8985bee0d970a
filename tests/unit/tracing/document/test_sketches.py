"""Sketches in tables and in files."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tests.unit.tracing.traced_runs import traced
from tffsim.tracing.document import trace_file
from tffsim.tracing.recording.sketching.sketch_pad import SketchPad


def test_a_number_from_a_table_finds_its_sketch():
    pad = SketchPad()
    pad.add(7, np.ones(3))
    (number,) = pad.table().table()["value"]
    assert number in pad.table() and pad.table()[number].mean == 1
    assert np.int64(8) not in pad.table() and "7" not in pad.table()


FLOATS = tff.TensorType(np.float32, [3])


@tff.tf_computation(FLOATS)
def logarithm(x):
    return tf.math.log(x)


at_clients = tff.federated_computation(
    lambda x: tff.federated_map(logarithm, x), tff.FederatedType(FLOATS, tff.CLIENTS)
)


def test_saved_sketches_are_loaded_as_they_were(tmp_path):
    _, trace = traced(at_clients, [np.full(3, k, np.float32) for k in (1, -1, 0)])
    trace.save(tmp_path / "t.tfftrace")
    loaded = tff.load_trace(tmp_path / "t.tfftrace")
    assert list(map(str, loaded.snapshot.sketches.values())) == list(map(str, trace.snapshot.sketches.values()))
    for name, column in trace.snapshot.sketches.columns().items():
        np.testing.assert_array_equal(loaded.snapshot.sketches.columns()[name], column)
    assert loaded.snapshot.sketches.forms == trace.snapshot.sketches.forms


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (np.float32(2), "array"), (np.arange(3), "array"), ("text", "text"), (tf.data.Dataset.range(3), "dataset"),
        ([1, "text"], "members"), ({"a": np.arange(3)}, "members"), (tf.ragged.constant([[1], []]), "other"),
    ],
)  # fmt: skip
def test_a_sketch_of_any_kind_of_value_is_loaded_as_it_was_saved(value, kind):
    _, trace = traced(logarithm, np.ones(3, np.float32))
    pad = SketchPad()
    pad.add(0, value)
    snapshot = dataclasses.replace(trace.snapshot, sketches=pad.table())
    loaded = trace_file.from_bytes(trace_file.to_bytes(snapshot))
    assert loaded.sketches.forms == snapshot.sketches.forms
    assert [form.kind for form in loaded.sketches.forms] == [kind]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.float32(51_313), "float32 51310"),
        ({"total": np.float32(51_313), "mean": np.float32(0.5)}, "<total=51310, mean=0.5>"),
        ({"total": np.float32(51_313), "name": "1e+05"}, "<total=51310, name='1e+05'>"),
        (np.float32([1e5, 3e5]), "float32[2] [100000, 300000]  min 100000  mean 200000  max 300000"),
    ],
)
def test_large_numbers_are_told_without_an_exponent(value, text):
    pad = SketchPad()
    pad.add(0, value)
    assert str(pad.table()[0]) == text
