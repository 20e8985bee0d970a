"""Measuring contenders side by side: in turns, in one process, the best of several rounds."""

import dataclasses
import time
from collections.abc import Callable, Mapping


@dataclasses.dataclass(frozen=True, slots=True)
class Comparison:
    """The best times of two contenders for the same work.

    Attributes:
        name: What was done.
        seconds: By tffsim.
        reference_seconds: By the reference.
        budget: The largest ratio that is acceptable; None if there is none.
        units: How many units of work (clients) one run consists of.
    """

    name: str
    seconds: float
    reference_seconds: float
    budget: float | None
    units: int

    @property
    def ratio(self) -> float:
        """How many times longer tffsim took."""
        return self.seconds / self.reference_seconds


def best_times(contenders: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Returns the shortest time of each contender, in seconds.

    The contenders take turns, so that a slow spell of the machine hits them all.

    Args:
        contenders: What to run, by name.
        rounds: How often each runs after one run to warm up.
    """
    best = dict.fromkeys(contenders, float("inf"))
    for contender in contenders.values():
        contender()
    for _ in range(rounds):
        for name, contender in contenders.items():
            start = time.perf_counter()
            contender()
            best[name] = min(best[name], time.perf_counter() - start)
    return best


def compare(
    name: str,
    ours: Callable[[], object],
    reference: Callable[[], object],
    *,
    units: int,
    rounds: int = 5,
    budget: float | None = None,
) -> Comparison:
    """Measures tffsim against a reference that does the same work."""
    best = best_times({"ours": ours, "reference": reference}, rounds)
    return Comparison(name, best["ours"], best["reference"], budget, units)
