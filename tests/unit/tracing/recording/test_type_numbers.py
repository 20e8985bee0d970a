"""What the type of a value says of all values of that type."""

import concurrent.futures
import threading

import federated_language as fl
import ml_dtypes
import numpy as np
import pytest

from tffsim.language.type_sizes import FUNCTION, UNKNOWN
from tffsim.tracing.recording.type_numbers import TypeNumbers

_FLOAT, _TEXT = fl.TensorType(np.float32), fl.TensorType(np.str_)
_MATRIX, _BATCH = fl.TensorType(np.int16, [3, 4]), fl.TensorType(np.float32, [None, 4])
_FUNCTION = fl.FunctionType(_FLOAT, _FLOAT)


def _at(placement, member, all_equal):
    return fl.FederatedType(member, placement, all_equal)


def test_a_numbered_type_has_the_size_of_its_values():
    numbers = TypeNumbers()
    sizes = [numbers.sizes[numbers.number(type_spec)] for type_spec in (_MATRIX, _TEXT, _FUNCTION)]
    assert sizes == [24, UNKNOWN, FUNCTION]


@pytest.mark.parametrize(
    ("type_spec", "is_scalar"),
    [
        *((fl.TensorType(dtype), True) for dtype in (np.bool_, np.int8, np.uint64, np.float16, ml_dtypes.bfloat16)),
        (fl.TensorType(np.complex64), False),
        (_TEXT, False),
        (fl.TensorType(np.float32, [1]), False),
        (fl.TensorType(np.float32, None), False),
        (_MATRIX, False),
        (fl.StructType([_FLOAT]), False),
        (fl.SequenceType(_FLOAT), False),
        (_FUNCTION, False),
        (_at(fl.SERVER, _FLOAT, True), True),
        (_at(fl.SERVER, _FLOAT, False), True),
        (_at(fl.CLIENTS, _FLOAT, True), True),
        (_at(fl.CLIENTS, _FLOAT, False), False),
        (_at(fl.SERVER, _MATRIX, True), False),
    ],
    ids=str,
)
def test_which_types_are_those_of_single_real_numbers(type_spec, is_scalar):
    numbers = TypeNumbers()
    assert numbers.is_scalar[numbers.number(type_spec)] is is_scalar


def test_types_are_numbered_in_the_order_of_their_appearance():
    numbers = TypeNumbers()
    types = [_FLOAT, _MATRIX, _TEXT]
    assert [numbers.number(type_spec) for type_spec in (*types, _MATRIX, _FLOAT, _TEXT)] == [0, 1, 2, 1, 0, 2]
    assert numbers.types == types and numbers.sizes == [4, 24, UNKNOWN] and numbers.is_scalar == [True, False, False]


def test_threads_that_number_a_type_at_the_same_time_agree():
    numbers, together = TypeNumbers(), threading.Barrier(4)
    types = [fl.TensorType(np.int32, [size]) for size in range(200)]

    def number_all(_):
        together.wait(30)
        return [numbers.number(type_spec) for type_spec in types]

    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        found = list(threads.map(number_all, range(4)))
    assert all(given == found[0] for given in found)
    assert [numbers.types[number] for number in found[0]] == types
