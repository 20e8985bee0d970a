"""The picture of a stack."""

from matplotlib import pyplot as plt
from matplotlib.colors import to_rgb

from tests.unit.tracing.traced_runs import mean_of_doubles, traced
from tests.unit.views.figures.drawn import texts_of
from tffsim.views.figures.theme import DARK


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
