"""Of which arrays a value consists, and the numbers and bytes with which these begin."""

import ml_dtypes
import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tests.unit.tracing.traced_runs import FLOATS, rows, traced
from tffsim.tracing.analysis.value_parts import (
    MAX_PARTS,
    bytes_of,
    description,
    first_numbers,
    numbers_text,
    value_parts,
)
from tffsim.tracing.document.span_reader import SpanReader


@tff.tf_computation(np.float32)
def model_of(x):
    return {"weights": {"hidden": tf.fill([3, 4], x), "bias": x}, "count": tf.cast(x, tf.int32)}


@tff.federated_computation(FLOATS)
def mean_of_models(values):
    models = tff.federated_map(model_of, values)
    return tff.federated_mean(models["weights"], models["count"])


def letter(values):
    trace = traced(mean_of_models, [2.0], values=values)[1]
    (span,) = rows(trace.traffic(), direction="clients to server")["span"].tolist()
    return SpanReader(trace.snapshot), span


@pytest.mark.parametrize("values", ["preview", "all"])
def test_a_letter_has_its_parts_with_their_types(values):
    reader, span = letter(values)
    parts = value_parts(reader, span)
    assert [(part.path, part.type) for part in parts] == [
        ("[0].hidden", "float32[3,4]"), ("[0].bias", "float32"), ("[1]", "int64"),
    ]  # fmt: skip
    numbers, is_whole = first_numbers(reader, parts[-1])
    assert numbers.tolist() == [2] and is_whole
    numbers, is_whole = first_numbers(reader, parts[1])
    assert numbers.tolist() == [4] and is_whole
    assert description(reader, parts[0]).endswith("min 4  mean 4  max 4")


@pytest.mark.parametrize(("dtype", "value"), [(np.str_, "12"), (np.complex64, 1j)])
def test_texts_and_complex_numbers_are_no_numbers(dtype, value):
    trace = traced(tff.tf_computation(lambda x: x, dtype), value, values="all")[1]
    reader = SpanReader(trace.snapshot)
    span = int(np.flatnonzero(trace.snapshot.columns["type"] >= 0)[-1])
    numbers, is_whole = first_numbers(reader, *value_parts(reader, span))
    assert not len(numbers) and not is_whole


def test_a_large_array_begins_with_its_first_numbers():
    trace = traced(tff.tf_computation(lambda: tf.range(100)))[1]
    reader = SpanReader(trace.snapshot)
    span = int(np.flatnonzero(trace.snapshot.columns["type"] >= 0)[-1])
    (part,) = value_parts(reader, span)
    assert (part.path, part.type, part.dtype) == ("", "int32[100]", "int32")
    numbers, is_whole = first_numbers(reader, part)
    assert numbers.tolist() == [0, 1, 2, 3, 4, 5] and not is_whole


def test_a_struct_of_many_members_is_cut():
    many = tff.tf_computation(lambda x: [x] * (MAX_PARTS + 3), np.float32)
    add_up = tff.federated_computation(lambda v: tff.federated_sum(tff.federated_map(many, v)), FLOATS)
    trace = traced(add_up, [1.0])[1]
    (span,) = rows(trace.traffic(), direction="clients to server")["span"].tolist()
    assert len(value_parts(SpanReader(trace.snapshot), span)) == MAX_PARTS


@pytest.mark.parametrize(
    ("numbers", "dtype", "expected"),
    [
        ([19.0, 1.0], "float32", "00 00 98 41 00 00 80 3f"),
        ([129.0], "int32", "81 00 00 00"),
        ([True, False], "bool", "01 00"),
        ([1.0], "bfloat16", "80 3f"),
        ([float("nan")], "float32", "00 00 c0 7f"),
        ([2.0**60], "int64", ""),
        ([1.0], "", ""),
        ([1.0], "str", ""),
        ([1.0], "no dtype", ""),
    ],
)
def test_bytes_are_those_of_the_declared_type(numbers, dtype, expected):
    assert ml_dtypes.bfloat16  # It is known by name once its package is loaded.
    assert bytes_of(np.array(numbers), dtype) == expected


def test_a_number_beyond_its_type_has_no_bytes():
    assert bytes_of(np.array([np.nan]), "int32") == ""


@pytest.mark.parametrize(
    ("numbers", "dtype", "expected"),
    [
        ([19.0, 0.5], "float32", "19, 0.5"),
        ([1234567.0], "int32", "1234567"),
        ([1.0, 0.0], "bool", "True, False"),
        ([float("nan"), float("-inf")], "float32", "nan, -inf"),
    ],
)
def test_numbers_are_written_as_their_type_has_them(numbers, dtype, expected):
    assert numbers_text(np.array(numbers), dtype) == expected
