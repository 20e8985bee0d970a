"""The ratios of earlier measurements, kept in the repository, and their picture.

One line of JSON per measurement. Seconds are not kept: those of two machines say nothing
about each other. `make bench` adds a line when it is asked to: `make bench RECORD="why"`.
"""

import datetime
import json
import pathlib
from collections.abc import Sequence

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot

from tests.benchmarks.speed import CASES, Budget, Line

_FOLDER = pathlib.Path(__file__).parents[2] / "docs"
HISTORY = _FOLDER / "performance_history.jsonl"
PICTURE = _FOLDER / "images" / "performance.svg"


def record(lines: Sequence[Line], reason: str) -> None:
    """Adds a measurement to the history.

    Args:
        lines: What was measured.
        reason: What has changed since the last one.
    """
    ratios = {
        _name(line.workload, line.num_clients, line.budget): [line.found.median, line.found.low, line.found.high]
        for line in lines
    }
    entry = {"date": datetime.date.today().isoformat(), "what": reason, "ratios": ratios}
    with HISTORY.open("a", encoding="utf-8") as history:
        history.write(json.dumps(entry, default=float) + "\n")


def draw() -> None:
    """Draws how the ratios that have a budget have changed."""
    entries = [json.loads(line) for line in HISTORY.read_text(encoding="utf-8").splitlines()]
    # A measurement may be of some workloads only.
    names = [name for name in _names_with_budget() if any(name in entry["ratios"] for entry in entries)]
    figure, axes = pyplot.subplots(figsize=(8, 5), layout="constrained")
    for name in names:
        known = [(k, entry["ratios"][name][0]) for k, entry in enumerate(entries) if name in entry["ratios"]]
        axes.plot(*zip(*known, strict=True), marker="o", label=name)
    axes.set_yscale("log")
    axes.axhline(1, color="gray", linewidth=0.8)
    axes.set_xticks(range(len(entries)), [f"{entry['date']}\n{entry['what']}" for entry in entries], fontsize=8)
    axes.set_ylabel("time / time of the reference (log)")
    axes.legend(fontsize=7, ncols=1, loc="center left", bbox_to_anchor=(1, 0.5))
    figure.savefig(PICTURE, metadata={"Date": None})


def _names_with_budget() -> list[str]:
    return [
        _name(case.workload, case.num_clients, budget)
        for case in CASES
        for budget in case.budgets
        if budget.limit is not None
    ]


def _name(workload: str, num_clients: int, budget: Budget) -> str:
    return f"{workload}, {num_clients} clients: {budget.contender} / {budget.reference}"
