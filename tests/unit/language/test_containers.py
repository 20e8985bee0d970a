"""Python containers as values of struct types: taken apart by name, put together again."""

import collections
import dataclasses
import typing

import attrs
import federated_language as fl
import numpy as np
import pytest
from federated_language.common_libs import structure

from tffsim.language.containers import is_container, pack, parts_of, struct_elements, to_container

PAIR = fl.StructType([("b", np.float32), ("a", np.int32)])
UNNAMED = fl.StructType([np.float32, np.int32])


class Named(typing.NamedTuple):
    a: object
    b: object


@dataclasses.dataclass(frozen=True)
class Point:
    a: object
    b: object
    made: object = dataclasses.field(init=False, default=None)


@attrs.define
class Private:
    _a: object
    b: object


@dataclasses.dataclass
class Halved:
    a: object
    b: object

    def __post_init__(self):
        self.a = self.a / 2


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Positive:
    a: object
    b: object

    def __post_init__(self):
        if not (self.a > 0 and self.b > 0):
            raise ValueError("Expected positive numbers.")


@dataclasses.dataclass
class Scaled:
    a: object
    b: object
    scale: dataclasses.InitVar[float]

    def __post_init__(self, scale):
        self.a = scale * self.a


@dataclasses.dataclass(init=False)
class Mean:
    a: object
    b: object

    def __init__(self, total):
        self.a, self.b = total / 2, 2


@attrs.define
class Converted:
    a: object = attrs.field(converter=float)
    b: object = attrs.field(validator=attrs.validators.instance_of(int))


@attrs.frozen(slots=False)
class Derived:
    a: object
    b: object = attrs.field(init=False)

    def __attrs_post_init__(self):
        object.__setattr__(self, "b", 2 * self.a)


class Halves(collections.namedtuple("Halves", "a b")):
    def __new__(cls, both):
        return super().__new__(cls, both / 2, both / 2)


@dataclasses.dataclass
class Output(dict):
    a: object
    b: object

    def __post_init__(self):
        self.update(a=self.a, b=self.b)


NAMED = [{"a": 1, "b": 2}, Named(1, 2), structure.Struct([("a", 1), ("b", 2)]), collections.OrderedDict(a=1, b=2)]


@pytest.mark.parametrize("value", NAMED)
def test_fields_with_names_are_paired_by_name_in_the_order_of_the_type(value):
    assert struct_elements(value, PAIR) == [2, 1]


@pytest.mark.parametrize("value", [[2, 1], (2, 1), structure.Struct.unnamed(2, 1)])
def test_elements_without_names_are_paired_by_position(value):
    assert struct_elements(value, PAIR) == struct_elements(value, UNNAMED) == [2, 1]


@pytest.mark.parametrize("value", NAMED)
def test_names_that_the_type_does_not_have_are_positions(value):
    assert struct_elements(value, UNNAMED) == [1, 2]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": 1}, r"missing the field `b`\. Expected the fields `b`, `a`\."),
        ({"a": 1, "b": 2, "c": 3}, "unexpected the field `c`"),
        ({"x": 1, "b": 2}, "missing the field `a` and unexpected the field `x`"),
        ([1], "Expected 2 elements for type <b=float32,a=int32>, found 1"),
        ((1, 2, 3), "found 3"),
        (structure.Struct([("a", 1), (None, 2)]), "Expected field 0 to be named 'b', found 'a'"),
        (3.5, "Expected a container .* Python type `float`. Pass a dict"),
        (Point, "Python type `type`"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_is_wrong(value, message):
    with pytest.raises(TypeError, match=message):
        struct_elements(value, PAIR)


@pytest.mark.parametrize("value", [[1, 2], (1, 2), *NAMED])
def test_parts_are_those_of_the_container_in_its_own_order(value):
    assert parts_of(value) == [1, 2] and is_container(value)


@pytest.mark.parametrize("value", [1.0, "ab", np.ones(2), Named, {1, 2}, range(2)])
def test_numbers_texts_arrays_and_classes_are_no_containers(value):
    assert parts_of(value) is None and not is_container(value)


@pytest.mark.parametrize(
    ("container", "expected"),
    [
        (None, collections.OrderedDict(b=2, a=1)),
        (dict, {"b": 2, "a": 1}),
        (list, collections.OrderedDict(b=2, a=1)),
        (Named, Named(a=1, b=2)),
        (Point, Point(a=1, b=2)),
        (collections.defaultdict, collections.defaultdict(None, b=2, a=1)),
    ],
)
def test_a_struct_becomes_the_container_that_its_type_remembers(container, expected):
    type_spec = PAIR if container is None else fl.StructWithPythonType(list(PAIR.items()), container)
    found = to_container([2, 1], type_spec)
    assert found == expected and type(found) is type(expected)


@pytest.mark.parametrize("container", [Halved, Positive, Scaled, Mean, Converted, Derived, Halves])
def test_fields_arrive_as_they_are_whatever_the_constructor_makes_of_its_arguments(container):
    first, second = object(), object()
    found = to_container([second, first], fl.StructWithPythonType(list(PAIR.items()), container))
    assert type(found) is container
    assert found.a is first and found.b is second


def test_a_dataclass_that_is_a_dict_is_filled_by_its_constructor():
    found = to_container([2, 1], fl.StructWithPythonType(list(PAIR.items()), Output))
    assert type(found) is Output and (found.a, found.b) == (1, 2) and dict(found) == {"a": 1, "b": 2}


def test_a_field_without_default_that_the_type_leaves_out_is_missed():
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'b'"):
        to_container([1], fl.StructWithPythonType([("a", np.int32)], Halved))


def test_fields_that_no_constructor_takes_are_set_also_where_the_class_is_frozen():
    type_spec = fl.StructWithPythonType([("a", np.int32), ("b", np.int32), ("made", np.int32)], Point)
    found = to_container([1, 2, 3], type_spec)
    assert (found.a, found.b, found.made) == (1, 2, 3)


def test_attrs_takes_private_fields_without_their_underscore():
    type_spec = fl.StructWithPythonType([("_a", np.int32), ("b", np.int32)], Private)
    assert to_container([1, 2], type_spec) == Private(1, 2)


def test_fields_without_names_make_a_tuple_or_the_list_that_they_were():
    assert to_container([1, 2], UNNAMED) == (1, 2)
    assert to_container([1, 2], fl.StructWithPythonType([np.int32, np.int32], list)) == [1, 2]
    assert to_container([], fl.StructType([])) == ()


def test_fields_of_which_some_have_names_stay_a_struct():
    found = to_container([1, 2], fl.StructType([("a", np.int32), np.int32]))
    assert isinstance(found, structure.Struct) and structure.to_elements(found) == [("a", 1), (None, 2)]


def test_structs_are_packed_wherever_they_are():
    inner = structure.Struct([("b", 2), ("a", 1)])
    assert pack(inner, PAIR) == {"b": 2, "a": 1}
    assert pack([inner], fl.SequenceType(PAIR)) == [{"b": 2, "a": 1}]
    assert pack([inner, inner], fl.FederatedType(PAIR, fl.CLIENTS)) == [{"b": 2, "a": 1}] * 2
    assert pack(inner, fl.FederatedType(PAIR, fl.SERVER)) == {"b": 2, "a": 1}
    assert pack(structure.Struct.unnamed(inner, 3), fl.StructType([PAIR, np.int32])) == ({"b": 2, "a": 1}, 3)


def test_members_of_clients_that_are_no_list_are_refused():
    with pytest.raises(TypeError, match="Expected a list with one float32 per client, found int"):
        pack(3, fl.FederatedType(np.float32, fl.CLIENTS))
