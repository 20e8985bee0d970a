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
_TICKS = (0.25, 0.5, 1, 2)
_LIMIT_COLOUR = "#b5002b"


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
    """Draws the ratios that have a budget: a row each, the latest measurement dark, and what is allowed."""
    entries = [json.loads(line) for line in HISTORY.read_text(encoding="utf-8").splitlines()]
    # A measurement may be of some workloads only.
    limits = {name: most for name, most in _limits().items() if any(name in entry["ratios"] for entry in entries)}
    figure, axes = pyplot.subplots(figsize=(8, 0.36 * len(limits) + 1), layout="constrained")
    for row, (name, most) in enumerate(limits.items()):
        known = [entry["ratios"][name] for entry in entries if name in entry["ratios"]]
        for age, (median, low, high) in enumerate(reversed(known)):
            height = row - 0.12 * min(age, 3)
            colour = str(min(0.75, 0.3 * age))
            axes.plot([low, high], [height, height], color=colour, linewidth=1)
            axes.plot(median, height, "o", color=colour, markersize=5 if age else 7)
        axes.plot([most, most], [row - 0.35, row + 0.35], color=_LIMIT_COLOUR, linewidth=2)
    axes.axvline(1, color="0.85", linewidth=0.8, zorder=0)
    axes.set_xscale("log")
    axes.set_xticks(_TICKS, [f"{tick:g}" for tick in _TICKS])
    axes.minorticks_off()
    axes.set_yticks(range(len(limits)), list(limits), fontsize=8)
    axes.invert_yaxis()
    dates = f"{entries[0]['date']} to {entries[-1]['date']}"
    axes.set_xlabel(
        f"time / time of the reference; red: at most; dark: the latest of {len(entries)}, {dates}", fontsize=8
    )
    figure.savefig(PICTURE, metadata={"Date": None})


def _limits() -> dict[str, float]:
    return {
        _name(case.workload, case.num_clients, budget): budget.limit
        for case in CASES
        for budget in case.budgets
        if budget.limit is not None
    }


def _name(workload: str, num_clients: int, budget: Budget) -> str:
    return f"{workload}, {num_clients} clients: {budget.contender} / {budget.reference}"
