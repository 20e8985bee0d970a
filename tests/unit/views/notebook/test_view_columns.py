"""Columns for views: as numbers in buffers, and packed for a page."""

import base64
import zlib

import numpy as np
import pytest

from tests.unit.views.notebook.unpacking import unpacked
from tffsim.tracing.document.schema import COLUMNS, NUMBERS_FOR_VIEWS, TICK, TIMES_FOR_VIEWS
from tffsim.views.notebook.view_columns import ViewColumns


def columns_with(count, **columns):
    zeros = {name: np.zeros(count, column.dtype) for name, column in COLUMNS.items()}
    return {**zeros, "id": np.arange(count), **{name: np.array(column) for name, column in columns.items()}}


def test_a_buffer_holds_numbers_one_times_in_milliseconds_and_one_what_some_spans_have():
    scalars = [1.5, np.nan, np.nan, -np.inf]
    has_scalar = [True, True, False, True]
    told = columns_with(4, client=[-1, 0, 7, 2], start=[0, 1, 2_000_000, 3], scalar=scalars, has_scalar=has_scalar)
    ints, times, numbers = ViewColumns.of(told).buffers()
    rows = np.frombuffer(ints, "<i4").reshape(-1, 4)
    assert rows[1 + NUMBERS_FOR_VIEWS.index("client")].tolist() == [-1, 0, 7, 2]
    assert rows[1 + NUMBERS_FOR_VIEWS.index("has_scalar")].tolist() == [1, 1, 0, 1]
    assert np.frombuffer(times, "<f8").reshape(-1, 4)[0].tolist() == [0, 1e-6, 2, 3e-6]
    np.testing.assert_array_equal(np.frombuffer(numbers, "<f8"), [1.5, np.nan, -np.inf])


@pytest.mark.parametrize(
    "clients", [[0], [-1, -1], [5, -1, 2**30 - 1, 0], list(range(300, 0, -1)), [0] * 255 + [65_535, -1, 65_536]]
)
def test_packed_numbers_are_those_that_were_packed(clients):
    packed = ViewColumns.of(columns_with(len(clients), client=clients)).packed()
    assert unpacked(packed, len(clients))["client"] == clients


def test_packed_times_are_rounded_to_ticks_however_long_a_trace_is():
    moments = [0, 62, 63, 125, 10**15, 3, 2**59]
    kept = unpacked(ViewColumns.of(columns_with(len(moments), start=moments)).packed(), len(moments))["start"]
    assert kept == [(moment + TICK // 2) // TICK for moment in moments]


def test_packed_columns_take_no_more_bytes_than_their_numbers_need():
    packed = ViewColumns.of(columns_with(1000, client=np.arange(1000) % 2)).packed()
    assert packed["widths"] == [1] * (1 + len(NUMBERS_FOR_VIEWS) + len(TIMES_FOR_VIEWS))
    assert len(packed["whole"]) < 1000


def test_numbers_that_some_spans_have_are_packed_bit_for_bit():
    scalars = np.array([np.nan, -0.0, 1 / 3, np.inf])
    packed = ViewColumns.of(columns_with(4, scalar=scalars, has_scalar=[True, True, False, True])).packed()
    content = np.frombuffer(zlib.decompress(base64.b64decode(packed["optional"])), np.uint8)
    assert packed["counts"] == [3]
    assert np.ascontiguousarray(content.reshape(8, 3).T).tobytes() == scalars[[0, 1, 3]].tobytes()


def test_a_trace_without_spans_is_packed_too():
    packed = ViewColumns.of(columns_with(0)).packed()
    assert packed["counts"] == [0] and unpacked(packed, 0)["start"] == []
