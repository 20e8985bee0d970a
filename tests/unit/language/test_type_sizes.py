"""How many bytes a value has, as far as its type tells."""

import federated_language as fl
import numpy as np
import pytest

from tffsim.language.type_sizes import FUNCTION, UNKNOWN, static_size

_FLOAT, _TEXT = fl.TensorType(np.float32), fl.TensorType(np.str_)
_MATRIX, _BATCH = fl.TensorType(np.int16, [3, 4]), fl.TensorType(np.float32, [None, 4])
_FUNCTION = fl.FunctionType(_FLOAT, _FLOAT)


def _at(placement, member, all_equal):
    return fl.FederatedType(member, placement, all_equal)


@pytest.mark.parametrize(
    ("type_spec", "size"),
    [
        (_FLOAT, 4),
        (_MATRIX, 24),
        (fl.TensorType(np.float64, [0]), 0),
        (_BATCH, UNKNOWN),
        (fl.TensorType(np.float32, None), UNKNOWN),
        (_TEXT, UNKNOWN),
        (fl.SequenceType(_FLOAT), UNKNOWN),
        (_FUNCTION, FUNCTION),
        (fl.StructType([]), 0),
        (fl.StructType([("a", _FLOAT), ("b", _MATRIX)]), 28),
        (fl.StructType([("a", _FLOAT), ("b", fl.StructType([_FLOAT, _MATRIX]))]), 32),
        (fl.StructType([_FLOAT, _TEXT]), UNKNOWN),
        (fl.StructType([_FLOAT, _FUNCTION]), FUNCTION),
        (fl.StructType([_FUNCTION, _TEXT]), FUNCTION),
        (_at(fl.SERVER, _MATRIX, True), 24),
        (_at(fl.SERVER, _MATRIX, False), 24),
        (_at(fl.CLIENTS, _MATRIX, True), 24),
        (_at(fl.CLIENTS, _MATRIX, False), UNKNOWN),
        (_at(fl.SERVER, _TEXT, True), UNKNOWN),
    ],
    ids=str,
)  # fmt: skip
def test_the_size_of_every_value_of_a_type(type_spec, size):
    assert static_size(type_spec) == size


def test_functions_and_unknown_sizes_are_told_apart_and_are_no_sizes():
    assert FUNCTION < UNKNOWN < 0
