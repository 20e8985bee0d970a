"""Python containers and struct types: taking apart by name, putting back together.

A struct type may remember the Python class it came from (a dict, a namedtuple, a
dataclass, an attrs class ...). A value for it may be any container with the right
names, or a plain list or tuple with the right length.
"""

import collections
import dataclasses
import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs
import federated_language as fl
from federated_language.common_libs import py_typecheck, structure

from tffsim.language.type_differences import listed, short


def struct_elements(value: object, type_spec: fl.StructType) -> list[object]:
    """Returns the elements of a container in the order of `type_spec`.

    Named containers (dict, namedtuple, dataclass, attrs class, named `Struct`) are
    paired by name, whatever their own order. Lists, tuples and unnamed `Struct`s are
    paired by position.

    Args:
        value: The container.
        type_spec: The struct type which the container should have.

    Returns:
        One element per field of `type_spec`, in its order.

    Raises:
        TypeError: If `value` is no container, or a name or an element is missing or
            unexpected.
    """
    names = [name for name, _ in type_spec.items()]
    if isinstance(value, structure.Struct):
        return _elements_of_struct(value, names, type_spec)
    fields = _named_fields(value)
    if fields is not None:
        return _pair_by_name(fields, names, type_spec)
    if isinstance(value, (list, tuple)):
        return _pair_by_position(value, names, type_spec)
    raise TypeError(
        f"Expected a container with {_field_list(names)} for type {short(type_spec)}, "
        f"found a value of Python type `{type(value).__name__}`. Pass a dict, a tuple, a list or a dataclass."
    )


def parts_of(value: object) -> list[object] | None:
    """Returns the parts of a container; None if it is none."""
    if isinstance(value, structure.Struct):
        return list(value)
    fields = _named_fields(value)
    if fields is not None:
        return list(fields.values())
    return list(value) if isinstance(value, (list, tuple)) else None


def is_container(value: object) -> bool:
    """Whether it may be given for a struct."""
    return parts_of(value) is not None


def to_container(elements: Sequence[object], type_spec: fl.StructType) -> object:
    """Puts elements into the Python container that `type_spec` remembers.

    Args:
        elements: One element per field, in the order of `type_spec`.
        type_spec: The struct type. Without a container of its own, named fields make
            an `OrderedDict` and unnamed fields a tuple.

    Returns:
        The container. Fields that are partly named stay a `Struct`, the only
        container which can hold them.
    """
    names = [name for name, _ in type_spec.items()]
    if any(names) and not all(names):
        return structure.Struct(zip(names, elements, strict=True))
    container: type[Any] | None = type_spec.python_container
    if not all(names):
        return _unnamed_container(container)(elements)
    if container is None or container in (list, tuple):
        container = collections.OrderedDict if names else container or tuple
    named = {str(name): element for name, element in zip(names, elements, strict=True)}
    if issubclass(container, collections.defaultdict):
        return container(None, named)
    return _made_of_fields(container, named) if _takes_keywords(container) else container(named)


def pack(value: object, type_spec: fl.Type) -> object:
    """Turns every `Struct` inside a materialised value into a Python container.

    Args:
        value: What `ExecutorValue.compute` returned.
        type_spec: Its type, with the containers to restore.

    Returns:
        The value with containers; leaves (tensors, datasets) are untouched.

    Raises:
        TypeError: If a federated value is not a list although its members may differ.
    """
    if isinstance(type_spec, fl.FederatedType):
        if type_spec.all_equal:
            return pack(value, type_spec.member)
        if not isinstance(value, list):
            raise TypeError(f"Expected a list with one {type_spec.member} per client, found {type(value).__name__}.")
        if isinstance(type_spec.member, fl.TensorType):
            return value
        return [pack(member, type_spec.member) for member in value]
    if isinstance(type_spec, fl.SequenceType) and isinstance(value, list):
        return [pack(element, type_spec.element) for element in value]
    if isinstance(type_spec, fl.StructType) and isinstance(value, structure.Struct):
        types = [field_type for _, field_type in type_spec.items()]
        return to_container([pack(v, t) for v, t in zip(value, types, strict=True)], type_spec)
    return value


def _elements_of_struct(value: structure.Struct, names: list[str | None], type_spec: fl.StructType) -> list[object]:
    found = structure.to_elements(value)
    if found and all(name is not None for name, _ in found):
        return _pair_by_name({str(name): element for name, element in found}, names, type_spec)
    elements = _pair_by_position([element for _, element in found], names, type_spec)
    for position, ((name, _), expected) in enumerate(zip(found, names, strict=True)):
        if name is not None and name != expected:
            raise TypeError(f"Expected field {position} to be named {expected!r}, found {name!r}.")
    return elements


def _named_fields(value: object) -> Mapping[Any, object] | None:
    if isinstance(value, Mapping):
        return value
    if isinstance(value, type):
        return None
    if dataclasses.is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if attrs.has(type(value)):
        return attrs.asdict(value, recurse=False)  # type: ignore[arg-type]
    if isinstance(value, py_typecheck.SupportsNamedTuple):
        return value._asdict()
    return None


def _pair_by_name(fields: Mapping[object, object], names: list[str | None], type_spec: fl.StructType) -> list[object]:
    if not any(names):
        return _pair_by_position(list(fields.values()), names, type_spec)
    if None in names:
        return _pair_by_position(_in_type_order(fields, names), names, type_spec)
    missing = [name for name in names if name not in fields]
    unexpected = [name for name in fields if name not in names]
    if missing or unexpected:
        problems = [f"missing {_field_list(missing)}"] if missing else []
        problems += [f"unexpected {_field_list(unexpected)}"] if unexpected else []
        # What is wrong comes before what is expected, which may be long.
        raise TypeError(f"Its fields differ: {' and '.join(problems)}. Expected {_field_list(names)}.")
    return [fields[name] for name in names]


def _in_type_order(fields: Mapping[object, object], names: list[str | None]) -> list[object]:
    unnamed = iter([element for name, element in fields.items() if name not in names])
    return [fields[name] if name in fields else next(unnamed, None) for name in names]


def _pair_by_position(elements: Sequence[object], names: list[str | None], type_spec: fl.StructType) -> list[object]:
    if len(elements) != len(names):
        raise TypeError(
            f"Expected {len(names)} element{'s' * (len(names) != 1)} for type {short(type_spec)}, "
            f"found {len(elements)}."
        )
    return list(elements)


def _unnamed_container(container: type | None) -> type:
    return container if container is not None and issubclass(container, (list, tuple)) else tuple


def _takes_keywords(container: type) -> bool:
    return (
        dataclasses.is_dataclass(container)
        or attrs.has(container)
        or isinstance(container, py_typecheck.SupportsNamedTuple)
    )


def _made_of_fields(container: type, named: dict[str, object]) -> object:
    """Makes an object of a class with fields, whose values arrive as they are.

    The constructor does not run. It may convert, check or derive values, and it did so
    when the user made the object. So an attribute that is no field does not arrive.

    The constructor runs for a type that leaves out fields, which get their defaults.
    """
    fields = _class_fields(container)
    if named.keys() != set(fields):
        return container(**named)
    if issubclass(container, tuple):
        return tuple.__new__(container, [named[name] for name in fields])
    try:
        made = object.__new__(container)
    except TypeError:  # A dataclass that is a dict, too: its constructor fills the dict.
        return container(**named)
    for name, element in named.items():
        object.__setattr__(made, name, element)  # The class may be frozen.
    return made


@functools.lru_cache(maxsize=1024)
def _class_fields(container: type) -> tuple[str, ...]:
    if dataclasses.is_dataclass(container):
        return tuple(field.name for field in dataclasses.fields(container))
    if attrs.has(container):
        return tuple(field.name for field in attrs.fields(container))
    return container._fields if issubclass(container, tuple) else ()  # type: ignore[attr-defined]  # A named tuple.


def _field_list(names: Iterable[object]) -> str:
    names = list(names)
    return f"the field{'s' * (len(names) != 1)} {listed(names)}" if names else "no fields"
