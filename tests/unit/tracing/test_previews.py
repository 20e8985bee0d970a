"""What previews say of values of every kind."""

import collections

import numpy as np
import pytest
import tensorflow as tf

from tffsim.tracing.previews import preview_of


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.array([1.0, 2.0, 6.0], np.float32), "float32[3] [1, 2, 6]  min 1  mean 3  max 6"),
        (tf.zeros([3, 4]), "float32[3,4] [0, 0, 0, 0, 0, 0, …]  min 0  mean 0  max 0"),
        (tf.constant(1.5, tf.bfloat16), "bfloat16 1.5"),
        (tf.constant("abc"), "str b'abc'"),
        (np.array(["x", "y"]), "str[2] ['x', 'y']"),
        ([tf.ones([3, 2]), tf.constant(2), "x"], "<float32[3,2], 2, 'x'>"),
        ([1.0, [tf.constant(0.5, tf.bfloat16)]], "<1, <0.5>>"),
        (collections.OrderedDict(a=tf.ones([3, 2]), b=1), "<a=float32[3,2], b=1>"),
        ([0] * 9, "<0, 0, 0, 0, 0, 0, …>"),
        ([[[[[0]]]]], "<<<list>>>"),
        ([np.array(None), object()], "<object, object>"),
    ],
)
def test_values_are_described_in_the_notation_of_types(value, text):
    assert str(preview_of(value)) == text


def test_datasets_are_described_by_their_elements():
    dataset = tf.data.Dataset.range(3).map(lambda k: {"label": k, "pixels": tf.ones([3, 2])}).batch(2)
    assert str(preview_of(dataset)) == "dataset of <label=int64[?], pixels=float32[?,3,2]>"
    assert str(preview_of(tf.data.Dataset.range(3))) == "dataset of int64"
