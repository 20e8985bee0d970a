"""The picture of the timeline."""

from matplotlib import pyplot as plt

from tests.unit.tracing.traced_runs import mean_of_doubles, traced


def test_a_timeline_of_many_spans_has_few_bars():
    _, trace = traced(mean_of_doubles, [1.0] * 1000)
    axes = trace.plot.timeline(dark=False)
    assert trace.snapshot.num_spans > 10_000
    assert sum(len(bars.get_paths()) for bars in axes.collections) < 8_000
    plt.close(axes.figure)
