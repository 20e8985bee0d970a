"""A fold over the clients of several children, in the shape that `fold_shape` describes."""

from typing import TypeAlias

from federated_language.framework import Executor, ExecutorValue

from tffsim.concurrency.deferred import Deferred
from tffsim.federation.child_intrinsics import ChildFold
from tffsim.federation.fold_shape import BLOCK_SIZE, subtree_level
from tffsim.federation.placed_values import payload_of
from tffsim.federation.server_fold import ServerFold

Part: TypeAlias = tuple[Executor, Deferred[ExecutorValue], int]
"""A child, the handle of its members, and the number of its clients, at least one."""


async def fold_parts(parts: list[Part], fold: ServerFold, child_fold: ChildFold) -> ExecutorValue:
    """Folds the members of children.

    A child whose clients are a subtree of the fold, or lie within one block, folds them
    itself. Others hand out their members.

    Args:
        parts: At least one, in client order. Emptied, so that each part's members can be
            freed as soon as they were folded.
        fold: Takes what comes in.
        child_fold: Folds the members of one child.

    Returns:
        The accumulator of all members, in the server's executor.
    """
    parts.reverse()
    while parts:
        child, members, num_clients = parts.pop()
        level = subtree_level(fold.num_folded, num_clients, is_last=not parts)
        if level is None and fold.num_folded % BLOCK_SIZE + num_clients > BLOCK_SIZE:
            for payload in await payload_of(members):
                await fold.add(payload)
            continue
        start = await fold.take_total(num_clients)
        folding = child_fold.at(child, members, start)
        del members, start
        if level is not None:
            await fold.add_subtree(await folding, num_clients, level)
        else:
            await fold.replace(await folding, num_clients)
    return await fold.result()
