"""Computation protos and their parsed form, the building blocks of the AST."""

import functools
from typing import TypeGuard

import federated_language as fl
from federated_language.framework import ComputationBuildingBlock, ConcreteComputation
from federated_language.proto import computation_pb2 as pb

from tffsim.language.identity_cache import IdentityCache

_parse: IdentityCache[pb.Computation, ComputationBuildingBlock] = IdentityCache(ComputationBuildingBlock.from_proto)
_parse_type: IdentityCache[pb.Computation, fl.Type] = IdentityCache(lambda proto: fl.Type.from_proto(proto.type))


def is_computation(value: object) -> TypeGuard[pb.Computation | ConcreteComputation | ComputationBuildingBlock]:
    """Whether `value` is a computation in any of its three forms."""
    return _is_computation_class(type(value))  # type: ignore[arg-type]


def to_proto(computation: pb.Computation | ConcreteComputation | ComputationBuildingBlock) -> pb.Computation:
    """Returns the proto of a computation, the form in which it crosses executors."""
    return computation if isinstance(computation, pb.Computation) else computation.to_proto()


def to_building_block(
    computation: pb.Computation | ConcreteComputation | ComputationBuildingBlock,
) -> ComputationBuildingBlock:
    """Returns the AST of a computation; parsing the same proto again is free."""
    return computation if isinstance(computation, ComputationBuildingBlock) else _parse(to_proto(computation))


def message_of(block: ComputationBuildingBlock) -> pb.Computation:
    """Returns the proto in which a part of an AST goes to another executor.

    Whoever parses it gets `block` itself: a part of an AST stays that part wherever it goes,
    and is not mistaken for another one that looks the same.
    """
    message = block.to_proto()
    _parse.remember(message, block)
    return message


def type_of(computation: pb.Computation | ConcreteComputation | ComputationBuildingBlock) -> fl.Type:
    """Returns the type of a computation; parsing the same proto again is free."""
    return _parse_type(computation) if isinstance(computation, pb.Computation) else computation.type_signature


def kind_of(proto: pb.Computation) -> str:
    """Returns the kind of AST node, such as `tensorflow` or `lambda`."""
    kind = proto.WhichOneof("computation")
    if kind is None:
        raise ValueError("The computation is empty: its proto holds no AST node.")
    return str(kind)


# Asked for every payload of every client: an answer per class is remembered, because
# `isinstance` is slow for abstract classes.
@functools.cache
def _is_computation_class(cls: type) -> bool:
    return issubclass(cls, (pb.Computation, ConcreteComputation, ComputationBuildingBlock))
