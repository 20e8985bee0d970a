"""What previews say of values of every kind."""

import collections
import math

import federated_language as fl
import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tests.unit.tracing.traced_runs import traced
from tffsim.tracing.recording.sketching.sketch_pad import sketch_of


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.array([1.0, 2.0, 6.0], np.float32), "float32[3] [1, 2, 6]  min 1  mean 3  max 6"),
        (tf.zeros([3, 4]), "float32[3,4] [0, 0, 0, 0, 0, 0, …]  min 0  mean 0  max 0"),
        (tf.constant(1.5, tf.bfloat16), "bfloat16 1.5"),
        (tf.constant("abc"), "str b'abc'"),
        (np.array(["x", "y"]), "str[2] ['x', 'y']"),
        ([tf.ones([3, 2]), tf.constant(2), "x"], "<float32[3,2], 2, 'x'>  norm 3.162"),
        ([1.0, [tf.constant(0.5, tf.bfloat16)]], "<1, <0.5>>"),
        (collections.OrderedDict(a=tf.ones([3, 2]), b=1), "<a=float32[3,2], b=1>  norm 2.646"),
        ([0] * 9, "<0, 0, 0, 0, 0, 0, …>"),
        ([[[[[0]]]]], "<<<<…>>>>"),
        (["x" * 14, "x" * 15], f"<'{'x' * 14}', '{'x' * 14}…>"),
        ([np.array(None), object()], "<object, object>"),
    ],
)
def test_values_are_described_in_the_notation_of_types(value, text):
    assert str(sketch_of(value)) == text


def test_types_name_the_members_of_structs():
    inner = fl.StructType([("b", np.float32), (None, np.int32)])
    outer = fl.StructType([("a", inner), ("f", fl.FunctionType(None, np.int32))])
    value = [[1.5, 2], TracedValueLike(fl.FunctionType(None, np.int32))]
    assert str(sketch_of(value, outer)) == "<a=<b=1.5, 2>, f=( -> int32)>"
    assert str(sketch_of([[1.5, 2]], fl.FederatedType(inner, fl.CLIENTS))) == "<<b=1.5, 2>>"
    assert str(sketch_of([1.5, 2], fl.FederatedType(inner, fl.SERVER))) == "<b=1.5, 2>"
    assert str(sketch_of([1.5], inner)) == "<1.5>"


class TracedValueLike(fl.TypedObject):
    def __init__(self, type_signature):
        self._type_signature = type_signature

    @property
    def type_signature(self):
        return self._type_signature


def test_datasets_are_described_by_their_elements():
    dataset = tf.data.Dataset.range(3).map(lambda k: {"label": k, "pixels": tf.ones([3, 2])}).batch(2)
    assert str(sketch_of(dataset)) == "dataset of <label=int64[?], pixels=float32[?,3,2]>"
    assert str(sketch_of(tf.data.Dataset.range(3))) == "dataset of int64"


def test_scalars_of_every_kind_are_previewed():
    cases = [(np.int32, 5, "5"), (np.bool_, True, "1"), (np.float64, math.nan, ""), (np.str_, "ab", "str b'ab'")]
    for dtype, value, expected in cases:
        identity = tff.tf_computation(lambda x: tf.identity(x), dtype)
        _, trace = traced(identity, value)
        call = int(np.flatnonzero(trace.spans.shown("operation") == "create_call")[-1])
        assert expected in trace.preview(call)
