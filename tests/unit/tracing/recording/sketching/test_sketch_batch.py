"""Values that wait to be looked at together."""

import math

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

import tffsim as tff
from tests.unit.tracing.recording.sketching.small_arrays import small_arrays
from tffsim.tracing.recording.sketching.sketch_pad import SketchPad, sketch_of

_QUIET = settings(max_examples=150, deadline=None, derandomize=True, database=None)


@given(st.lists(st.lists(small_arrays().map(tf.constant), min_size=1, max_size=3), min_size=1, max_size=8))
@_QUIET
def test_values_that_wait_for_others_are_described_as_those_that_do_not(values):
    pad = SketchPad()
    types = [tff.to_type([(t.dtype.as_numpy_dtype, t.shape.as_list()) for t in value]) for value in values]
    for number, value in enumerate(values):
        pad.add(number, value, number, types[number], size=100)
    table = pad.table()
    for number, value in enumerate(values):
        told, alone = table[number], sketch_of(value, types[number])
        assert str(told) == str(alone) and told.form == alone.form
        np.testing.assert_array_equal(
            [told.norm, told.mean, told.least, told.greatest], [alone.norm, alone.mean, alone.least, alone.greatest]
        )
        np.testing.assert_array_equal(told.cells, alone.cells)
        assert repr(told.leaves) == repr(alone.leaves) and repr(told.first) == repr(alone.first)


def test_values_that_wait_are_forgotten_when_they_were_looked_at():
    pad = SketchPad()
    for number in range(2000):
        pad.add(number, tf.fill([1000], float(number)), 0, tff.TensorType(np.float32, [1000]), 4000)
    table = pad.table()
    assert [table[number].mean for number in (0, 1, 999, 1999)] == [0, 1, 999, 1999]


@pytest.mark.parametrize("place", [0, 1])
def test_tensors_without_numbers_are_left_out(place):
    pad, variant = SketchPad(), tf.data.Dataset.range(3)._variant_tensor
    members = [tf.constant([3.0, 4.0]), tf.ones([2])]
    members.insert(place, variant)
    for number, value in enumerate([members, [tf.constant(["a", "b"]), tf.ones([2])], [tf.ones([])] * 300]):
        pad.add(number, value, number, tff.StructType([np.float32] * len(value)), size=24)
    table = pad.table()
    assert (table[0].norm, table[0].size) == (pytest.approx(math.sqrt(27)), 4)
    assert str(table[1]).startswith("<str[2], float32[2]>")
    assert (table[2].num_nan, table[2].is_sampled, table[2].examined) == (0, True, 256)
