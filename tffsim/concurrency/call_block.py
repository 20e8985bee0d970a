"""Many short calls in one: what a strategy may ask of an executor that can do it.

Most of a round over short clients is not computing but calling. An executor that has
`run_block` beside the methods of the interface can make one function of all that a
block of clients does, their fold included, and call that. The strategy describes the
work as a coroutine function on executors: the same calls as one by one. Executors above
the leaf pass the block down and say how to put themselves on top of another leaf; the
leaf runs the coroutine once, on a stand-in that writes calls down in a graph.

An executor without the method, and a traced one, is asked for each call.
"""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol, TypeAlias, TypeGuard

import federated_language as fl
from federated_language.framework import Executor, ExecutorValue

Stack: TypeAlias = Callable[[Executor], Executor]
"""Puts executors on top of a leaf."""


class CallBlock:
    """Calls that are made together, with other arguments each time.

    Args:
        body: Makes the calls on an executor, given the arguments as payloads of it.
        parameter_types: The types of the arguments.
        result_type: The type of what `body` returns.
        num_clients: For how many clients the calls are made.
    """

    __slots__ = ("body", "built", "num_clients", "parameter_types", "result_type")

    def __init__(
        self,
        body: Callable[[Executor, Sequence[object]], Coroutine[object, object, ExecutorValue]],
        parameter_types: Sequence[fl.Type],
        result_type: fl.Type,
        num_clients: int,
    ) -> None:
        self.body = body
        self.num_clients = num_clients
        self.parameter_types = parameter_types
        self.result_type = result_type
        self.built: dict[tuple[str | None, bool], Any] = {}
        """What leaves made of it, by device, and whether all data says how long it is."""


class BlockRefusedError(Exception):
    """A block cannot be one call.

    Args:
        reason: Why not, as the end of a sentence.
        is_final: Whether it will never be.
        is_long: Whether it is because a client takes long: one client's calls can still be one.

    Attributes:
        step: The step of a `WorkPlan` that cannot be a part of one call; None if nobody knows which.
    """

    def __init__(self, reason: str, *, is_final: bool = True, is_long: bool = False) -> None:
        super().__init__(reason)
        self.is_final = is_final
        self.is_long = is_long
        self.step: int | None = None


class RunsBlocks(Protocol):
    """An executor that can make many calls in one."""

    async def run_block(self, block: CallBlock, arguments: Sequence[object], stack: Stack) -> Any:
        """Makes the calls of a block.

        Args:
            block: What to do.
            arguments: Payloads of `block.parameter_types`.
            stack: Puts the executors above this one on top of a leaf.

        Returns:
            The result, materialised.

        Raises:
            BlockRefusedError: If it cannot be one call; nothing was run.
        """


async def run_block_below(target: Executor, block: CallBlock, arguments: Sequence[object], stack: Stack) -> Any:
    """Passes a block on to the executor below.

    Raises:
        BlockRefusedError: If it does not run blocks.
    """
    if not runs_blocks(target):
        raise BlockRefusedError(f"{type(target).__name__} makes calls one by one")
    return await target.run_block(block, arguments, stack)


def runs_blocks(executor: Executor) -> TypeGuard[RunsBlocks]:
    """Whether an executor has `run_block`."""
    return hasattr(executor, "run_block")  # A runtime-checkable protocol takes ten times as long.
