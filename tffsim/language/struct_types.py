"""Struct types and structs, made from parallel names and elements.

Every call with more than one argument makes a struct, at every client. Struct types
are therefore remembered by the identity of their parts, and handles keep the elements
of a struct in a plain tuple, next to a type that knows the names.
"""

from collections.abc import Sequence
from typing import TypeGuard

import federated_language as fl
from federated_language.common_libs import structure

_MAX_REMEMBERED = 4096
_remembered: dict[tuple[tuple[str | None, int], ...], tuple[fl.StructType, tuple[fl.Type, ...]]] = {}


def struct_type(names: Sequence[str | None], types: Sequence[fl.Type]) -> fl.StructType:
    """Returns the struct type with these fields.

    Args:
        names: The names of the fields; None for a field without one.
        types: The types of the fields.
    """
    key = tuple(zip(names, map(id, types), strict=True))
    entry = _remembered.get(key)
    if entry is None:
        if len(_remembered) >= _MAX_REMEMBERED:
            _remembered.clear()
        fields = [(name, t) if name is not None else t for name, t in zip(names, types, strict=True)]
        # Keeping the parts alive keeps their identities theirs.
        entry = _remembered[key] = fl.StructType(fields), tuple(types)
    return entry[0]


def field_names(type_spec: fl.StructType) -> list[str | None]:
    """Returns the names of the fields of a struct type; None for a field without one."""
    return structure.name_list_with_nones(type_spec)


def field_types(type_spec: fl.StructType) -> list[fl.Type]:
    """Returns the types of the fields of a struct type."""
    return list(type_spec)


def container(names: Sequence[str | None], elements: Sequence[object]) -> list[object] | structure.Struct:
    """Returns a container for `Executor.create_struct`: a list if no field has a name."""
    return structure.Struct(zip(names, elements, strict=True)) if any(names) else list(elements)


def to_struct(type_spec: fl.StructType, elements: Sequence[object]) -> structure.Struct:
    """Returns a `Struct` with the names of `type_spec`."""
    return structure.Struct(zip(field_names(type_spec), elements, strict=True))


def is_struct_type(type_spec: fl.Type) -> TypeGuard[fl.StructType]:
    """Whether a type is a struct type; faster than `isinstance` where it is not."""
    return type(type_spec) in _STRUCT_CLASSES


_STRUCT_CLASSES = frozenset({fl.StructType, fl.StructWithPythonType})
