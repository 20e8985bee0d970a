"""Where two types differ is said first, and in few words."""

import numpy as np
import pytest

import tffsim as tff
from tffsim.language.type_differences import difference, listed, short

INT, FLOAT = tff.TensorType(np.int32), tff.TensorType(np.float32)


def struct(**fields):
    return tff.to_type(list(fields.items()))


def many(number=150, **others):
    return struct(**{f"layer_{i}": FLOAT for i in range(number)} | others)


DIFFERENCES = [
    (INT, FLOAT, "expected int32, found float32"),
    (tff.TensorType(np.int32, [2]), tff.TensorType(np.int32, [3]), "expected int32[2], found int32[3]"),
    (struct(a=INT), INT, "expected <a=int32>, found int32"),
    (struct(a=INT), struct(a=FLOAT), "field `a`: expected int32, found float32"),
    (struct(a=struct(b=INT)), struct(a=struct(b=FLOAT)), "field `a.b`: expected int32, found float32"),
    (struct(a=INT, b=INT), struct(a=INT), "field `b`: it is missing"),
    (struct(a=INT), struct(a=INT, b=INT), "field `b`: it was not expected"),
    (
        struct(c=INT, a=INT, b=INT),
        struct(c=INT, b=INT, a=INT),
        "field `a`: the fields come in another order from here on: expected `a`, `b`, found `b`, `a`",
    ),
    (struct(a=INT, b=INT), struct(a=FLOAT, b=FLOAT), "field `a`: expected int32, found float32 (1 more differs)"),
    (tff.to_type((INT, INT)), tff.to_type((INT, FLOAT)), "field `[1]`: expected int32, found float32"),
    (tff.to_type((INT, INT)), tff.to_type((INT,)), "expected 2 fields, found 1"),
    (tff.SequenceType(struct(x=INT)), tff.SequenceType(struct(x=FLOAT)), "field `x`: expected int32, found float32"),
    (
        tff.FederatedType(struct(a=INT), tff.CLIENTS),
        tff.FederatedType(struct(a=FLOAT), tff.CLIENTS),
        "field `a`: expected int32, found float32",
    ),
    (
        tff.FederatedType(INT, tff.CLIENTS),
        tff.FederatedType(INT, tff.SERVER),
        "expected a value at CLIENTS, found one at SERVER",
    ),
    (many(), many(layer_77=INT), "field `layer_77`: expected float32, found int32"),
    (many(), many(149), "field `layer_149`: it is missing"),
    (many(), many(147, bias=INT), "field `layer_147`: it is missing (3 more differ)"),
]  # fmt: skip


@pytest.mark.parametrize(("expected", "found", "words"), DIFFERENCES)
def test_the_first_difference_is_named_with_its_field(expected, found, words):
    assert difference(expected, found) == words


def test_a_long_type_is_cut():
    assert short(many()).endswith(" ...") and len(short(many())) < 70
    assert short(INT) == "int32" and short(None) == "nothing"


def test_a_long_list_says_how_many_there_are_besides():
    assert listed(["a", "b"]) == "`a`, `b`"
    assert listed([f"w{i}" for i in range(150)], 2) == "`w0`, `w1` and 148 more"
    assert listed([None]) == "one without a name"
