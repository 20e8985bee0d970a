"""What goes over the wire to another process, counted in bytes: whatever carries it adds to a `WireBytes`."""

import dataclasses

OTHERS = -1
"""The AST node of what is no value: programs, spans, leases."""


@dataclasses.dataclass(slots=True)
class Amount:
    """Bytes of messages.

    Attributes:
        down: How many went to the other process.
        up: How many came from it.
        num_messages: In how many messages.
    """

    down: int = 0
    up: int = 0
    num_messages: int = 0

    def add(self, other: "Amount") -> None:
        """Adds another amount."""
        self.down += other.down
        self.up += other.up
        self.num_messages += other.num_messages


class WireBytes:
    """What went over a wire: each message as it was serialised.

    Attributes:
        amounts: How much, by the AST node whose values it was; `OTHERS` for the rest.
    """

    __slots__ = ("amounts",)

    def __init__(self) -> None:
        self.amounts: dict[int, Amount] = {}

    def sent(self, num_bytes: int, node: int = OTHERS) -> None:
        """Counts a message to the other process."""
        self._of(node).add(Amount(num_bytes, 0, 1))

    def received(self, num_bytes: int, node: int = OTHERS) -> None:
        """Counts a message from the other process."""
        self._of(node).add(Amount(0, num_bytes, 1))

    def ascribe(self, node: int, *, down: int = 0, up: int = 0) -> None:
        """Says that a part of what was counted are values of an AST node."""
        if node != OTHERS:
            self._of(node).add(Amount(down, up))
            self._of(OTHERS).add(Amount(-down, -up))

    def take(self) -> dict[int, Amount]:
        """Returns what was counted, and begins anew."""
        taken, self.amounts = self.amounts, {}
        return taken

    def _of(self, node: int) -> Amount:
        amount = self.amounts.get(node)
        if amount is None:
            amount = self.amounts[node] = Amount()
        return amount
