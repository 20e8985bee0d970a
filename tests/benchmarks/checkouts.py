"""Whether tffsim became slower: the checkout of before and this one take turns, with the same benchmarks."""

import contextlib
import dataclasses
import pathlib
import statistics
import subprocess
import tempfile
from collections.abc import Iterator, Sequence

from tests.benchmarks import first_rounds
from tests.benchmarks.contender_process import CONTENDERS
from tests.benchmarks.speed import CASES
from tests.benchmarks.turns import Contender, Ratio, measure, ratio

ROOT = pathlib.Path(__file__).parents[2]
WORSE_FROM = 1.05
"""Two runs of the same code differ by less: what is above, with its whole middle half, is worse."""
FIRST_WORSE_FROM = 1.2
"""The same for first rounds of new processes, which differ more."""


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """What came out of one comparison.

    Attributes:
        workload: What was done.
        num_clients: By how many clients.
        contender: In which way tffsim did it.
        found: How many times longer it takes now.
        milliseconds: How long a round takes now, the median.
        first_seconds: How long the first round of a new process takes, before and now, the medians.
        found_first: How many times longer that takes now.
    """

    workload: str
    num_clients: int
    contender: str
    found: Ratio
    milliseconds: float
    first_seconds: tuple[float, float]
    found_first: Ratio

    @property
    def is_worse(self) -> bool:
        """Whether it takes longer now, beyond what chance does."""
        return self.found.low > WORSE_FROM or self.found_first.low > FIRST_WORSE_FROM


@contextlib.contextmanager
def checkout(commit_or_path: str) -> Iterator[pathlib.Path]:
    """Yields the folder of a checkout; that of a commit is made, and is gone after the block.

    Raises:
        ValueError: If there is neither such a folder nor such a commit.
    """
    path = pathlib.Path(commit_or_path)
    if path.is_dir():
        if not (path / "tffsim" / "__init__.py").is_file():
            raise ValueError(f"There is no tffsim in {commit_or_path!r}: name a checkout of it, or a commit.")
        yield path.resolve()
        return
    with tempfile.TemporaryDirectory() as folder:
        target = pathlib.Path(folder) / "before"
        done = _git("worktree", "add", "--detach", str(target), commit_or_path)
        if done.returncode:
            raise ValueError(f"{commit_or_path!r} is neither a folder nor a commit: {done.stderr.strip()}")
        try:
            yield target
        finally:
            _git("worktree", "remove", "--force", str(target))


def rows(before: pathlib.Path, num_turns: int, workloads: Sequence[str] = ()) -> Iterator[Row]:
    """Measures each case that tffsim takes part in, one after the other.

    Args:
        before: The checkout of before.
        num_turns: How often each of the two runs.
        workloads: Their names; empty means all.
    """
    pairs: dict[str, tuple[Contender, Contender]] = {}
    try:
        for workload, num_clients, kind in _cases():
            if workloads and workload not in workloads:
                continue
            if kind not in pairs:
                pairs[kind] = Contender(kind, before), Contender(kind)
            then, now = (contender.name for contender in pairs[kind])
            found = measure(pairs[kind], workload, num_clients, num_turns)
            firsts, found_first = first_rounds.compared(kind, workload, num_clients, before)
            yield Row(
                workload,
                num_clients,
                kind,
                ratio(found[now], found[then]),
                1e3 * sorted(found[now].seconds)[len(found[now].seconds) // 2],
                (statistics.median(firsts[0]), statistics.median(firsts[1])),
                found_first,
            )
    finally:
        for pair in pairs.values():
            for contender in pair:
                contender.close()


def _cases() -> list[tuple[str, int, str]]:
    ours = [kind for kind, (module, _) in CONTENDERS.items() if module == "tffsim_round"]
    named = [
        (case.workload, case.num_clients, kind)
        for case in CASES
        for budget in case.budgets
        for kind in (budget.contender, budget.reference)
        if kind in ours
    ]
    return list(dict.fromkeys(named))


def _git(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
