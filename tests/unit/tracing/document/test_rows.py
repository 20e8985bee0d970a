"""Rows are saved, read and told to views by the types of their fields."""

import dataclasses
from typing import Annotated

import pytest

from tffsim.tracing.document.rows import (
    AtMost,
    Between,
    Count,
    NotForViews,
    OneOf,
    Reference,
    Text,
    read_row,
    rows_for_views,
    saved_row,
)
from tffsim.tracing.document.trace_file_error import TraceFileError


@dataclasses.dataclass(frozen=True)
class Part:
    size: Annotated[int, Between(2, 5)]


@dataclasses.dataclass(frozen=True)
class Example:
    name: Text
    colour: Annotated[str, OneOf(("red", "green"))] = "red"
    is_new: bool = False
    above: Reference = -1
    parts: Annotated[tuple[Part, ...], AtMost(2)] = ()
    counts: Annotated[dict[Text, Count], AtMost(2), NotForViews()] = dataclasses.field(default_factory=dict)


EXAMPLE = Example("a", "green", True, 7, (Part(2), Part(4)), {"x": 1})


def test_a_saved_row_is_read_again():
    assert read_row(Example, saved_row(EXAMPLE)) == EXAMPLE
    assert read_row(Example, saved_row(Example("b"))) == Example("b")


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", 7, "expected a text, found 7"),
        ("name", "x" * 2001, "expected a text"),
        ("colour", "blue", "expected one of 'red', 'green', found 'blue'"),
        ("is_new", 1, "expected true or false, found 1"),
        ("above", -2, "expected a number from -1"),
        ("above", True, "expected a number"),
        ("above", 1.0, "expected a number"),
        ("parts", {}, "expected a list of at most 2 entries"),
        ("parts", [{"size": 2}] * 3, "expected a list of at most 2"),
        ("parts", [{"size": 5}], "expected a number from 2 to 4"),
        ("parts", [{"length": 2}], "expected the fields size of Part, found length"),
        ("counts", [], "expected a dict of at most 2 entries"),
        ("counts", {"x": -1}, "expected a number from 0"),
        ("more", 1, "expected the fields name, colour"),
    ],
)
def test_what_a_field_may_not_hold_is_refused(field, value, message):
    with pytest.raises(TraceFileError, match=message):
        read_row(Example, {**saved_row(EXAMPLE), field: value})


@pytest.mark.parametrize("entry", [None, [], "text", {}])
def test_what_is_no_row_is_refused(entry):
    with pytest.raises(TraceFileError, match="expected the fields"):
        read_row(Example, entry)


def test_a_long_text_is_saved_cut_short_and_without_half_characters():
    saved = saved_row(Example("é" * 3000))
    assert len(saved["name"]) == 2000 and saved["name"].endswith("é…")
    assert saved_row(Example("\ud800"))["name"] == "\ufffd"


def test_views_do_not_get_what_is_not_for_them():
    assert rows_for_views([Example("a"), Example("b")])[1].keys() == {"name", "colour", "is_new", "above", "parts"}
    assert rows_for_views([]) == []
