"""A fold over the clients of several children that have processors of their own: all fold at the same time.

The shape is that of every fold (`fold_shape`), so each child must be a subtree of it, or lie within one block. Of a
block that several children share, each part goes on where the one before it stopped; until then its members are
computed ahead, if they are known to be small enough to be kept, as long as there is room where they are.
"""

import collections
import contextlib
from collections.abc import AsyncIterator, Hashable, Mapping, Sequence

import federated_language as fl
from federated_language.framework import Executor, ExecutorValue

from tffsim.concurrency import concurrency
from tffsim.concurrency.concurrency import Started
from tffsim.concurrency.deferred import Deferred
from tffsim.federation.bytes_ahead import BytesAhead
from tffsim.federation.child_intrinsics import ChildFold
from tffsim.federation.composed_fold import Part
from tffsim.federation.fold_shape import BLOCK_SIZE, subtree_level
from tffsim.federation.server_fold import ServerFold
from tffsim.language.type_sizes import static_size

_MAX_BYTES_AHEAD = 256 << 20
"""For each host; where no result is small enough, nothing is computed ahead."""


async def fold_side_by_side(
    parts: list[Part],
    member_type: fl.Type,
    fold: ServerFold,
    child_fold: ChildFold,
    hosts: Mapping[Executor, Hashable] | None = None,
) -> ExecutorValue:
    """Folds the members of children, all at the same time.

    Args:
        parts: At least one, in client order. Emptied.
        member_type: The type of a member.
        fold: Takes what comes in.
        child_fold: Folds the members of one child.
        hosts: Where children are: those of one host share its memory. By default each is at another.

    Returns:
        The accumulator of all members, in the server's executor.
    """
    zero = await fold.materialised_zero()
    folding = _start_all(parts, member_type, zero, child_fold, hosts or {})
    try:
        for num_clients, level, started in folding:
            total = await started
            if level is None:
                await fold.replace(total, num_clients)
            else:
                await fold.add_subtree(total, num_clients, level)
    finally:
        await _cancel([started for _, _, started in folding])
    return await fold.result()


def _start_all(
    parts: list[Part],
    member_type: fl.Type,
    zero: object,
    child_fold: ChildFold,
    hosts: Mapping[Executor, Hashable],
) -> list[tuple[int, int | None, Started[object]]]:
    """Starts all folds; first those on whose result another child waits."""
    levels, firsts = _levels_of(parts), _firsts_of(parts)
    # Two wait for some of these, which only a `Deferred` allows.
    totals: dict[int, Deferred[object]] = {}
    started: dict[int, Started[object]] = {}
    room: dict[Hashable, BytesAhead] = collections.defaultdict(lambda: BytesAhead(_MAX_BYTES_AHEAD))

    def rank(index: int) -> tuple[bool, bool]:
        return bool(firsts[index] % BLOCK_SIZE), levels[index] is not None

    counts = [num_clients for _, _, num_clients in parts]
    # Nothing here refers to members when their fold begins, so that each can be freed as soon as it was folded.
    waiting = dict(enumerate(parts))
    parts.clear()
    for index in sorted(waiting, key=rank):
        child, members, num_clients = waiting.pop(index)
        if firsts[index] % BLOCK_SIZE == 0:
            totals[index] = Deferred(child_fold.at, child, members, zero)
        else:
            size = _size_ahead(member_type, num_clients)
            ahead = (room[hosts.get(child, child)], size) if 0 <= size <= _MAX_BYTES_AHEAD else None
            totals[index] = Deferred(_go_on, totals[index - 1], child, members, child_fold, ahead)
        del members
        started[index] = concurrency.start(totals[index].get())
    return [(counts[index], levels[index], started[index]) for index in range(len(counts))]


def _levels_of(parts: Sequence[Part]) -> list[int | None]:
    last = len(parts) - 1
    return [
        subtree_level(first, num_clients, is_last=index == last)
        for index, (first, (_, _, num_clients)) in enumerate(zip(_firsts_of(parts), parts, strict=True))
    ]


def _firsts_of(parts: Sequence[Part]) -> list[int]:
    firsts = [0]
    for _, _, num_clients in parts:
        firsts.append(firsts[-1] + num_clients)
    return firsts[:-1]


async def _go_on(
    before: Deferred[object],
    child: Executor,
    members: Deferred[ExecutorValue],
    child_fold: ChildFold,
    ahead: tuple[BytesAhead, int] | None,
) -> object:
    # Room is asked for in the order of the clients, so whoever has some waits for nobody who waits for it.
    async with _room(ahead):
        if ahead is not None:
            await _compute_ahead(await members.get())
        total = await before.get()
        del before
        folding = child_fold.at(child, members, total)
        del members, total
        return await folding


@contextlib.asynccontextmanager
async def _room(ahead: tuple[BytesAhead, int] | None) -> AsyncIterator[None]:
    if ahead is None:
        yield
        return
    room, num_bytes = ahead
    await room.take(num_bytes)
    try:
        yield
    finally:
        room.give_back(num_bytes)


async def _compute_ahead(handle: ExecutorValue) -> None:
    """Lets a child compute members, and keep them, if it can. A handle that only passes on has another below."""
    compute_ahead = getattr(handle, "compute_ahead", None)
    if compute_ahead is not None:
        await compute_ahead()
    elif isinstance(handle.reference, ExecutorValue):
        await _compute_ahead(handle.reference)


def _size_ahead(member_type: fl.Type, num_clients: int) -> int:
    """Returns how many bytes the members take; negative if nobody knows."""
    return static_size(member_type) * num_clients


async def _cancel(started: Sequence[Started[object]]) -> None:
    for work in started:
        work.cancel()
    for work in started:
        # Of those that have failed too: asyncio tells the user of each error that nobody has looked at.
        with contextlib.suppress(BaseException):
            await work
