"""Prints tffsim's speed and memory as ratios to hand-written TensorFlow: `make bench`."""

import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import time
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def main() -> None:
    """Runs all benchmarks and prints one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds and no large cohorts")
    parser.add_argument("--probe", choices=["memory", "first-call"], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.probe == "memory":
        print(json.dumps(_memory_probe()))
    elif arguments.probe == "first-call":
        print(json.dumps(_first_call_probe()))
    else:
        _print_tables(arguments.quick)


def _print_tables(quick: bool) -> None:
    console = Console(width=110)
    table = Table(title="tffsim against hand-written TensorFlow, same work, same process, in turns")
    for column in ("workload", "per client", "reference", "ratio", "budget"):
        table.add_column(column, justify="left" if column == "workload" else "right")
    for comparison in _comparisons(quick):
        budget = f"≤ {comparison.budget:.2f}" if comparison.budget else ""
        over = comparison.budget is not None and comparison.ratio > comparison.budget
        ratio = f"[red]{comparison.ratio:.2f}[/]" if over else f"{comparison.ratio:.2f}"
        per_client = [1e6 * s / comparison.units for s in (comparison.seconds, comparison.reference_seconds)]
        table.add_row(comparison.name, *(f"{us:,.1f} µs" for us in per_client), ratio, budget)
    console.print(table)
    _print_tracing(console, quick)
    _print_memory(console)
    console.print(_import_line())
    console.print(
        "first round of W2, 10 clients: {extra:+.2f} s over the hand-written loop (budget 1 s)".format(
            **_probe("first-call")
        )
    )
    console.print(
        "W2, 100 clients: peak memory {peak_mb:.0f} MB, of which {base_mb:.0f} MB before the first round; "
        "200 rounds with changing cohorts: {growth_mb:+.0f} MB, {threads_growth:+d} threads".format(**_probe("memory"))
    )


def _print_tracing(console: Console, quick: bool) -> None:
    from tests.benchmarks import pictures, tracing

    table = Table("workload", "traced", "not traced", "ratio", "budget", title="what tracing costs")
    for comparison in tracing.overheads(quick):
        per_client = [1e6 * s / comparison.units for s in (comparison.seconds, comparison.reference_seconds)]
        table.add_row(
            comparison.name,
            *(f"{us:,.1f} µs" for us in per_client),
            f"{comparison.ratio:.2f}",
            f"≤ {comparison.budget:.2f}",
        )
    console.print(table)
    table = Table("large traces", "measured", "budget")
    for measurement in (*tracing.large_traces(), *pictures.pictures()):
        table.add_row(*measurement)
    console.print(table)


def _print_memory(console: Console) -> None:
    from tests.benchmarks import cohort_memory, interrupts

    table = Table("memory of a round; interrupts", "measured", "budget")
    for row in (*cohort_memory.rows(), *interrupts.rows()):
        table.add_row(*row)
    console.print(table)


def _comparisons(quick: bool) -> Iterator["object"]:
    from tests.benchmarks import workloads
    from tests.benchmarks.contenders import compare

    for n in (10, 100, 1000) if quick else (10, 100, 1000, 10_000):
        ours, reference = workloads.scalar_map_and_mean(n)
        yield compare(
            f"W1 scalar map + mean, {n:,} clients", ours, reference, units=n, rounds=3 if n > 1000 else 9, budget=2.5
        )
    for n in (10, 100) if quick else (10, 100, 1000):
        ours, reference = workloads.federated_averaging(n)
        yield compare(
            f"W2 FedAvg round, MLP, {n:,} clients",
            ours,
            reference,
            units=n,
            rounds=3 if n > 100 else 7,
            budget=1.10 if n >= 100 else None,
        )
    ours, reference = workloads.federated_averaging(10, cnn=True)
    yield compare("W3 FedAvg round, CNN, 10 clients", ours, reference, units=10, rounds=3, budget=1.10)
    ours, reference = workloads.aggregate_vectors(100, 100_000)
    yield compare("W4 aggregate of 100,000 floats, 100 clients", ours, reference, units=100, rounds=7)


def _import_line() -> str:
    code = (
        "import sys, time; start = time.perf_counter(); import tffsim; "
        "print(time.perf_counter() - start, 'tensorflow' in sys.modules)"
    )
    times = [subprocess.check_output([sys.executable, "-c", code], text=True).split() for _ in range(3)]
    seconds = min(float(time) for time, _ in times)
    loads = "loads" if times[0][1] == "True" else "does not load"
    return f"import tffsim: {seconds:.2f} s (budget 0.7 s), {loads} TensorFlow"


def _probe(name: str) -> dict[str, float]:
    """Runs a measurement in a fresh process."""
    command = [sys.executable, "-m", "tests.benchmarks", "--probe", name]
    output = subprocess.check_output(command, text=True, stderr=subprocess.DEVNULL)
    return json.loads(output.splitlines()[-1])


def _first_call_probe() -> dict[str, float]:
    from tests.benchmarks import workloads

    ours, reference = workloads.federated_averaging(10)
    seconds = []
    for contender in (reference, ours):
        start = time.perf_counter()
        contender()
        seconds.append(time.perf_counter() - start)
    return {"extra": seconds[1] - seconds[0]}


def _peak_memory_mb() -> float:
    """Returns the most memory this program has held, without what the process held before it became this program."""
    status = pathlib.Path("/proc/self/status")
    if status.exists():
        (line,) = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) / 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def _memory_probe() -> dict[str, float]:
    import threading

    import psutil

    from tests.benchmarks import workloads

    process = psutil.Process()
    round_fn, _ = workloads.federated_averaging(100)
    base = process.memory_info().rss / 1e6
    round_fn()
    peak = _peak_memory_mb()
    rounds = [workloads.federated_averaging(n, batches=1)[0] for n in range(1, 21)]
    for warm_up in rounds * 3:
        warm_up()
    before, threads = process.memory_info().rss / 1e6, threading.active_count()
    for k in range(200):
        rounds[k % len(rounds)]()
    growth = process.memory_info().rss / 1e6 - before
    return {
        "peak_mb": peak,
        "base_mb": base,
        "growth_mb": growth,
        "threads_growth": threading.active_count() - threads,
    }


if __name__ == "__main__":
    main()
