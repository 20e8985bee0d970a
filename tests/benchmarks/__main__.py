"""Prints tffsim's speed and memory as ratios to the best that can be done by hand: `make bench`."""

import argparse
import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from tests.benchmarks.speed import Line, lines

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def main() -> None:
    """Runs all benchmarks, or those that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=9, help="how often each contender runs")
    parser.add_argument("--only", nargs="*", default=[], metavar="W2", help="measure the speed of these workloads only")
    parser.add_argument("--record", metavar="WHY", help="add the ratios to the history, and draw it again")
    parser.add_argument(
        "--before", metavar="COMMIT", help="compare with tffsim of a commit, or of a folder with a checkout, instead"
    )
    parser.add_argument("--workers", action="store_true", help="measure what workers on this machine cost only")
    parser.add_argument("--probe", choices=list(_PROBES), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.probe:
        print(json.dumps(_PROBES[arguments.probe]()))
        return
    console = Console(width=130)
    if arguments.workers:
        _print_workers(console)
        return
    if arguments.before:
        sys.exit(_print_comparison(console, arguments.before, arguments.turns, arguments.only))
    measured = _print_speed(console, arguments.turns, arguments.only)
    if arguments.record:
        from tests.benchmarks import history

        history.record(measured, arguments.record)
        history.draw()
    if not arguments.only:
        _print_rest(console)


def _print_speed(console: Console, num_turns: int, workloads: Sequence[str]) -> list[Line]:
    table = Table(title="time of a round, paired turn by turn: median of the ratios (middle half)")
    for column in ("workload", "clients", "contender", "reference", "µs a client", "first s", "ratio", "budget", "met"):
        table.add_column(column, justify="left" if column in ("workload", "contender", "reference") else "right")
    measured = []
    for line in lines(num_turns, workloads):
        measured.append(line)
        limit = line.budget.limit
        over = limit is not None and line.found.median > limit
        table.add_row(
            line.workload,
            f"{line.num_clients:,}",
            line.budget.contender,
            line.budget.reference,
            f"{line.microseconds:,.1f}",
            f"{line.first_seconds:.2f}",
            f"[red]{line.found}[/]" if over else str(line.found),
            f"≤ {limit:.2f}" if limit is not None else "",
            "" if limit is None else "no" if over else "yes",
        )
    console.print(table)
    return measured


def _print_comparison(console: Console, before: str, num_turns: int, workloads: Sequence[str]) -> int:
    """Returns the exit code: 1 if something became slower."""
    from tests.benchmarks import checkouts

    title = f"time of a round, and of the first one in a new process, now / at {before}: median ratio (middle half)"
    columns = ("workload", "clients", "contender", "ms a round", "ratio", "worse", "first s, before", "now", "ratio")
    table = Table(*columns, title=title)
    worse = 0
    with checkouts.checkout(before) as folder:
        for row in checkouts.rows(folder, num_turns, workloads):
            worse += row.is_worse
            table.add_row(
                row.workload,
                f"{row.num_clients:,}",
                row.contender,
                f"{row.milliseconds:,.1f}",
                str(row.found),
                "[red]yes[/]" if row.is_worse else "no",
                *(f"{seconds:.2f}" for seconds in row.first_seconds),
                str(row.found_first),
            )
    console.print(table)
    return min(worse, 1)


def _print_rest(console: Console) -> None:
    from tests.benchmarks import cohort_memory, interrupts, pictures, tracing

    table = Table("what", "measured", "budget", title="memory, large traces, start")
    for row in (
        *cohort_memory.rows(),
        *interrupts.rows(),
        *tracing.large_traces(),
        *pictures.pictures(),
    ):
        table.add_row(*row)
    table.add_row("import tffsim", *_import_time())
    growth = _probe("growth")
    table.add_row(
        "200 rounds with changing cohorts", "{megabytes:+.0f} MB, {threads:+.0f} threads".format(**growth), "0"
    )
    console.print(table)
    # A process of its own: this one has held, and freed, what all the others needed.
    subprocess.run([sys.executable, "-m", "tests.benchmarks", "--workers"], check=True)


def _print_workers(console: Console) -> None:
    from tests.benchmarks import remote_calls, remote_memory, shared_memory

    table = Table("what", "measured", "budget", title="workers on this machine: median ratios of turns (middle half)")
    for row in (*remote_calls.rows(), *shared_memory.rows(), *remote_memory.rows()):
        table.add_row(*row)
    console.print(table)


def _import_time() -> tuple[str, str]:
    code = (
        "import sys, time; start = time.perf_counter(); import tffsim; "
        "print(time.perf_counter() - start, 'tensorflow' in sys.modules)"
    )
    times = [subprocess.check_output([sys.executable, "-c", code], text=True).split() for _ in range(3)]
    loads = "loads" if times[0][1] == "True" else "does not load"
    return f"{min(float(seconds) for seconds, _ in times):.2f} s, {loads} TensorFlow", "≤ 0.7 s, does not load"


def _probe(name: str) -> dict[str, float]:
    """Runs a measurement in a fresh process."""
    command = [sys.executable, "-m", "tests.benchmarks", "--probe", name]
    output = subprocess.check_output(command, text=True, stderr=subprocess.DEVNULL)
    found: dict[str, float] = json.loads(output.splitlines()[-1])
    return found


def _growth() -> dict[str, float]:
    import psutil

    from tests.benchmarks import workloads
    from tests.benchmarks.contenders import tffsim_round

    process, work = psutil.Process(), workloads.WORKLOADS["W2s"]
    weights = workloads.initial_weights(work)
    rounds = [tffsim_round.round_of(work, num_clients) for num_clients in range(1, 21)]
    for warm_up in rounds * 3:
        warm_up(weights)
    before, threads = process.memory_info().rss, threading.active_count()
    for k in range(200):
        rounds[k % len(rounds)](weights)
    grown = (process.memory_info().rss - before) / 1e6
    return {"megabytes": grown, "threads": threading.active_count() - threads}


_PROBES = {"growth": _growth}

if __name__ == "__main__":
    main()
