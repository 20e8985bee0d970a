"""Draws the pictures of `docs/tracing.md`: one round of the demo, traced. Run it with `make picture`."""

import pathlib

import matplotlib as mpl
from matplotlib import pyplot as plt

import tffsim as tff
from tffsim.simulation import digits, fed_avg
from tffsim.views import PANELS

FOLDER = pathlib.Path(__file__).parent


def draw() -> None:
    """Writes `trace_*.png` next to this file."""
    mpl.use("Agg")
    client_data, _ = digits.load_digits(20, "iid", seed=0)
    datasets = client_data.datasets()
    next_round = fed_avg.fed_avg()
    weights = next_round(fed_avg.initial_weights(), datasets)
    with tff.trace() as trace:
        next_round(weights, datasets)
    for name in PANELS:
        axes = getattr(trace.plot, name)(dark=False)
        axes.figure.savefig(FOLDER / f"trace_{name}.png", dpi=110)
        plt.close(axes.figure)


if __name__ == "__main__":
    draw()
