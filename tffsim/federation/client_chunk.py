"""What a chunk of clients does, and its fold, as calls on any executor."""

from collections.abc import Sequence

import federated_language as fl
from federated_language.framework import Executor, ExecutorValue

from tffsim.concurrency.call_block import BlockRefusedError, CallBlock, run_block_below
from tffsim.federation.client_work import Split, WorkPlan
from tffsim.federation.federating_strategy import Function
from tffsim.federation.fold_shape import BLOCK_SIZE

CHUNK_SIZES = (BLOCK_SIZE, 8)
"""How many clients share a call: a part of a block, or all of it once that has proved to be worth its building."""


class ClientChunk:
    """The work of a chunk of clients.

    Attributes:
        shared: Positions, in the whole plan, of what all clients share.
        arguments: The same of what each client has of its own.
        wanted: The same of the results that others want.

    Args:
        size: How many clients.
        whole: Clients' work.
        split: What of it there is to do.
        accumulate: Takes an accumulator and a member.
    """

    def __init__(self, size: int, whole: WorkPlan, split: Split, accumulate: Function) -> None:
        self._plan, origins = whole.without_values(split.given)
        self._size = size
        self._accumulate = accumulate
        self._origins = origins
        positions = {id(step): origins[position] for position, step in enumerate(self._plan.steps)}
        self.shared = [positions[id(step)] for step in self._plan.shared]
        self.arguments = [positions[id(step)] for step in self._plan.arguments]
        self._wanted = [position for position, origin in origins.items() if origin in split.wanted]
        self.wanted = [origins[position] for position in self._wanted]
        types = [step.member_type for step in self._plan.shared]
        types += [step.member_type for step in self._plan.arguments] * size
        # A single client is not folded: it is what it has returned.
        total_type = accumulate.type_signature.result if size > 1 else whole.steps[-1].member_type
        wanted_types = [self._plan.steps[position].member_type for position in self._wanted]
        result_type = fl.StructType([total_type, *wanted_types * size])
        self._start = CallBlock(self._body, types, result_type, size)
        self._go_on = CallBlock(self._body, [*types, total_type], result_type, size)

    async def run(self, executor: Executor, arguments: Sequence[object], total: object | None) -> Sequence[object]:
        """Folds the chunk.

        Args:
            executor: That of the clients.
            arguments: Payloads of what all share, and of what each client has of its own.
            total: The accumulator so far; None starts at the first member.

        Returns:
            The accumulator (for a single client its member), and what others want, client by client; all materialised.

        Raises:
            BlockRefusedError: If it cannot be one call.
        """
        try:
            if total is None:
                return await run_block_below(executor, self._start, arguments, lambda leaf: leaf)
            return await run_block_below(executor, self._go_on, [*arguments, total], lambda leaf: leaf)
        except BlockRefusedError as refusal:
            if refusal.step is not None:
                refusal.step = self._origins[refusal.step]
            raise

    async def _body(self, executor: Executor, arguments: Sequence[object]) -> ExecutorValue:
        plan, accumulate = self._plan, self._accumulate
        num_shared, num_arguments = len(plan.shared), len(plan.arguments)
        shared = [
            await executor.create_value(payload, step.member_type)
            for payload, step in zip(arguments, plan.shared, strict=False)
        ]
        end = num_shared + self._size * num_arguments
        total: ExecutorValue | None = None
        if len(arguments) > end:
            total = await executor.create_value(arguments[end], accumulate.type_signature.result)
        operator = await executor.create_value(accumulate.proto, accumulate.type_signature)
        runner = await plan.embedded(executor)
        wanted = []
        for client in range(self._size):
            start = num_shared + client * num_arguments
            results = await runner.run(shared, arguments[start : start + num_arguments])
            wanted += [results[position] for position in self._wanted]
            if total is None:
                total = results[-1]
            else:
                total = await executor.create_call(operator, await executor.create_struct([total, results[-1]]))
        return await executor.create_struct([total, *wanted])
