"""The shape of a fold over clients: part of what an aggregation means, the same on every stack.

Clients are taken in order, in blocks of 32 with fixed bounds (clients 0–31, 32–63, ...).
`accumulate` folds each block from the zero. `merge` joins the blocks in a fixed binary
tree: neighbours first, then neighbouring pairs, and so on; what is left over at the end
is joined from the right. Floats are therefore equal bit for bit on all stacks, whoever
folds a block can do so without the blocks before it, and a fold holds one accumulator
per doubling of the number of clients.

The rounding error grows with 32 + log2(n / 32) additions instead of n. NumPy's sum is
pairwise for the same reason, see Higham, "The accuracy of floating point summation"
(SIAM J. Sci. Comput. 14, 1993).
"""

from collections.abc import Callable, Coroutine
from typing import Generic, TypeVar

BLOCK_SIZE = 32
"""How many clients a block has."""

_T = TypeVar("_T")


class MergeTree(Generic[_T]):
    """Joins the accumulators of blocks, which are added in order.

    Args:
        merge: Joins the accumulators of two neighbouring ranges of blocks, left one first.
    """

    def __init__(self, merge: Callable[[_T, _T], Coroutine[object, object, _T]]) -> None:
        self._merge = merge
        self._pending: list[tuple[int, _T]] = []

    async def add(self, accumulator: _T, level: int = 0) -> None:
        """Takes the accumulator of the blocks that come next.

        Args:
            accumulator: That of up to `2**level` blocks; only the last may have fewer.
            level: Tells how many blocks it stands for.
        """
        while self._pending and self._pending[-1][0] == level:
            _, left = self._pending.pop()
            accumulator = await self._merge(left, accumulator)
            level += 1
        self._pending.append((level, accumulator))

    async def total(self) -> _T:
        """Returns the accumulator of all blocks; at least one was added."""
        _, total = self._pending.pop()
        while self._pending:
            _, left = self._pending.pop()
            total = await self._merge(left, total)
        return total


def subtree_level(first_client: int, num_clients: int, is_last: bool) -> int | None:
    """Tells whether a range of clients is a subtree of the fold.

    Args:
        first_client: Index of the first client of the range.
        num_clients: How many clients it has.
        is_last: Whether no client comes after them.

    Returns:
        The level of its accumulator in a `MergeTree`; None if the range is no subtree,
        so that its clients cannot be folded without those before or after them.
    """
    level = (-(-num_clients // BLOCK_SIZE) - 1).bit_length()
    size = BLOCK_SIZE << level
    if first_client % size or not (num_clients == size or is_last):
        return None
    return level


def subtree_size(limit: int) -> int:
    """Returns the largest number of clients up to `limit` that make a subtree of the fold, or part of one block."""
    return 1 << (limit.bit_length() - 1)


def num_sums_kept(client: int) -> int:
    """Returns how many sums of whole blocks a fold keeps when a client's turn comes."""
    return (client // BLOCK_SIZE).bit_count()
