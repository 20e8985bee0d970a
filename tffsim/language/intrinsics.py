"""What executors, traces and the docs must know of a federated intrinsic, read off its definition.

`federated_language` defines each intrinsic once: its type, and whether it aggregates or
broadcasts, in the open or securely. Nothing of that is written down a second time. Only the
operators that fold what clients send are said here, because the definitions do not say them.
"""

import functools

import federated_language as fl
from federated_language.compiler.intrinsic_defs import BroadcastKind, uri_to_intrinsic_def
from federated_language.framework import AggregationKind, IntrinsicDef

from tffsim.language.generic_intrinsics import GENERIC_MAXIMUM, GENERIC_MINIMUM
from tffsim.language.type_kinds import federated_type_of, is_at_clients

_V, _M = fl.AbstractType("V"), fl.AbstractType("M")

FEDERATED_SECURE_MODULAR_SUM = IntrinsicDef(
    "FEDERATED_SECURE_MODULAR_SUM",
    "federated_secure_modular_sum",
    fl.FunctionType([fl.FederatedType(_V, fl.CLIENTS), _M], fl.FederatedType(_V, fl.SERVER)),
    aggregation_kind=AggregationKind.SECURE,
)
"""The one that the language lacks; see `secure_modular_sum`."""

SEQUENCE_INTRINSIC_URIS = frozenset({"sequence_map", "sequence_reduce", "sequence_sum"})

_WRITTEN_AS = {
    "federated_apply": "federated_map",
    "federated_map_all_equal": "federated_map",
    "federated_weighted_mean": "federated_mean",
}


REDUCTIONS = {
    "federated_sum": "generic_plus",
    "federated_min": GENERIC_MINIMUM.uri,
    "federated_max": GENERIC_MAXIMUM.uri,
}
"""The operators with which intrinsics fold the values of clients, two at a time."""


def definition_of(uri: str) -> IntrinsicDef | None:
    """Returns the definition of an intrinsic; None for one that nobody defines."""
    return uri_to_intrinsic_def(uri)


@functools.cache
def takes_several_operands(uri: str) -> bool:
    """Whether the argument of an intrinsic is a struct of operands; otherwise it is one operand, even if a struct."""
    return isinstance(_type_of(uri).parameter, fl.StructType)


@functools.cache
def zips(uri: str) -> bool:
    """Whether an intrinsic takes a struct of federated values, and makes it one federated value."""
    function = _type_of(uri)
    is_abstract = isinstance(function.parameter, fl.AbstractType)
    return is_abstract and function.parameter != federated_type_of(function.result).member


@functools.cache
def is_secure_aggregation(uri: str) -> bool:
    """Whether an intrinsic stands for a protocol that shows the server a combination, and no single value."""
    definition = definition_of(uri)
    return definition is not None and definition.aggregation_kind is AggregationKind.SECURE


@functools.cache
def sends_to_server(uri: str) -> bool:
    """Whether an intrinsic needs something of the clients at the server: their values, or their keys."""
    definition = _callable_definition_of(uri)
    if definition.aggregation_kind is not None:
        return True
    return definition.broadcast_kind is not None and any(map(is_at_clients, _operands(uri)))


@functools.cache
def sends_to_clients(uri: str) -> bool:
    """Whether an intrinsic takes something to the clients, from the server or without a placement."""
    return _callable_definition_of(uri).broadcast_kind is not None or sends_one_value_to_all_clients(uri)


@functools.cache
def hides_single_values(uri: str) -> bool:
    """Whether an intrinsic stands for a protocol in which the server sees nothing that a single client sends."""
    definition = _callable_definition_of(uri)
    return definition.aggregation_kind is AggregationKind.SECURE or definition.broadcast_kind is BroadcastKind.SECURE


@functools.cache
def sends_one_value_to_all_clients(uri: str) -> bool:
    """Whether an intrinsic takes one value, from the server or without a placement, to every client."""
    if definition_of(uri) is None:
        return False
    function = _type_of(uri)
    return (
        not takes_several_operands(uri) and not _is_at_clients(function.parameter) and _is_at_clients(function.result)
    )


@functools.cache
def name_as_written(uri: str) -> str:
    """Returns the name of the function that a user calls for an intrinsic, such as `federated_map`.

    One function of the API stands for several intrinsics, one per placement and kind of operand.
    """
    return _WRITTEN_AS.get(uri, uri.removesuffix("_at_clients").removesuffix("_at_server"))


@functools.cache
def crosses_to(uri: str) -> str:
    """Returns where an intrinsic takes values: to the `clients`, to the `server`, or "" if all stay where they are."""
    if definition_of(uri) is None:
        return ""
    if sends_to_clients(uri):
        return "clients"
    return "server" if sends_to_server(uri) else ""


def _callable_definition_of(uri: str) -> IntrinsicDef:
    definition = definition_of(uri)
    if definition is None or not isinstance(definition.type_signature, fl.FunctionType):
        raise ValueError(f"`{uri}` is no intrinsic that can be called.")
    return definition


def _type_of(uri: str) -> fl.FunctionType:
    return _callable_definition_of(uri).type_signature


def _operands(uri: str) -> list[fl.Type | None]:
    parameter = _type_of(uri).parameter
    return list(parameter) if isinstance(parameter, fl.StructType) else [parameter]


def _is_at_clients(type_spec: fl.Type | None) -> bool:
    return isinstance(type_spec, fl.FederatedType) and type_spec.placement is fl.CLIENTS and type_spec.all_equal
