"""Bytes of payloads."""

import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tests.unit.tracing.recording.strange_values import Raising
from tffsim.tracing.recording.payload_sizes import size_of
from tffsim.tracing.recording.sketching.sketch_pad import sketch_of

COUNTS = tff.SequenceType(np.int32)


def test_many_texts_are_not_read():
    assert str(sketch_of(tf.fill([20_000], "abc"))) == "str[20000]"
    assert size_of(tf.fill([20_000], "abc")) == 0
    assert size_of(tf.fill([200], "abc")) == 600
    assert size_of(["abc"] * 20_000) == 0


def test_as_many_parts_as_may_be_looked_at_are_looked_at(monkeypatch):
    monkeypatch.setattr("tffsim.tracing.recording.payload_sizes._MAX_PARTS", 3)
    alike = tff.SequenceType(np.str_)
    texts = ["a", "bc", "def"]
    assert size_of(np.array(texts, object)) == size_of(texts) == size_of(texts, alike) == 6
    texts.append("g")
    assert size_of(np.array(texts, object)) == size_of(texts) == size_of(texts, alike) == 0


def test_the_size_of_many_alike_values_follows_from_their_type():
    at_clients = tff.FederatedType(tff.TensorType(np.float32, [5]), tff.CLIENTS)
    assert size_of([Raising()] * 100_000, at_clients) == 2_000_000
    assert size_of([Raising()] * 10, COUNTS) == 40
    assert size_of([["a"], ["bc"]], tff.FederatedType(tff.SequenceType(np.str_), tff.CLIENTS)) == 3


@pytest.mark.parametrize("of_python", [list, np.array, lambda counts: tf.constant(counts, tf.int64)])
def test_numbers_have_the_bytes_of_their_declared_type_whatever_python_made_of_them(of_python):
    counts = of_python(list(range(970)))
    array = tff.TensorType(np.int32, [None])
    assert size_of(counts, array) == size_of(counts, tff.FederatedType(array, tff.SERVER)) == 3880
    assert size_of(counts, COUNTS) == 3880
    assert size_of([counts, counts], tff.FederatedType(array, tff.CLIENTS)) == 7760
    assert size_of({"counts": counts}, tff.StructType([("counts", array)])) == 3880


def test_lists_in_lists_are_as_large_as_the_array_that_they_stand_for():
    rows = tff.TensorType(np.float32, [None, 3])
    assert size_of([[1, 2, 3]] * 20_000, rows) == 240_000
    assert size_of([], rows) == size_of([[], []], rows) == size_of(Raising(), rows) == 0
