"""The picture of calls and the values that they made."""

import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex
from matplotlib.patches import FancyBboxPatch, PathPatch

import tffsim as tff
from tests.unit.tracing.traced_runs import FLOATS, double, mean_of_doubles, traced
from tests.unit.views.figures.drawn import texts_of
from tffsim.views.figures.graph_figure import height_of_graph, width_of_graph
from tffsim.views.figures.theme import LIGHT
from tffsim.views.panels.graph_summary import graph_summary


@pytest.fixture
def drawn():
    """Draws a trace and returns its axes."""
    figures = []

    def drawn(trace):
        axes = trace.plot.graph(dark=False)
        figures.append(axes.figure)
        return axes

    yield drawn
    for figure in figures:
        plt.close(figure)


def patches_of(axes, kind):
    return [patch for patch in axes.patches if isinstance(patch, kind)]


def chain_of(length):
    """Returns the trace of a computation whose calls wait for each other."""

    def body(x):
        for _ in range(length):
            x = tff.federated_map(double, x)
        return tff.federated_sum(x)

    return traced(tff.federated_computation(body, FLOATS), [1.0])[1]


def test_each_call_is_a_box_and_each_use_a_line(drawn):
    _, trace = traced(mean_of_doubles, [1.0, 2.0, 6.0])
    axes, summary = drawn(trace), graph_summary(trace.snapshot)
    assert len(patches_of(axes, FancyBboxPatch)) == len(summary["calls"])
    assert len(patches_of(axes, PathPatch)) == len(summary["edges"])


def test_what_all_clients_do_is_drawn_once_with_their_number(drawn):
    _, trace = traced(mean_of_doubles, [1.0] * 7)
    assert any(text.startswith("×7 ") for text in texts_of(drawn(trace)))


def test_a_fold_leads_back_to_itself_in_another_colour(drawn):
    _, trace = traced(mean_of_doubles, [1.0, 2.0, 6.0])
    axes = drawn(trace)
    colours = {patch.get_linestyle() for patch in patches_of(axes, PathPatch)}
    has_carry = any(edge["kind"] == "carry" for edge in graph_summary(trace.snapshot)["edges"])
    assert has_carry == ("--" in colours) == ("to the next client" in texts_of(axes))
    assert has_carry


def test_a_failed_call_says_so(drawn):
    @tff.tf_computation(FLOATS.member)
    def refuse(x):
        import tensorflow as tf

        tf.debugging.assert_less(x, 0.0)
        return x

    with pytest.raises(tff.ExecutionError), tff.trace() as trace:
        refuse(1.0)
    axes = drawn(trace)
    assert "✗ failed" in texts_of(axes)
    thick = [to_hex(box.get_edgecolor()) for box in patches_of(axes, FancyBboxPatch) if box.get_linewidth() > 2]
    assert set(thick) == {LIGHT.wrong}


def test_calls_that_have_no_room_are_counted(drawn):
    trace = chain_of(60)
    axes = drawn(trace)
    hidden = graph_summary(trace.snapshot, 50)["hidden"]
    assert hidden > 0 and f"… {hidden:,} more" in texts_of(axes)


def test_it_grows_with_the_calls_up_to_a_bound():
    # All calls of these chains are drawn. Of a longer one, those that took most time: it has any number of columns.
    snapshots = [chain_of(length).snapshot for length in (1, 12, 40)]
    assert all(graph_summary(snapshot, 50)["hidden"] == 0 for snapshot in snapshots)
    short, long, longest = map(width_of_graph, snapshots)
    assert short < long < longest == 18
    assert height_of_graph(snapshots[0]) > 0
