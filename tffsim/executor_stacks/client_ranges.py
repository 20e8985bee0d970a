"""How a cohort is cut into ranges of clients for several workers.

Each range is a subtree of the fold, or lies within one block, so that whoever has it can fold it without the others:
see `tffsim.federation.fold_shape`.
"""

import dataclasses
import itertools
from collections.abc import Hashable, Sequence

from tffsim.federation.fold_shape import BLOCK_SIZE

_MANY_BLOCKS = 8
"""With so many blocks per worker, whole blocks are shares that are equal enough."""


@dataclasses.dataclass(frozen=True, slots=True)
class ClientRange:
    """Clients that follow each other, at one worker.

    Attributes:
        worker: The number of the worker.
        first: Index of the first client.
        count: How many there are.
    """

    worker: int
    first: int
    count: int


def client_ranges(num_clients: int, num_workers: int, max_size: int | None = None) -> list[ClientRange]:
    """Cuts a cohort into ranges, in client order.

    Args:
        num_clients: How many clients there are.
        num_workers: How many workers there are; those for whom nothing is left get no range.
        max_size: How many clients a range may have; at least those of a block.
    """
    unit = _unit(num_clients, num_workers)
    num_units = -(-num_clients // unit)
    ranges = []
    for worker in range(num_workers):
        start, end = (min(num_clients, unit * (num_units * w // num_workers)) for w in (worker, worker + 1))
        ranges += [ClientRange(worker, first, count) for first, count in _parts(start, end, max_size or num_clients)]
    return ranges


def ranges_at_home(homes: Sequence[Hashable]) -> list[ClientRange]:
    """Cuts a cohort into ranges whose clients are at the same home.

    Args:
        homes: That of each client, in client order. The number of a worker is that of its home among all, in the order
            in which they come.
    """
    numbers = {home: number for number, home in enumerate(dict.fromkeys(homes))}
    ranges, start = [], 0
    for home, group in itertools.groupby(homes):
        end = start + sum(1 for _ in group)
        ranges += [ClientRange(numbers[home], first, count) for first, count in _parts(start, end, len(homes))]
        start = end
    return ranges


def _unit(num_clients: int, num_workers: int) -> int:
    """Returns what shares are multiples of: one client, or blocks if there are many; large ones make few ranges."""
    blocks_per_worker = num_clients // BLOCK_SIZE // num_workers
    if blocks_per_worker < _MANY_BLOCKS:
        return 1
    return BLOCK_SIZE << ((blocks_per_worker // _MANY_BLOCKS).bit_length() - 1)


def _parts(start: int, end: int, max_size: int) -> list[tuple[int, int]]:
    parts = []
    while start < end:
        size = BLOCK_SIZE - start % BLOCK_SIZE
        if size == BLOCK_SIZE:
            while start % (2 * size) == 0 and start + 2 * size <= end and 2 * size <= max_size:
                size *= 2
        size = min(size, end - start)
        parts.append((start, size))
        start += size
    return parts
