"""What a trace says about a type: facts for those that count, and a text for people."""

import dataclasses
from typing import Annotated

import federated_language as fl

from tffsim.language.type_sizes import static_size
from tffsim.tracing.document.rows import Added, AtMost, Between, NotForViews, Text
from tffsim.tracing.document.schema import MAX_AMOUNT

MAX_MEMBERS = 64
"""How many members are known by name."""
_MAX_TEXT = 400
_MAX_DTYPE = 40


@dataclasses.dataclass(frozen=True, slots=True)
class TypeInfo:
    """A type.

    Attributes:
        text: Its compact notation, cut short where it is long. Nothing but people may read it.
        is_function: Whether its values are functions.
        members: The names of the first `MAX_MEMBERS` members of a struct, wherever it is placed; "" for
            those without a name.
        dtype: That of the numbers of a tensor, wherever it is placed; empty for other types.
        element_size: How many bytes each element of a sequence has; 0 for other types, and where elements differ.
    """

    text: Text
    is_function: bool = False
    members: Annotated[tuple[Text, ...], AtMost(MAX_MEMBERS)] = ()
    dtype: Annotated[str, AtMost(_MAX_DTYPE), Added()] = ""
    element_size: Annotated[int, Between(0, MAX_AMOUNT), Added(), NotForViews()] = 0


def describe_type(type_spec: fl.Type) -> TypeInfo:
    """Returns what a trace says about a type."""
    text = type_spec.compact_representation()
    return TypeInfo(
        text if len(text) <= _MAX_TEXT else f"{text[: _MAX_TEXT - 1]}…",
        isinstance(type_spec, fl.FunctionType),
        _members(_member_of(type_spec)),
        _dtype(_member_of(type_spec)),
        max(static_size(type_spec.element), 0) if isinstance(type_spec, fl.SequenceType) else 0,
    )


def _member_of(type_spec: fl.Type) -> fl.Type:
    return type_spec.member if isinstance(type_spec, fl.FederatedType) else type_spec


def _dtype(type_spec: fl.Type) -> str:
    if not isinstance(type_spec, fl.TensorType):
        return ""
    return "str" if type_spec.dtype.kind == "U" else type_spec.dtype.name[:_MAX_DTYPE]


def _members(type_spec: fl.Type) -> tuple[str, ...]:
    if not isinstance(type_spec, fl.StructType):
        return ()
    return tuple([name or "" for name, _ in type_spec.items()][:MAX_MEMBERS])
