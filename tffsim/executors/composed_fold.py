"""A fold over the clients of several children, in the shape that `fold_shape` describes."""

import functools
from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

import federated_language as fl
from federated_language.framework import Executor, ExecutorValue

from tffsim.executors.deferred import Deferred
from tffsim.executors.federating_strategy import Function
from tffsim.executors.fold_shape import BLOCK_SIZE, MergeTree, subtree_level
from tffsim.executors.placed_values import payload_of

ChildFold: TypeAlias = Callable[[Executor, Deferred[ExecutorValue], Any], Coroutine[Any, Any, Any]]
"""Folds the members of one child: from the total given, or from the beginning of a block if it is None."""

Part: TypeAlias = tuple[Executor, Deferred[ExecutorValue], int]
"""A child, the handle of its members, and the number of its clients, at least one."""


class ComposedFold:
    """Folds the members of children into one accumulator at the server.

    Args:
        server: The server's executor.
        fold_at_child: Folds the members of one child.
        member_type: The type of a member.
        accumulate: Takes an accumulator and a member.
        merge: Takes the accumulators of two neighbouring ranges.
        zero: Where a block starts, materialised; None lets it start at its first member.
    """

    def __init__(
        self,
        server: Executor,
        fold_at_child: ChildFold,
        member_type: fl.Type,
        accumulate: Function,
        merge: Function,
        zero: Any = None,
    ) -> None:
        self._server = server
        self._fold_at_child = fold_at_child
        self._member_type = member_type
        self._total_type = accumulate.type_signature.result
        self._accumulate = accumulate
        self._merge = merge
        self._zero = zero
        self._tree: MergeTree[ExecutorValue] = MergeTree(functools.partial(self._call_with_pair, merge))
        self._total: Any = None
        self._num_folded = 0

    async def run(self, parts: list[Part]) -> ExecutorValue:
        """Returns the accumulator of all members, in the server's executor.

        Args:
            parts: At least one, in client order. Emptied, so that each part's members can
                be freed as soon as they were folded.
        """
        parts.reverse()
        while parts:
            child, members, num_clients = parts.pop()
            level = subtree_level(self._num_folded, num_clients, is_last=not parts)
            if level is not None:
                total = await self._fold_at_child(child, members, None)
                await self._tree.add(await self._embedded(total), level)
                self._num_folded += num_clients
            elif num_clients <= BLOCK_SIZE - self._num_folded % BLOCK_SIZE:
                self._total = await self._fold_at_child(child, members, self._total)
                await self._advance(num_clients)
            else:
                await self._fold_at_server(members)
            del members
        if self._total is not None:
            await self._tree.add(await self._embedded(self._total))
        return await self._tree.total()

    async def _fold_at_server(self, members: Deferred[ExecutorValue]) -> None:
        for payload in await payload_of(members):
            total = self._total if self._total is not None else self._zero
            if total is None:
                self._total = payload
            else:
                addend = await self._server.create_value(payload, self._member_type)
                added = await self._call_with_pair(self._accumulate, await self._embedded(total), addend)
                self._total = await added.compute()
            await self._advance(1)

    async def _advance(self, num_clients: int) -> None:
        self._num_folded += num_clients
        if self._num_folded % BLOCK_SIZE == 0:
            await self._tree.add(await self._embedded(self._total))
            self._total = None

    async def _embedded(self, total: Any) -> ExecutorValue:
        return await self._server.create_value(total, self._total_type)

    async def _call_with_pair(self, function: Function, left: ExecutorValue, right: ExecutorValue) -> ExecutorValue:
        callee = await self._server.create_value(function.proto, function.type_signature)
        return await self._server.create_call(callee, await self._server.create_struct([left, right]))
