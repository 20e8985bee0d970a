"""Aggregations over many short clients: the work of a chunk of clients, and their fold, in one call.

Whether that is possible, the executor of the clients tells (see `call_block`), and how long
a client takes is known only when some have run. So the first clients run one by one. A
chunk that fails is run again one by one: then the error knows its client.
"""

import collections
import threading
from collections.abc import Sequence
from typing import Any

import federated_language as fl
import numpy as np
from federated_language.framework import Executor, ExecutorValue

from tffsim.executors.call_block import BlockRefusedError, CallBlock, run_block_below
from tffsim.executors.client_work import ClientWork, WorkPlan, digest
from tffsim.executors.federating_strategy import Function
from tffsim.executors.fold_shape import BLOCK_SIZE

CHUNK_SIZE = 8
"""How many clients share a call; divides the size of a block. More take seconds to build."""

_CLIENTS_BEFORE_BUILDING = 32
_MAX_CHUNK_BYTES = 8_000_000
_MAX_FOLDS = 128


class BlockFolds:
    """The folds that the stacks of one factory have made. Thread-safe."""

    def __init__(self) -> None:
        self._known: collections.OrderedDict[object, _KnownFold] = collections.OrderedDict()
        self._lock = threading.Lock()

    def of(self, work: ClientWork, accumulate: Function, has_zero: bool) -> "BlockFold | None":
        """Returns the fold of some clients' work.

        Args:
            work: What each client does.
            accumulate: Takes an accumulator and a member.
            has_zero: Whether a block starts from a zero; else it starts from its first member.

        Returns:
            None if clients must be asked one by one.
        """
        plan = WorkPlan(work)
        if plan.is_used_elsewhere() or plan.can_be_run_only_once() or not _is_small(work.member_type):
            return None
        key = plan.key(), digest(accumulate.proto), has_zero
        with self._lock:
            known = self._known.get(key)
            if known is None:
                known = self._known[key] = _KnownFold(plan.without_values(), accumulate, has_zero)
                if len(self._known) > _MAX_FOLDS:
                    self._known.popitem(last=False)
            else:
                self._known.move_to_end(key)
        return BlockFold(known, plan)


class BlockFold:
    """The fold of the clients of one aggregation.

    Args:
        known: What earlier folds of the same work have taught.
        plan: The work, with its arguments.
    """

    def __init__(self, known: "_KnownFold", plan: WorkPlan) -> None:
        self._known = known
        self._plan = plan
        self._shared: list[Any] | None = None
        self._has_failed = False

    def takes_chunk_at(self, position: int, num_left: int) -> bool:
        """Whether the next clients can be tried in one call.

        Args:
            position: Index of the next client.
            num_left: How many clients are left.
        """
        known = self._known
        return (
            known.refusal is None
            and not self._has_failed
            and known.num_single_clients >= known.num_before_next_try
            and position % CHUNK_SIZE == 0
            and num_left >= CHUNK_SIZE
        )

    @property
    def is_refused(self) -> bool:
        """Whether clients must be asked one by one for ever."""
        return self._known.refusal is not None

    def num_single_clients(self, position: int, num_left: int) -> int:
        """Returns how many clients are to be asked one by one before the next look."""
        is_due = self._known.num_single_clients >= self._known.num_before_next_try
        return min(num_left, CHUNK_SIZE - position % CHUNK_SIZE if is_due else BLOCK_SIZE - position % BLOCK_SIZE)

    def note_single_clients(self, num_clients: int) -> None:
        """Takes note that clients were asked one by one, and did not fail."""
        self._known.num_single_clients += num_clients
        if self._has_failed:
            self._known.refusal = "its clients fail together, but not alone"

    async def run(self, executor: Executor, first_client: int, total: Any | None) -> Any:
        """Folds a chunk.

        Args:
            executor: That of the clients.
            first_client: Index of the chunk's first client.
            total: The accumulator so far, materialised; None starts at the first member.

        Returns:
            The accumulator, materialised; None if the clients must be asked one by one.
        """
        block = self._known.start if total is None else self._known.go_on
        try:
            arguments = await self._arguments(executor, first_client, total)
            return await run_block_below(executor, block, arguments, lambda leaf: leaf)
        except BlockRefusedError as refusal:
            if refusal.is_final:
                self._known.refusal = str(refusal)
            else:
                self._known.put_off()
            return None
        except Exception:
            # Asked one by one, the client that fails says so.
            self._has_failed = True
            return None

    async def _arguments(self, executor: Executor, first_client: int, total: Any | None) -> list[Any]:
        if self._shared is None:
            self._shared = [
                await (await executor.create_value(await step.payload.get(), step.member_type)).compute()
                for step in self._plan.shared
            ]
        arguments = list(self._shared)
        for client in range(first_client, first_client + CHUNK_SIZE):
            arguments.extend(step.payloads[client] for step in self._plan.arguments)
        return arguments if total is None else [*arguments, total]


class _KnownFold:
    """What is known of a fold, whatever the arguments."""

    def __init__(self, plan: WorkPlan, accumulate: Function, has_zero: bool) -> None:
        self.refusal: str | None = None
        self.num_single_clients = 0
        self.num_before_next_try = _CLIENTS_BEFORE_BUILDING
        self._plan = plan
        self._accumulate = accumulate
        types = [step.member_type for step in plan.shared]
        types += [step.member_type for step in plan.arguments] * CHUNK_SIZE
        total_type = accumulate.type_signature.result
        self.start = CallBlock(self._body, types, total_type)
        self.go_on = CallBlock(self._body, [*types, total_type], total_type)

    def put_off(self) -> None:
        """Notes that it is not possible yet; the time until the next look grows."""
        self.num_before_next_try = 2 * self.num_single_clients

    async def _body(self, executor: Executor, arguments: Sequence[Any]) -> ExecutorValue:
        plan, accumulate = self._plan, self._accumulate
        num_shared, num_arguments = len(plan.shared), len(plan.arguments)
        shared = [
            await executor.create_value(payload, step.member_type)
            for payload, step in zip(arguments, plan.shared, strict=False)
        ]
        end = num_shared + CHUNK_SIZE * num_arguments
        total: ExecutorValue | None = None
        if len(arguments) > end:
            total = await executor.create_value(arguments[end], accumulate.type_signature.result)
        operator = await executor.create_value(accumulate.proto, accumulate.type_signature)
        runner = await plan.embedded(executor)
        for client in range(CHUNK_SIZE):
            start = num_shared + client * num_arguments
            member = await runner.run(shared, arguments[start : start + num_arguments])
            if total is None:
                total = member
            else:
                total = await executor.create_call(operator, await executor.create_struct([total, member]))
        assert total is not None
        return total


def _is_small(type_spec: fl.Type) -> bool:
    """Whether the members of a chunk are known to take little memory."""
    num_bytes = 0
    for leaf in fl.framework.preorder_types(type_spec):
        if isinstance(leaf, fl.TensorType):
            if leaf.shape is None or None in leaf.shape or leaf.dtype.type is np.str_:
                return False
            num_bytes += int(np.prod(leaf.shape)) * np.dtype(leaf.dtype).itemsize
        elif not isinstance(leaf, fl.StructType):
            return False
    return num_bytes * CHUNK_SIZE <= _MAX_CHUNK_BYTES
