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
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from tests.mutation import reach, runs
from tests.mutation.mutants import Mutant, mutants_of
from tests.mutation.reach import Only, Watch, WatchedTest, choose_tests
from tests.mutation.runs import ROOT, Checkout, Run

TARGETS = (
    "tffsim/executors/*.py",
    "tffsim/tracing/**/*.py",
    "tffsim/execution_contexts/driving.py",
    "tffsim/execution_contexts/event_loop_thread.py",
    "tffsim/execution_contexts/invocation.py",
)
THROUGH_ALL = ("tests/integration/test_local_stack.py", "tests/integration/test_cancellation.py")
"""Beside the tests of its own chapter, a fault meets these, which run whole stacks."""

SECONDS_PER_MUTANT = 60.0
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
        idle = [Checkout(pathlib.Path(folder, f"checkout_{number}")) for number in range(jobs)]
        tests = _watch_tests(idle[0], mutants)
        waiting, under_way, ended = list(reversed(mutants)), list[Run](), list[Run]()
        while under_way or (waiting and time.monotonic() < end):
            while idle and waiting and time.monotonic() < end:
                under_way.append(_try(waiting.pop(), idle.pop(), tests))
            for run in [run for run in under_way if run.has_ended()]:
                under_way.remove(run)
                idle.append(run.checkout)
                ended.append(run)
                _report(run, len(ended), len(mutants))
            time.sleep(0.05)
    return ended


def _watch_tests(checkout: Checkout, mutants: Sequence[Mutant]) -> list[WatchedTest]:
    """Runs the tests without any fault and returns what they reach."""
    chapters = {f"tests/unit/{mutant.path.relative_to(ROOT / 'tffsim').parts[0]}" for mutant in mutants}
    modules = {str(mutant.path.relative_to(ROOT)) for mutant in mutants}
    written = checkout.folder.with_suffix(".json")
    run = runs.start(checkout, [*sorted(chapters), *THROUGH_ALL], 3600, Watch(checkout.folder, modules, written))
    while not run.has_ended():
        time.sleep(0.05)
    if run.outcome != "survived":
        raise SystemExit(f"{runs.log_of(checkout).read_text()}\nThe tests fail without any fault. Mend them first.")
    tests = reach.read(written)
    console.print(f"The {len(tests)} tests without any fault took {run.seconds:.0f} s.", highlight=False)
    return tests


def _try(mutant: Mutant, checkout: Checkout, tests: Sequence[WatchedTest]) -> Run:
    """Starts the tests that reach a mutant. They may take three times as long as without it."""
    chosen = choose_tests(tests, str(mutant.path.relative_to(ROOT)), mutant.line, SECONDS_PER_MUTANT)
    limit = 60 + 3 * sum(test.seconds for test in chosen)
    names = [test.name for test in chosen]
    return runs.start(checkout, sorted({test.file for test in chosen}), limit, Only(names), mutant)


def _report(run: Run, number: int, count: int) -> None:
    assert run.mutant is not None
    place = f"{run.mutant.path.relative_to(ROOT)}:{run.mutant.line}"
    console.print(
        f"{number:4} of {count}  {run.outcome:8}  {run.seconds:5.0f} s  {place}  {run.found_by}", highlight=False
    )


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
