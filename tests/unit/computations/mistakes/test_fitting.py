"""Which values could be given for which types, and which two arguments changed places."""

import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tffsim.computations.mistakes.fitting import fits, swapped

NUMBER, VECTOR, TEXT = tff.TensorType(np.float32), tff.TensorType(np.float32, [2]), tff.TensorType(np.str_)
SEQUENCE, STRUCT = tff.SequenceType(np.float32), tff.StructType([("a", np.int32), ("b", np.str_)])

PAIRS = [
    (1.0, NUMBER, True),
    (1, NUMBER, True),
    ("one", NUMBER, False),
    ([1.0, 2.0], NUMBER, False),
    ([1.0, 2.0], VECTOR, True),
    ([[1.0], [2.0, 3.0]], VECTOR, False),
    ([1.0, 2.0, 3.0], SEQUENCE, True),
    (tf.data.Dataset.range(3), SEQUENCE, True),
    ("text", SEQUENCE, False),
    (1.0, SEQUENCE, False),
    ({"b": "x", "a": 1}, STRUCT, True),
    ({"a": 1}, STRUCT, False),
    ("x", TEXT, True),
    ([1.0, 2.0], tff.FederatedType(NUMBER, tff.CLIENTS), True),
    ({"a": 1.0}, tff.FederatedType(NUMBER, tff.CLIENTS), False),
    (np.ones((3, 2), np.float32), tff.FederatedType(VECTOR, tff.CLIENTS), True),
    (1.0, tff.FederatedType(NUMBER, tff.CLIENTS), False),
    (1.0, tff.FederatedType(NUMBER, tff.SERVER), True),
]


@pytest.mark.parametrize(("value", "type_spec", "is_fit"), PAIRS)
def test_a_value_fits_a_type_by_its_form_and_its_numbers(value, type_spec, is_fit):
    assert fits(value, tff.to_type(type_spec)) is is_fit


def test_two_changed_places_only_if_both_fit_then_and_did_not_before():
    types = [NUMBER, VECTOR, TEXT]

    def found(values, wrong=None):
        return swapped(types, lambda number, type_spec: fits(values[number], type_spec), wrong)

    assert found([[1.0, 2.0], 1.0, "x"]) == (0, 1)
    assert found(["x", [1.0, 2.0], 1.0]) == found(["x", [1.0, 2.0], 1.0], wrong=0) == (0, 2)
    assert found(["x", [1.0, 2.0], 1.0], wrong=1) == (-1, -1)
    assert found([1.0, [1.0, 2.0], "x"]) == found([None, [1.0, 2.0], "x"]) == (-1, -1)
