"""How many clients may be at work, so that large updates take constant memory.

A fold keeps one sum for each bit that is set in the number of whole blocks behind it (see
`fold_shape`). As there are more of them, fewer large updates are made before their turn.
"""

import federated_language as fl

from tffsim.federation.fold_shape import num_sums_kept
from tffsim.language.type_sizes import static_size

NUM_AHEAD = 2
"""How many clients have a place besides those that run, so that a thread that is free finds another at once."""

_LARGE_BYTES = 4_000_000


class PlacesAtWork:
    """How many of the next clients may be at work.

    Args:
        limit: For small updates, and as long as few sums are kept.
        member_type: The type of an update; None if none is folded.
        first_client: Index of the first client in the whole cohort.
    """

    __slots__ = ("_first_client", "_is_large", "_limit")

    def __init__(self, limit: int, member_type: fl.Type | None = None, first_client: int = 0) -> None:
        self._limit = limit
        self._first_client = first_client
        self._is_large = member_type is not None and static_size(member_type) >= _LARGE_BYTES

    def at(self, client: int) -> int:
        """Returns how many may be at work with a client: those before it that are not folded yet, and itself.

        Args:
            client: Its index among these clients.
        """
        if not self._is_large:
            return self._limit
        num_more = num_sums_kept(self._first_client + client) - 1
        return max(1, self._limit - min(max(0, num_more), NUM_AHEAD))
