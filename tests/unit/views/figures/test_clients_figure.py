"""The picture of when each client was at work."""

import dataclasses

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.collections import PolyCollection

from tests.unit.tracing.traced_runs import failed_at_client, mean_of_doubles, traced
from tests.unit.views.figures.drawn import texts_of
from tffsim.traces.trace import Trace
from tffsim.tracing.document.operations import OUTCOMES
from tffsim.views.figures.clients_figure import height_of_clients


def trace_of(num_clients):
    return traced(mean_of_doubles, [1.0] * num_clients)[1]


@pytest.fixture
def drawn():
    """Draws a trace and returns its axes."""
    figures = []

    def drawn(trace):
        axes = trace.plot.clients(dark=False)
        figures.append(axes.figure)
        return axes

    yield drawn
    for figure in figures:
        plt.close(figure)


def bars_of(axes):
    """Returns the corners of all bars: palely from start to end, then for the time at work."""
    whole, busy = [c for c in axes.collections if isinstance(c, PolyCollection)]
    return ([path.vertices for path in bars.get_paths()] for bars in (whole, busy))


def test_each_client_has_a_bar_of_which_as_much_is_full_as_it_was_busy(drawn):
    trace = trace_of(3)
    whole, busy = bars_of(drawn(trace))
    table = trace.clients()
    assert len(whole) == len(busy) == table.num_rows == 3
    for client, (bar, full) in enumerate(zip(whole, busy, strict=True)):
        row = table.row(client)
        assert (bar[:, 0].min(), bar[:, 0].max()) == (row["start"], row["end"])
        assert full[:, 0].max() == min(row["start"] + row["busy"], row["end"])
        assert bar[:, 1].mean() == pytest.approx(client, abs=0.2)


@pytest.mark.parametrize(("num_clients", "label"), [(5, "client 4"), (200, "client (of 200)")])
def test_few_clients_have_a_name_each_and_many_some_numbers(drawn, num_clients, label):
    axes = drawn(trace_of(num_clients))
    assert label in [*texts_of(axes), axes.get_ylabel()]
    assert len(axes.get_yticks()) <= 40


def test_very_many_clients_are_a_map_of_how_busy_they_were(drawn):
    axes = drawn(trace_of(500))
    assert not [c for c in axes.collections if isinstance(c, PolyCollection)]
    (image,) = [*axes.images, *axes.collections]
    shares = np.asarray(image.get_array())
    assert shares.size < 10_000
    assert np.nanmin(shares) > 0  # Where nobody works there is nothing.


def test_outcomes_are_told_in_the_key(drawn):
    trace = trace_of(3)
    columns = dict(trace.snapshot.columns)
    columns["outcome"] = np.where(columns["client"] == 1, OUTCOMES.index("error"), columns["outcome"]).astype(np.uint8)
    labels = texts_of(drawn(Trace(dataclasses.replace(trace.snapshot, columns=columns))))
    assert {"ok", "error", "busy, added up", "from start to end"} <= set(labels)


def test_clients_that_never_started_have_a_row_and_no_bar(drawn):
    trace = failed_at_client(7, num_clients=20)
    table = trace.clients()
    started = table.where(table["outcome"] != "not started")
    axes = drawn(trace)
    whole, _ = bars_of(axes)
    assert len(whole) == len(started) and len(axes.get_yticks()) == 20
    assert (f"{20 - len(started)} not started" in axes.get_xlabel()) == (len(started) < 20)
    assert axes.get_xlabel().startswith("time (ms)") and "not started" not in texts_of(axes)


def test_it_is_as_high_as_the_clients_need_up_to_a_bound():
    heights = [height_of_clients(trace_of(n).snapshot) for n in (1, 6, 20, 40, 41, 500)]
    assert heights[0] == heights[1] < heights[2] < heights[3]
    assert heights[4] == heights[5] < heights[3]
