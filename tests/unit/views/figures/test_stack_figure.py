"""The picture of a stack."""

import dataclasses

from matplotlib import pyplot as plt
from matplotlib.colors import to_rgb

import tffsim as tff
from tests.unit.tracing.told_hosts import one_is_lost
from tests.unit.tracing.traced_runs import mean_of_doubles, traced
from tests.unit.views.figures.drawn import texts_of
from tffsim.views.figures.theme import DARK, LIGHT


def test_axes_that_are_given_keep_the_colours_of_their_figure():
    _, trace = traced(mean_of_doubles, [1.0])
    figure, axes = plt.subplots(facecolor="black")
    trace.plot.stack(ax=axes)
    assert axes.get_facecolor()[:3] == to_rgb(DARK.ground)
    plt.close(figure)


def test_the_stack_shows_calls_and_own_times():
    _, trace = traced(mean_of_doubles, [1.0, 2.0, 3.0])
    axes = trace.plot.stack(dark=False)
    # Boxes of executors; the lines of the context and of the external runtime have commas.
    boxes = [text for text in texts_of(axes) if " call" in text and "," not in text]
    calls = [int(text.split(" call")[0].split()[-1]) for text in boxes]
    lowest = [count for count in calls if count > 0]
    assert sum(calls) == int((trace.spans.numbers("executor") >= 0).sum())
    assert len(lowest) >= 3 and sum(text == "0 ns" for text in texts_of(axes)) == len(calls) - len(lowest)
    plt.close(axes.figure)


def test_the_context_stands_above_the_executors_and_the_external_runtime_below_them():
    _, trace = traced(mean_of_doubles, [1.0, 2.0, 3.0])
    axes = trace.plot.stack(dark=False)
    heights = {text.get_text(): text.get_position()[1] for text in axes.texts}
    assert heights["execution context"] < heights["FederatingExecutor"] < heights["TensorFlow"]
    spans = trace.spans
    assert f"{int((spans['operation'] == 'invoke').sum())} call, " in " ".join(texts_of(axes))
    plt.close(axes.figure)


def test_hosts_stand_below_and_one_that_is_lost_is_marked():
    _, trace = traced(mean_of_doubles, [1.0, 2.0, 3.0])
    hosts = one_is_lost()
    snapshot = dataclasses.replace(trace.snapshot, hosts=hosts.hosts, host_events=hosts.host_events, wire=hosts.wire)
    axes = tff.Trace(snapshot).plot.stack(dark=False)
    texts = texts_of(axes)
    heights = {text.get_text(): text.get_position()[1] for text in axes.texts}
    assert heights["TensorFlow"] < heights["✕ worker lab:9"] < heights["✓ worker lab:10"]
    assert any("clients 10–14 ran again at lab:10" in text for text in texts)
    dashed = [patch for patch in axes.patches if to_rgb(patch.get_edgecolor()) == to_rgb(LIGHT.wrong)]
    assert len(dashed) == 1 and dashed[0].get_linestyle() == "--"
    plt.close(axes.figure)
