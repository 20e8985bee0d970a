"""What a trace says about a type: facts for those that count, and a text for people."""

import dataclasses
from typing import Annotated

import federated_language as fl

from tffsim.tracing.document.rows import AtMost, Text

MAX_MEMBERS = 64
"""How many members are known by name."""
_MAX_TEXT = 400


@dataclasses.dataclass(frozen=True, slots=True)
class TypeInfo:
    """A type.

    Attributes:
        text: Its compact notation, cut short where it is long. Nothing but people may read it.
        is_function: Whether its values are functions.
        members: The names of the first `MAX_MEMBERS` members of a struct, wherever it is placed; "" for
            those without a name.
    """

    text: Text
    is_function: bool = False
    members: Annotated[tuple[Text, ...], AtMost(MAX_MEMBERS)] = ()


def describe_type(type_spec: fl.Type) -> TypeInfo:
    """Returns what a trace says about a type."""
    text = type_spec.compact_representation()
    return TypeInfo(
        text if len(text) <= _MAX_TEXT else f"{text[: _MAX_TEXT - 1]}…",
        isinstance(type_spec, fl.FunctionType),
        _members(type_spec),
    )


def _members(type_spec: fl.Type) -> tuple[str, ...]:
    if isinstance(type_spec, fl.FederatedType):
        type_spec = type_spec.member
    if not isinstance(type_spec, fl.StructType):
        return ()
    return tuple([name or "" for name, _ in type_spec.items()][:MAX_MEMBERS])
