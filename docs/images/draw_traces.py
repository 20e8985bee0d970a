"""Draws the pictures of `docs/tracing.md`: rounds of the demo, traced. Run it with `make picture`."""

import pathlib
from collections.abc import Callable
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt

import tffsim as tff
from tffsim.simulation import digits, fed_avg
from tffsim.views import PANELS

FOLDER = pathlib.Path(__file__).parent
# One is enough for the others.
NUM_ROUNDS = {"rounds": 5}


def draw() -> None:
    """Writes `trace_*.png` next to this file."""
    mpl.use("Agg")
    client_data, _ = digits.load_digits(20, "iid", seed=0)
    datasets = client_data.datasets()
    next_round = fed_avg.fed_avg()
    weights = next_round(fed_avg.initial_weights(), datasets)
    traces = {number: _traced(next_round, weights, datasets, number) for number in (1, *NUM_ROUNDS.values())}
    for name in PANELS:
        axes = getattr(traces[NUM_ROUNDS.get(name, 1)].plot, name)(dark=False)
        axes.figure.savefig(FOLDER / f"trace_{name}.png", dpi=110)
        plt.close(axes.figure)


def _traced(next_round: Callable[..., Any], weights: object, datasets: object, num_rounds: int) -> tff.Trace:
    with tff.trace() as trace:
        for _ in range(num_rounds):
            weights = next_round(weights, datasets)
    return trace


if __name__ == "__main__":
    draw()
