"""How long the first round of a new process takes, as users wait for it: what it imports and builds is part of it.

TensorFlow and tffsim are imported before, and the data is made.
"""

import pathlib
from collections.abc import Sequence

from tests.benchmarks.turns import Contender, Ratio, ratio_of

NUM_PAIRS = 5


def first_seconds(kind: str, workload: str, num_clients: int, checkout: pathlib.Path | None = None) -> float:
    """Returns how long the first round takes.

    Args:
        kind: One of `contender_process.CONTENDERS`.
        workload: What is done.
        num_clients: By how many clients.
        checkout: Where the tffsim that it uses is; None takes that beside these benchmarks.
    """
    contender = Contender(kind, checkout)
    try:
        contender.order(workload=workload, clients=num_clients)
        seconds: float = contender.order(rounds=1)["seconds"]
    finally:
        contender.close()
    return seconds


def compared(
    kind: str, workload: str, num_clients: int, before: pathlib.Path
) -> tuple[tuple[Sequence[float], Sequence[float]], Ratio]:
    """Lets the first rounds of two checkouts take turns, in rotated order.

    Returns:
        Their seconds, before and now, and how many times longer it takes now.
    """
    seconds: tuple[list[float], list[float]] = ([], [])
    for pair in range(NUM_PAIRS + 1):
        for side in (0, 1) if pair % 2 else (1, 0):
            took = first_seconds(kind, workload, num_clients, None if side else before)
            if pair:  # Those of the first pair write byte code.
                seconds[side].append(took)
    return seconds, ratio_of(seconds[1], seconds[0])
