"""Intrinsics that the children of a composed federation run on their own clients."""

import functools
from collections.abc import Coroutine, Sequence

import federated_language as fl
from federated_language import framework
from federated_language.framework import Executor, ExecutorValue
from federated_language.proto import computation_pb2 as pb

from tffsim.concurrency.deferred import Deferred
from tffsim.federation.federating_strategy import Function
from tffsim.federation.placed_values import Places, zip_members
from tffsim.language import federated_lambdas
from tffsim.language.type_kinds import struct_type_of


class ChildFold:
    """How a child folds its own clients.

    Args:
        accumulate: Takes an accumulator and a member.
        merge: Takes the accumulators of two neighbouring ranges of clients.
        reduction: The intrinsic that lets each block start at its first member, if there
            is one; None if all start at a total.
    """

    __slots__ = ("_accumulate", "_merge", "_reduction")

    def __init__(self, accumulate: Function, merge: Function, reduction: str | None = None) -> None:
        self._accumulate = accumulate
        self._merge = merge
        self._reduction = reduction

    def at(self, child: Executor, members: Deferred[ExecutorValue], start: object) -> Coroutine[object, object, object]:
        """Folds the members of one child.

        Args:
            child: The child.
            members: Their handle.
            start: The total to start from; None for a reduction in which each block starts at its first member.
        """
        if start is None and self._reduction is not None:
            return fold_at_child(child, members, [], self._reduction, self._accumulate.type_signature.result)
        return _aggregate_at_child(child, members, start, self._accumulate, self._merge)


async def create_common(child: Executor, common: Deferred[object], type_spec: fl.Type) -> ExecutorValue:
    """Embeds at a child what all participants share."""
    return await child.create_value(await common.get(), type_spec)


async def call_intrinsic(
    child: Executor, uri: str, operands: Sequence[Function | Deferred[ExecutorValue]], result_type: fl.FederatedType
) -> ExecutorValue:
    """Calls an intrinsic at a child.

    Args:
        child: Runs it.
        uri: Which one.
        operands: Functions, and handles of the child.
        result_type: What it returns.
    """
    handles = [
        await child.create_value(operand.proto, operand.type_signature)
        if isinstance(operand, Function)
        else await operand.get()
        for operand in operands
    ]
    argument = handles[0] if len(handles) == 1 else await child.create_struct(handles)
    return await _call_on_argument(child, uri, argument, result_type)


async def fold_at_child(
    child: Executor,
    part: Deferred[ExecutorValue],
    others: Sequence[Function | Deferred[ExecutorValue]],
    uri: str,
    result_type: fl.Type,
) -> object:
    """Calls an intrinsic that folds the members of a child, and returns what it makes of them, materialised.

    Args:
        child: Runs it.
        part: The members.
        others: The other operands.
        uri: Which intrinsic.
        result_type: What it returns, without its placement.
    """
    result = await call_intrinsic(child, uri, [part, *others], fl.FederatedType(result_type, fl.SERVER))
    del part, others
    return await result.compute()


async def zip_at_child(child: Executor, places: Places, *parts: Deferred[ExecutorValue]) -> ExecutorValue:
    """Zips federated values of a child; `places` are those of `zip_members`."""
    argument = await zip_members(child, places, *parts)
    member_types = _member_types(argument.type_signature)
    result_type = fl.FederatedType(member_types, fl.CLIENTS)
    return await _call_on_argument(child, "federated_zip_at_clients", argument, result_type)


async def _aggregate_at_child(
    child: Executor, part: Deferred[ExecutorValue], total: object, accumulate: Function, merge: Function
) -> object:
    total_type = accumulate.type_signature.result
    report = federated_lambdas.identity(total_type)
    others: list[Function | Deferred[ExecutorValue]] = [
        Deferred(child.create_value, total, total_type),
        accumulate,
        merge,
        Function(report.to_proto(), report.type_signature),
    ]
    working = fold_at_child(child, part, others, "federated_aggregate", total_type)
    del part, total, others
    return await working


async def _call_on_argument(
    child: Executor, uri: str, argument: ExecutorValue, result_type: fl.FederatedType
) -> ExecutorValue:
    # Apart from the one that is made for it, intrinsics declare that members may differ.
    keep_all_equal = uri == "federated_map_all_equal"
    parameter_type = argument.type_signature if keep_all_equal else _may_differ(argument.type_signature)
    proto = _intrinsic(uri, fl.FunctionType(parameter_type, result_type))
    return await child.create_call(await child.create_value(proto), argument)


@functools.lru_cache(maxsize=1024)
def _intrinsic(uri: str, type_spec: fl.FunctionType) -> pb.Computation:
    return framework.Intrinsic(uri, type_spec).to_proto()


def _member_types(type_spec: fl.Type) -> fl.Type:
    if isinstance(type_spec, fl.FederatedType):
        return type_spec.member
    elements = [(name, _member_types(t)) for name, t in struct_type_of(type_spec).items()]
    return fl.StructType([(name, t) if name is not None else t for name, t in elements])


def _may_differ(type_spec: fl.Type) -> fl.Type:
    if isinstance(type_spec, fl.FederatedType) and type_spec.placement is fl.CLIENTS:
        return fl.FederatedType(type_spec.member, fl.CLIENTS)
    if isinstance(type_spec, fl.StructType):
        elements = [(name, _may_differ(t)) for name, t in type_spec.items()]
        return fl.StructType([(name, t) if name is not None else t for name, t in elements])
    return type_spec
