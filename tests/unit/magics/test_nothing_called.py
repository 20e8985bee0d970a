"""What is told of a cell that called no computation."""

import numpy as np
import pytest

import tffsim as tff
from tffsim.magics.nothing_called import why_nothing

SENTENCE = "No computation was called in this cell, so there is nothing to show."
VARIABLES = {
    "simple": tff.tf_computation(lambda x: x, np.float32),
    "untyped": tff.tf_computation(lambda x: x),
    "constant": tff.tf_computation(lambda: 1),
    "number": 3,
}


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("simple", " `simple` is a computation: call it, `simple(...)`."),
        ("@tff.tf_computation\ndef constant(): return 1", " `constant` is a computation: call it, `constant()`."),
        ("simple\nuntyped", " `untyped` is a computation: call it, `untyped(...)`."),
        ("number  # simple", ""),
        ("simples", ""),
        ("", ""),
    ],
)
def test_the_computation_that_the_cell_names_last_is_to_be_called(code, advice):
    assert why_nothing(code, VARIABLES) == SENTENCE + advice


def test_what_would_have_been_done_is_told():
    assert why_nothing("1", VARIABLES, "save") == "No computation was called in this cell, so there is nothing to save."
