"""Contenders take turns, round by round, each in a process of its own.

A slow moment of the machine falls on one round of each contender. The ratio of two of them is
the median over the turns of the quotient within a turn; its spread is that of the middle half.
"""

import dataclasses
import json
import os
import pathlib
import statistics
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from tests.benchmarks import workloads

_MAX_SECONDS_OF_A_CASE = 60
_SECONDS_OF_A_TURN = 0.15


@dataclasses.dataclass(frozen=True, slots=True)
class Rounds:
    """What one contender did in one case.

    Attributes:
        seconds: Of a round, one for each turn.
        peak_mb: The most memory that its process has held.
    """

    seconds: list[float]
    peak_mb: float


@dataclasses.dataclass(frozen=True, slots=True)
class Ratio:
    """How many times longer one contender took than another.

    Attributes:
        median: Over the turns.
        low: The first quartile.
        high: The third quartile.
    """

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.low:.2f}-{self.high:.2f})"


def ratio(one: Rounds, other: Rounds) -> Ratio:
    """Compares two contenders of one case, turn by turn."""
    return ratio_of(one.seconds, other.seconds)


def ratio_of(seconds: Sequence[float], reference: Sequence[float]) -> Ratio:
    """Compares times that were taken in turns."""
    quotients = [a / b for a, b in zip(seconds, reference, strict=True)]
    low, median, high = statistics.quantiles(quotients, n=4) if len(quotients) > 1 else quotients * 3
    return Ratio(median, low, high)


class Contender:
    """The process of one contender.

    It may write byte code, whatever the shell says: whoever has installed tffsim has it. Without,
    a first round would compile each module that it loads.

    Args:
        kind: One of `contender_process.CONTENDERS`.
        checkout: Where the tffsim that it uses is; None takes that beside these benchmarks.

    Attributes:
        name: What tells it apart from the others of its case.
    """

    def __init__(self, kind: str, checkout: pathlib.Path | None = None) -> None:
        self.name = kind if checkout is None else f"{kind}, before"
        environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.contender_process", kind, *([str(checkout)] if checkout else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )
        self._answer()

    def order(self, **order: Any) -> dict[str, Any]:
        """Sends an order and returns the answer.

        Raises:
            RuntimeError: If the contender failed.
        """
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def close(self) -> None:
        """Ends the process."""
        self._process.kill()
        self._process.wait()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"The contender `{self.name}` has ended.")
        answer: dict[str, Any] = json.loads(line)
        if "failed" in answer:
            raise RuntimeError(f"The contender `{self.name}` failed: {answer['failed']}")
        return answer


def measure(contenders: Sequence[Contender], workload: str, num_clients: int, num_turns: int) -> dict[str, Rounds]:
    """Lets contenders do one workload in rotated turns.

    Returns:
        What each did, by name.

    Raises:
        RuntimeError: If one fails, or if their results differ.
    """
    check_results(contenders, workload, num_clients)
    times = {}
    for contender in contenders:
        contender.order(workload=workload, clients=num_clients)
        contender.order(rounds=1)
        # What is built when a function is called often is built before the turns.
        warm = min(contender.order(rounds=1)["seconds"] for _ in range(3))
        times[contender.name] = max(1, round(_SECONDS_OF_A_TURN / warm))
    seconds: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    spent = 0.0
    for turn in range(num_turns):
        shift = turn % len(contenders)
        for contender in [*contenders[shift:], *contenders[:shift]]:
            took = contender.order(rounds=times[contender.name])["seconds"]
            seconds[contender.name].append(took)
            spent += took * times[contender.name]
        if spent > _MAX_SECONDS_OF_A_CASE:
            break
    return {c.name: Rounds(seconds[c.name], c.order(result=True)["peak_mb"]) for c in contenders}


def check_results(contenders: Sequence[Contender], workload: str, num_clients: int) -> None:
    """Compares what contenders return after two rounds.

    Raises:
        RuntimeError: If two of them differ.
    """
    fingerprints = {}
    for contender in contenders:
        contender.order(workload=workload, clients=num_clients)
        contender.order(rounds=2)
        fingerprints[contender.name] = contender.order(result=True)["fingerprint"]
    reference = next(iter(fingerprints.values()))
    different = [name for name, found in fingerprints.items() if not workloads.agree(reference, found)]
    if different:
        raise RuntimeError(f"In {workload} these contenders returned something else: {fingerprints}.")
