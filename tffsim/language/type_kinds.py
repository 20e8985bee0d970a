"""A type that is known to be of one kind, as such: what it is made of can be asked for.

Handles and computations say only that they have a type. Where it was checked that they are functions, or where
nothing else can be there, these say so.
"""

import federated_language as fl


def function_type_of(type_spec: fl.Type | None) -> fl.FunctionType:
    """Returns the type of a function."""
    assert isinstance(type_spec, fl.FunctionType), type_spec
    return type_spec


def struct_type_of(type_spec: fl.Type | None) -> fl.StructType:
    """Returns the type of a struct."""
    assert isinstance(type_spec, fl.StructType), type_spec
    return type_spec


def sequence_type_of(type_spec: fl.Type | None) -> fl.SequenceType:
    """Returns the type of a sequence."""
    assert isinstance(type_spec, fl.SequenceType), type_spec
    return type_spec


def federated_type_of(type_spec: fl.Type | None) -> fl.FederatedType:
    """Returns the type of a value with a placement."""
    assert isinstance(type_spec, fl.FederatedType), type_spec
    return type_spec


def is_at_clients(type_spec: fl.Type | None) -> bool:
    """Whether a type is that of a value at the clients."""
    return isinstance(type_spec, fl.FederatedType) and type_spec.placement is fl.CLIENTS
