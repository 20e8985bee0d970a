"""Computations that aggregate over clients, though nobody said how many there are.

There are then as many as the executor factory says, and by default it says none: a sum is
0, a mean NaN. That is no error, but no beginner expects it.
"""

from collections.abc import Mapping

import federated_language as fl
from federated_language import framework
from federated_language.framework import ConcreteComputation, ExecutorFactory, PlacementLiteral
from federated_language.proto import computation_pb2 as pb

from tffsim.executor_stacks.lending_factory import LendingFactory
from tffsim.language import building_blocks
from tffsim.language.identity_cache import IdentityCache
from tffsim.language.type_kinds import is_at_clients


def remark(computation: ConcreteComputation, factory: ExecutorFactory, told: Mapping[PlacementLiteral, int]) -> str:
    """Returns what the reader of a result should know; empty if somebody said how many clients there are.

    Args:
        computation: What is called.
        factory: Says how many clients there are by default; of one that does not, nothing is known.
        told: How many participants the argument tells of.
    """
    if fl.CLIENTS in told or _default_of(factory) != 0 or not _depends_on_clients(computation):
        return ""
    return (
        "the result comes from 0 clients, as nobody said how many there are. Pass a list with one value per client, "
        "or say it: `default_num_clients=N` of the executor factory, in a notebook `%%tff_execute --clients N`."
    )


def cardinalities_with_default(
    computation: ConcreteComputation, factory: ExecutorFactory, told: Mapping[PlacementLiteral, int]
) -> Mapping[PlacementLiteral, int]:
    """Returns how many participants there are where the argument tells, and else by default; for a trace."""
    default = _default_of(factory)
    if fl.CLIENTS in told or default is None or not _has_clients(computation.to_proto()):
        return told
    return {**told, fl.CLIENTS: default}


def _default_of(factory: ExecutorFactory) -> int | None:
    return factory.default_num_clients if isinstance(factory, LendingFactory) else None


def _depends_on_clients(computation: ConcreteComputation) -> bool:
    if framework.type_contains(computation.type_signature.result, _may_differ_at_clients):
        return True
    return _aggregates(computation.to_proto())


def _find_aggregation(proto: pb.Computation) -> bool:
    def aggregates(block: framework.ComputationBuildingBlock) -> bool:
        function = block.type_signature
        return (
            isinstance(block, framework.Intrinsic)
            and isinstance(function, fl.FunctionType)
            and function.parameter is not None
            and framework.type_contains(function.parameter, is_at_clients)
            and framework.type_contains(function.result, _is_at_server)
        )

    return framework.computation_count(building_blocks.to_building_block(proto), aggregates) > 0


def _find_clients(proto: pb.Computation) -> bool:
    def has_clients(block: framework.ComputationBuildingBlock) -> bool:
        return framework.type_contains(block.type_signature, is_at_clients)

    return framework.computation_count(building_blocks.to_building_block(proto), has_clients) > 0


def _may_differ_at_clients(type_spec: fl.Type) -> bool:
    return isinstance(type_spec, fl.FederatedType) and type_spec.placement is fl.CLIENTS and not type_spec.all_equal


def _is_at_server(type_spec: fl.Type) -> bool:
    return isinstance(type_spec, fl.FederatedType) and type_spec.placement is fl.SERVER


_aggregates: IdentityCache[pb.Computation, bool] = IdentityCache(_find_aggregation)
_has_clients: IdentityCache[pb.Computation, bool] = IdentityCache(_find_clients)
