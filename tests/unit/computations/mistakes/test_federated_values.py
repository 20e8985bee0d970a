"""Values of federated computations, in words."""

import federated_language as fl
import numpy as np
import pytest

from tffsim.computations.mistakes.federated_values import (
    described,
    is_function,
    is_python_function,
    is_struct,
    name_of_function,
    not_a_number,
    placements,
    type_of_value,
)

AT_CLIENTS, AT_SERVER = (fl.FederatedType(np.float32, place) for place in (fl.CLIENTS, fl.SERVER))
COMPUTATION = fl.federated_computation(lambda x: x, np.float32)


def value_of(type_spec):
    """Returns a value as a federated computation has it in its hands."""
    found = []
    fl.federated_computation(lambda x: found.append(x) or x, type_spec)
    return found[0]


@pytest.mark.parametrize(
    ("type_spec", "expected"),
    [
        (AT_CLIENTS, {fl.CLIENTS}),
        (fl.to_type(np.float32), {None}),
        (fl.StructType([AT_CLIENTS, fl.StructType([AT_SERVER, np.int32])]), {fl.CLIENTS, fl.SERVER, None}),
        (fl.StructType([]), {None}),
    ],
)
def test_places_are_found_inside_of_structs(type_spec, expected):
    assert placements(type_spec) == expected


def test_a_value_is_described_with_its_place_and_its_type():
    assert described(AT_CLIENTS) == "a value at CLIENTS ({float32}@CLIENTS)"
    assert described(COMPUTATION.type_signature) == "a computation ((float32 -> float32))"
    assert described(fl.to_type(np.int32)) == "a value of type int32"


def test_only_values_and_computations_have_a_type():
    assert type_of_value(value_of(AT_SERVER)) == AT_SERVER
    assert type_of_value(COMPUTATION) == COMPUTATION.type_signature
    assert type_of_value(3) is type_of_value(len) is None


def test_a_struct_is_one_at_any_place():
    pair = fl.StructType([np.int32, np.int32])
    assert is_struct(pair) and is_struct(fl.FederatedType(pair, fl.CLIENTS))
    assert not is_struct(AT_CLIENTS)


def test_functions_are_computations_and_what_may_become_one():
    polymorphic = fl.federated_computation(lambda x: x)
    assert all(map(is_function, (COMPUTATION, polymorphic, len, lambda x: x, value_of(COMPUTATION.type_signature))))
    assert not any(map(is_function, (3, int, value_of(AT_CLIENTS))))
    assert is_python_function(len) and not is_python_function(COMPUTATION)


def test_a_function_without_a_name_that_can_be_written_is_called_f():
    assert [name_of_function(function) for function in (len, lambda x: x, object())] == ["len", "f", "f"]


@pytest.mark.parametrize(
    ("types", "advice"),
    [
        ({"x": AT_CLIENTS}, "tff.federated_map(f, x)`."),
        ({"x": AT_CLIENTS, "y": AT_CLIENTS}, "tff.federated_map(f, (x, y))`."),
        ({"x": AT_CLIENTS, "y": AT_SERVER}, "tff.federated_map(f, (x, y))`. Send the value at SERVER to the clients"),
        ({"x": fl.to_type(np.float32)}, "and call it: `f(x)`."),
        ({"": AT_CLIENTS}, "this stands for a value at"),
    ],
)
def test_the_advice_can_be_copied(types, advice):
    values = {name: value_of(type_spec) for name, type_spec in types.items()}
    assert advice in not_a_number("`x + 1`", values)
