"""Puts small faults into the code, one at a time, and lists those that no test finds: `make mutants`.

A fault that survives is a question: is a test missing, or does the fault change nothing?

`mutmut` runs the tests in the process that it forks, and a fork of a process that has used
TensorFlow hangs; `cosmic-ray` imports TensorFlow anew for every fault. So this is our own.
"""

import argparse
import collections
import functools
import itertools
import pathlib
import random
import tempfile
import time
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

from tests.mutation import reach, runs
from tests.mutation.mutants import Mutant, mutants_of
from tests.mutation.reach import Only, Watch, WatchedTest, choose_tests
from tests.mutation.runs import ROOT, Checkout, Run

TARGETS = (
    "tffsim/executors/*.py",
    "tffsim/federation/*.py",
    "tffsim/concurrency/*.py",
    "tffsim/external_runtime/**/*.py",
    "tffsim/failures/*.py",
    "tffsim/tracing/**/*.py",
    "tffsim/execution_contexts/invocation.py",
)
THROUGH_ALL = (
    "tests/integration/test_cancellation.py",
    "tests/integration/test_clients_that_share_calls.py",
    "tests/integration/test_local_stack.py",
)
"""Beside the tests of its own chapter, a fault meets these, which run whole stacks."""

ELSEWHERE = {"tracing": "tests/integration/traces", "federation": "tests/integration/test_memory_of_folds.py"}
"""Tests of a chapter that are not in its folder, because they need other chapters too."""

SECONDS_PER_MUTANT = 120.0
"""What reached a fault that long without finding it is taken not to find it."""

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


def try_all(mutants: list[Mutant], jobs: int, seconds: float) -> list[Run]:
    """Runs the tests on mutants and returns the runs; none starts after the time is over."""
    for name in runs.SLOW_IMPORTS:
        __import__(name)
    end = time.monotonic() + seconds
    with tempfile.TemporaryDirectory(prefix="tffsim-mutants-") as folder:
        checkouts = [Checkout(pathlib.Path(folder, f"checkout_{number}")) for number in range(jobs)]
        tests = _watch_tests(mutants, checkouts)
        in_time = itertools.takewhile(lambda _: time.monotonic() < end, mutants)
        ended = []
        for run in runs.in_turn((functools.partial(_try, mutant, tests) for mutant in in_time), checkouts):
            ended.append(run)
            _report(run, len(ended), len(mutants))
    return ended


def _watch_tests(mutants: Sequence[Mutant], checkouts: Sequence[Checkout]) -> list[WatchedTest]:
    """Runs the tests without any fault and returns what they reach."""
    chapters = {mutant.path.relative_to(ROOT / "tffsim").parts[0] for mutant in mutants}
    of_chapters = [f"tests/unit/{chapter}" for chapter in chapters]
    of_chapters += [ELSEWHERE[chapter] for chapter in chapters & ELSEWHERE.keys()]
    modules = {str(mutant.path.relative_to(ROOT)) for mutant in mutants}
    tests, started = list[WatchedTest](), time.monotonic()
    for run in runs.in_turn(
        [functools.partial(_watch, each, modules) for each in (*of_chapters, *THROUGH_ALL)], checkouts
    ):
        if run.outcome != "survived":
            raise SystemExit(f"{run.log}\nThe tests fail without any fault. Mend them first.")
        tests += reach.read(_watched(run.checkout))
    console.print(f"{len(tests)} tests without any fault: {time.monotonic() - started:.0f} s", highlight=False)
    return tests


def _watch(tests: str, modules: Iterable[str], checkout: Checkout) -> Run:
    return runs.start(checkout, [tests], 3600, Watch(checkout.folder, modules, _watched(checkout)))


def _watched(checkout: Checkout) -> pathlib.Path:
    return checkout.folder.with_suffix(".json")


def _try(mutant: Mutant, tests: Sequence[WatchedTest], checkout: Checkout) -> Run:
    """Starts the tests that reach a mutant. They may take three times as long as without it."""
    chosen = choose_tests(tests, str(mutant.path.relative_to(ROOT)), mutant.line, SECONDS_PER_MUTANT)
    limit = 60 + 3 * sum(test.seconds for test in chosen)
    only = Only(test.name for test in chosen)
    return runs.start(checkout, sorted({test.file for test in chosen}), limit, only, mutant)


def _report(run: Run, number: int, count: int) -> None:
    assert run.mutant is not None
    place = f"{run.mutant.path.relative_to(ROOT)}:{run.mutant.line}"
    found_by = f"  {run.found_by}" if run.outcome == "killed" else ""
    line = f"{number:4} of {count}  {run.outcome:8}  {run.seconds:5.0f} s  {place}{found_by}"
    console.print(line, highlight=False, markup=False, soft_wrap=True)


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
