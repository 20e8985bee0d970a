"""What the type of a value says of all values of that type."""

import concurrent.futures
import threading

import federated_language as fl
import ml_dtypes
import numpy as np
import pytest

from tffsim.tracing.recording.type_numbers import FUNCTION, UNKNOWN, TypeNumbers, static_size

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
    numbers = TypeNumbers()
    assert numbers.sizes[numbers.number(type_spec)] == size


def test_functions_and_unknown_sizes_are_told_apart_and_are_no_sizes():
    assert FUNCTION < UNKNOWN < 0


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
