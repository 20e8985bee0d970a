"""The picture of the timeline."""

import dataclasses
import itertools

import numpy as np
from matplotlib import pyplot as plt

from tests.unit.tracing.traced_runs import mean_of_doubles, traced
from tffsim.tracing.document.snapshot import ThreadInfo
from tffsim.views.figures.theme import theme_for
from tffsim.views.figures.timeline_figure import draw_timeline


def test_a_timeline_of_many_spans_has_few_bars():
    _, trace = traced(mean_of_doubles, [1.0] * 1000)
    axes = trace.plot.timeline(dark=False)
    assert trace.snapshot.num_spans > 10_000
    assert sum(len(bars.get_paths()) for bars in axes.collections) < 8_000
    plt.close(axes.figure)


def test_titles_of_threads_do_not_lie_on_each_other():
    snapshot = traced(mean_of_doubles, [1.0] * 9)[1].snapshot
    thread = (np.arange(snapshot.num_spans) % 30).astype(np.int16)
    threads = [ThreadInfo(f"thread {k}", 0) for k in range(30)]
    snapshot = dataclasses.replace(snapshot, columns={**snapshot.columns, "thread": thread}, threads=threads)
    figure, axes = plt.subplots(figsize=(6, 3))
    draw_timeline(snapshot, axes, theme_for(False, axes))
    renderer = figure.canvas.get_renderer()
    boxes = [label.get_window_extent(renderer) for label in axes.get_yticklabels()]
    assert 5 < len(boxes) < 30
    assert not any(upper.overlaps(lower) for upper, lower in itertools.pairwise(boxes))
    plt.close(figure)


def test_a_timeline_begins_with_the_first_span_and_not_with_the_cell():
    snapshot = traced(mean_of_doubles, [1.0])[1].snapshot
    first, last = snapshot.columns["start"].min(), snapshot.columns["end"].max()
    late = {name: snapshot.columns[name] + 10**10 for name in ("start", "end")}
    figure, axes = plt.subplots()
    draw_timeline(dataclasses.replace(snapshot, columns={**snapshot.columns, **late}), axes, theme_for(False, axes))
    assert axes.get_xlim()[0] == 0 and axes.get_xlim()[1] < 2 * (last - first)
    starts = [path.vertices[:, 0].min() for bars in axes.collections for path in bars.get_paths()]
    assert min(starts) == 0
    plt.close(figure)
