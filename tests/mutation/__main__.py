"""Puts small faults into the code, one at a time, and lists those that no test finds: `make mutants`.

A fault that survives is a question: is a test missing, or does the fault change nothing?

`mutmut` runs the tests in the process that it forks, and a fork of a process that has used
TensorFlow hangs; `cosmic-ray` imports TensorFlow anew for every fault. So this is our own.
"""

import argparse
import collections
import pathlib
import random
import tempfile
import time

from rich.console import Console
from rich.table import Table

from tests.mutation import runs
from tests.mutation.mutants import Mutant, mutants_of
from tests.mutation.runs import ROOT, Checkout, Run

TARGETS = (
    "tffsim/executors/*.py",
    "tffsim/tracing/**/*.py",
    "tffsim/execution_contexts/driving.py",
    "tffsim/execution_contexts/event_loop_thread.py",
    "tffsim/execution_contexts/invocation.py",
)
THROUGH_ALL = ("tests/integration/test_local_stack.py", "tests/integration/test_cancellation.py")
"""What survives the tests of its own chapter meets these, which run whole stacks."""

console = Console(width=120)


def main() -> None:
    """Chooses faults, runs the tests on them and prints what survived."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=150, help="how many faults (150)")
    parser.add_argument("--seed", type=int, default=0, help="which ones (0)")
    parser.add_argument("--minutes", type=float, default=60, help="no fault is tried after that time (60)")
    parser.add_argument("--jobs", type=int, default=2, help="how many are tried at the same time (2)")
    parser.add_argument("paths", nargs="*", default=TARGETS, help="modules, or patterns of them")
    arguments = parser.parse_args()
    chosen = choose(arguments.paths, arguments.count, arguments.seed)
    print_results(try_all(chosen, arguments.jobs, arguments.minutes * 60), len(chosen))


def choose(patterns: tuple[str, ...] | list[str], count: int, seed: int) -> list[Mutant]:
    """Returns a sample of all mutants of some modules, the same one for the same seed."""
    paths = sorted({path for pattern in patterns for path in ROOT.glob(pattern)})
    mutants = [mutant for path in paths for mutant in mutants_of(path)]
    return random.Random(seed).sample(mutants, min(count, len(mutants)))


def chapter_tests(path: pathlib.Path) -> list[str]:
    """Returns what may find a fault in a module, what finds it soonest first."""
    chapter = pathlib.Path("tests/unit", path.relative_to(ROOT / "tffsim").parts[0])
    own = chapter / f"test_{path.stem}.py"
    tests = [str(own)] if (ROOT / own).is_file() else []
    return [*tests, str(chapter), *THROUGH_ALL]


def try_all(mutants: list[Mutant], jobs: int, seconds: float) -> list[Run]:
    """Runs the tests on mutants and returns the runs; none starts after the time is over."""
    for name in runs.SLOW_IMPORTS:
        __import__(name)
    end = time.monotonic() + seconds
    with tempfile.TemporaryDirectory(prefix="tffsim-mutants-") as folder:
        idle = [Checkout(pathlib.Path(folder, f"checkout_{number}")) for number in range(jobs)]
        limits = {path.parent: 0.0 for path in sorted(mutant.path for mutant in mutants)}
        for parent in limits:
            limits[parent] = _limit(idle[0], next(mutant.path for mutant in mutants if mutant.path.parent == parent))
        waiting, under_way, ended = list(reversed(mutants)), list[Run](), list[Run]()
        while under_way or (waiting and time.monotonic() < end):
            while idle and waiting and time.monotonic() < end:
                mutant = waiting.pop()
                limit = limits[mutant.path.parent]
                under_way.append(runs.start(idle.pop(), chapter_tests(mutant.path), limit, mutant))
            for run in [run for run in under_way if run.has_ended()]:
                under_way.remove(run)
                idle.append(run.checkout)
                ended.append(run)
                _report(run, len(ended), len(mutants))
            time.sleep(0.05)
    return ended


def _limit(checkout: Checkout, path: pathlib.Path) -> float:
    """Measures how long tests take without a fault; with one they may take three times as long."""
    run = runs.start(checkout, chapter_tests(path), 1800)
    while not run.has_ended():
        time.sleep(0.05)
    if run.outcome != "survived":
        raise SystemExit(f"{runs.log_of(checkout).read_text()}\nThe tests fail without any fault. Mend them first.")
    console.print(f"The tests of {path.parent.relative_to(ROOT)} take {run.seconds:.0f} s.", highlight=False)
    return 60 + 3 * run.seconds


def _report(run: Run, number: int, count: int) -> None:
    assert run.mutant is not None
    place = f"{run.mutant.path.relative_to(ROOT)}:{run.mutant.line}"
    console.print(f"{number:4} of {count}  {run.outcome:8}  {run.seconds:5.0f} s  {place}", highlight=False)


def print_results(ended: list[Run], count: int) -> None:
    """Prints how many were found per folder, and every one that was not."""
    outcomes: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    survivors = Table("where", "difference", title="Survivors", show_lines=True, title_justify="left")
    for run in sorted(ended, key=lambda run: (run.mutant.path, run.mutant.line)):  # type: ignore[union-attr]
        assert run.mutant is not None
        outcomes[str(run.mutant.path.parent.relative_to(ROOT))][run.outcome] += 1
        if run.outcome == "survived":
            place = f"{run.mutant.path.relative_to(ROOT)}:{run.mutant.line}"
            survivors.add_row(place, run.mutant.difference().replace("[", r"\["))
    totals = Table("folder", "killed", "too slow", "survived", title="Faults", title_justify="left")
    for folder, counted in sorted(outcomes.items()):
        totals.add_row(folder, *(str(counted[outcome]) for outcome in ("killed", "too slow", "survived")))
    console.print(survivors, totals)
    if len(ended) < count:
        console.print(f"The time was over after {len(ended)} of {count} faults.")


if __name__ == "__main__":
    main()
