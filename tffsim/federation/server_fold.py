"""A fold at the server, of members that come in client order, in the shape of `fold_shape`."""

import federated_language as fl
from federated_language.framework import Executor, ExecutorValue

from tffsim.federation.federating_strategy import Function
from tffsim.federation.fold_shape import BLOCK_SIZE, MergeTree


class ServerFold:
    """Takes members, or what others have folded, and returns the accumulator of all.

    Args:
        server: The server's executor.
        member_type: The type of a member.
        accumulate: Takes an accumulator and a member.
        merge: Takes the accumulators of two neighbouring ranges of clients.
        zero: Where each block starts, a handle of the server's executor; None lets a
            block start at its first member.
        num_clients: How many members there are.
    """

    def __init__(
        self,
        server: Executor,
        member_type: fl.Type,
        accumulate: Function,
        merge: Function,
        zero: ExecutorValue | None,
        num_clients: int,
    ) -> None:
        self._server = server
        self.member_type = member_type
        """The type of a member."""
        self._total_type = accumulate.type_signature.result
        self._functions = _Functions(server, {"accumulate": accumulate, "merge": merge})
        self._zero = zero
        self._num_clients = num_clients
        self._total: ExecutorValue | None = None
        self._tree: MergeTree[ExecutorValue] = MergeTree(self._functions.merge)
        self.num_folded = 0
        """How many clients were folded, all in all."""

    async def prepare(self) -> None:
        """Embeds `accumulate`, so that the server has begun before the first client is asked."""
        await self._functions.embedded("accumulate")

    async def add(self, payload: object) -> None:
        """Folds the next member."""
        self._total = await self._sum_with(payload)
        await self._count(1)

    async def take_total(self, num_clients: int) -> object:
        """Hands out the accumulator that the next members are added to.

        Args:
            num_clients: How many members.

        Returns:
            The accumulator, materialised; None where a block starts at its first member.
        """
        start = self._take_start(num_clients)
        return await start.compute() if start is not None else None

    async def replace(self, total: object, num_clients: int) -> None:
        """Takes the accumulator that somebody has brought forward, within one block.

        Args:
            total: The accumulator, materialised.
            num_clients: By how many clients.
        """
        self._total = await self._server.create_value(total, self._total_type)
        await self._count(num_clients)

    async def give_back(self, total: object) -> None:
        """Takes back what `take_total` has handed out, as it was."""
        if total is not None:
            self._total = await self._server.create_value(total, self._total_type)

    async def materialised_zero(self) -> object:
        """Returns where each block starts, materialised, and forgets it; None if a block starts at its first member."""
        zero, self._zero = self._zero, None
        return await zero.compute() if zero is not None else None

    async def add_subtree(self, total: object, num_clients: int, level: int) -> None:
        """Takes the accumulator of a subtree of the fold, materialised; see `fold_shape.subtree_level`."""
        await self._tree.add(await self._server.create_value(total, self._total_type), level)
        self.num_folded += num_clients

    async def result(self) -> ExecutorValue:
        """Returns the accumulator of all members, of which there was at least one."""
        if self._total is not None:
            await self._tree.add(self._handed_over())
        return await self._tree.total()

    async def _sum_with(self, payload: object) -> ExecutorValue:
        start = self._take_start(1)
        addend = await self._server.create_value(payload, self.member_type)
        return await self._functions.call("accumulate", start, addend) if start is not None else addend

    def _take_start(self, num_clients: int) -> ExecutorValue | None:
        """Returns the accumulator so far. Nothing is kept that is not needed: it can be large."""
        if self._total is not None:
            return self._handed_over()
        zero = self._zero
        end = self.num_folded + num_clients
        if end - end % -BLOCK_SIZE >= self._num_clients:
            self._zero = None
        return zero

    async def _count(self, num_clients: int) -> None:
        self.num_folded += num_clients
        if self.num_folded % BLOCK_SIZE == 0:
            await self._tree.add(self._handed_over())

    def _handed_over(self) -> ExecutorValue:
        """Returns the accumulator of the block so far, and does not keep it."""
        assert self._total is not None
        total, self._total = self._total, None
        return total


class _Functions:
    """What folds, embedded when it is first called.

    The tree holds this and not the fold: in a circle of references, what was folded would stay until a garbage
    collection finds it, and with it the trace in which it happened.
    """

    def __init__(self, server: Executor, functions: dict[str, Function]) -> None:
        self._server = server
        self._functions = functions
        self._embedded: dict[str, ExecutorValue] = {}

    async def merge(self, left: ExecutorValue, right: ExecutorValue) -> ExecutorValue:
        return await self.call("merge", left, right)

    async def call(self, name: str, left: ExecutorValue, right: ExecutorValue) -> ExecutorValue:
        function = await self.embedded(name)
        return await self._server.create_call(function, await self._server.create_struct([left, right]))

    async def embedded(self, name: str) -> ExecutorValue:
        function = self._embedded.get(name)
        if function is None:
            proto, type_signature = self._functions[name].proto, self._functions[name].type_signature
            function = self._embedded[name] = await self._server.create_value(proto, type_signature)
        return function
