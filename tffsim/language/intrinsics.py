"""What executors, traces and the docs must know of a federated intrinsic, read off its definition.

`federated_language` defines each intrinsic once: its type, and whether it aggregates or
broadcasts, in the open or securely. Nothing of that is written down a second time.
"""

import functools

import federated_language as fl
from federated_language.compiler.intrinsic_defs import uri_to_intrinsic_def
from federated_language.framework import AggregationKind, IntrinsicDef

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
    return isinstance(function.parameter, fl.AbstractType) and function.parameter != function.result.member


@functools.cache
def is_secure_aggregation(uri: str) -> bool:
    """Whether an intrinsic stands for a protocol that shows the server a combination, and no single value."""
    definition = definition_of(uri)
    return definition is not None and definition.aggregation_kind is AggregationKind.SECURE


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
    """Returns where an intrinsic takes values: to the `server`, to the `clients`, or "" if all stay where they are."""
    if definition_of(uri) is None:
        return ""
    function = _type_of(uri)
    operands = function.parameter.children() if takes_several_operands(uri) else [function.parameter]
    places = {operand.placement for operand in operands if isinstance(operand, fl.FederatedType)}
    result = function.result.placement if isinstance(function.result, fl.FederatedType) else None
    if result is fl.SERVER and fl.CLIENTS in places:
        return "server"
    return "clients" if result is fl.CLIENTS and fl.SERVER in places else ""


def _type_of(uri: str) -> fl.FunctionType:
    definition = definition_of(uri)
    if definition is None or not isinstance(definition.type_signature, fl.FunctionType):
        raise ValueError(f"`{uri}` is no intrinsic that can be called.")
    return definition.type_signature


def _is_at_clients(type_spec: fl.Type) -> bool:
    return isinstance(type_spec, fl.FederatedType) and type_spec.placement is fl.CLIENTS and type_spec.all_equal
