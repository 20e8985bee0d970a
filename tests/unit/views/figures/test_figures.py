import dataclasses

import matplotlib as mpl
import numpy as np
import pytest
import tensorflow as tf
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgb

import tffsim as tff
from tests.unit.tracing.traced_runs import FLOATS, double, mean_of_doubles, traced
from tffsim.traces.trace import Trace
from tffsim.tracing.document.snapshot import ThreadInfo
from tffsim.views.figures.theme import DARK, LIGHT
from tffsim.views.panels.stack_boxes import stack_boxes
from tffsim.views.panels.timeline_lanes import timeline_lanes

mpl.use("Agg")

PICTURES = ["stack", "clients", "timeline", "graph", "traffic", "ast"]


def _failed():
    @tff.tf_computation(np.float32)
    def positive(x):
        with tf.control_dependencies([tf.debugging.assert_positive(x)]):
            return tf.identity(x)

    total = tff.federated_computation(lambda values: tff.federated_sum(tff.federated_map(positive, values)), FLOATS)
    with pytest.raises(tff.ExecutionError), tff.trace() as trace:
        total([1.0, -1.0])
    return trace


def _empty():
    with tff.trace() as trace:
        pass
    return trace


@pytest.fixture(scope="module", params=["3 clients", "3000 clients", "a tree", "failed", "empty"])
def trace(request) -> Trace:
    if request.param == "failed":
        return _failed()
    if request.param == "empty":
        return _empty()
    if request.param == "a tree":
        return traced(mean_of_doubles, [1.0] * 9, factory=tff.local_executor_factory(max_fanout=2))[1]
    return traced(mean_of_doubles, [1.0] * int(request.param.split()[0]))[1]


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_draws_on_given_axes(trace, name):
    figure, axes = plt.subplots()
    numbers = plt.get_fignums()
    assert getattr(trace.plot, name)(ax=axes, dark=False) is axes
    figure.canvas.draw()
    assert plt.get_fignums() == numbers
    plt.close(figure)


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_are_light_or_dark(name):
    _, trace = traced(mean_of_doubles, [1.0, 2.0])
    for dark, theme in ((True, DARK), (False, LIGHT)):
        axes = getattr(trace.plot, name)(dark=dark)
        assert axes.figure.get_facecolor()[:3] == to_rgb(theme.ground)
        plt.close(axes.figure)
    with mpl.rc_context({"figure.facecolor": "black"}):
        axes = getattr(trace.plot, name)()
        assert axes.figure.get_facecolor()[:3] == to_rgb(DARK.ground)
        plt.close(axes.figure)


def test_names_are_shown_literally():
    strange = tff.tf_computation(lambda x: x, tff.StructType([("a$b$", np.float32)]))
    federated = tff.federated_computation(
        lambda x: tff.federated_map(strange, x), tff.FederatedType(tff.StructType([("a$b$", np.float32)]), tff.CLIENTS)
    )
    _, trace = traced(federated, [{"a$b$": 1.0}])
    axes = trace.plot.ast(dark=False)
    axes.figure.canvas.draw()
    assert any(r"a\$b\$" in text.get_text() for text in axes.texts)
    plt.close(axes.figure)


def _texts(axes):
    shown = [*axes.texts, axes.title, *axes.get_xticklabels(), *axes.get_yticklabels()]
    legend = axes.get_legend()
    return [text.get_text() for text in [*shown, *(legend.get_texts() if legend else [])]]


@pytest.mark.parametrize("name", PICTURES)
def test_a_trace_without_spans_says_so(name):
    axes = getattr(_empty().plot, name)(dark=False)
    assert any(text.startswith("nothing") for text in _texts(axes))
    plt.close(axes.figure)


def test_axes_that_are_given_keep_the_colours_of_their_figure():
    _, trace = traced(mean_of_doubles, [1.0])
    figure, axes = plt.subplots(facecolor="black")
    trace.plot.stack(ax=axes)
    assert axes.get_facecolor()[:3] == to_rgb(DARK.ground)
    plt.close(figure)


def test_the_stack_shows_calls_and_own_times():
    _, trace = traced(mean_of_doubles, [1.0, 2.0, 3.0])
    axes = trace.plot.stack(dark=False)
    calls = [int(text.split(" call")[0].split()[-1]) for text in _texts(axes) if " call" in text]
    lowest = [count for count in calls if count > 0]
    assert sum(calls) == int((trace.spans.numbers("executor") >= 0).sum())
    assert len(lowest) >= 3 and sum(text == "0 ns" for text in _texts(axes)) == len(calls) - len(lowest)
    plt.close(axes.figure)


def test_alike_executors_of_many_clients_are_one_box():
    factory = tff.local_executor_factory(max_fanout=2)
    _, trace = traced(mean_of_doubles, [1.0] * 9, factory=factory)
    boxes = stack_boxes(trace.snapshot.executors)
    assert sum(box.num_columns for box in boxes) <= 5
    assert sum(len(box.layers) for box in _all(boxes)) == len(trace.snapshot.executors)


def _all(boxes):
    return [found for box in boxes for found in (box, *_all(box.below))]


def test_a_timeline_of_many_spans_has_few_bars():
    _, trace = traced(mean_of_doubles, [1.0] * 1000)
    axes = trace.plot.timeline(dark=False)
    assert trace.snapshot.num_spans > 10_000
    assert sum(len(bars.get_paths()) for bars in axes.collections) < 8_000
    plt.close(axes.figure)


def test_workers_have_lanes_of_their_own():
    trace = _failed()
    lanes = timeline_lanes(trace.snapshot)
    worked = np.unique(trace.snapshot.columns["worker"])
    assert len(lanes.titles) == 1 + (worked >= 0).sum()
    assert (lanes.end >= lanes.start).all()


def _in_threads(trace, num_threads):
    """Returns a trace of which every invocation's spans run in several threads, and part of the work in others."""
    snapshot = trace.snapshot
    columns, count = dict(snapshot.columns), snapshot.num_spans
    columns["thread"] = (np.arange(count) // 5 % num_threads).astype(np.int16)
    worker = np.where(np.arange(count) % 3 == 0, num_threads + np.arange(count) % 2, -1)
    columns["worker"] = worker.astype(np.int16)
    threads = [ThreadInfo(f"thread {k}", 0) for k in range(num_threads + 2)]
    return dataclasses.replace(snapshot, columns=columns, threads=threads)


@pytest.mark.parametrize("num_threads", [1, 2, 5])
def test_no_row_of_a_timeline_belongs_to_two_threads(num_threads):
    _, trace = traced(mean_of_doubles, [1.0] * 9)
    snapshot = _in_threads(trace, num_threads)
    lanes = timeline_lanes(snapshot)
    own, worker = snapshot.columns["thread"], snapshot.columns["worker"]
    thread = np.where(np.arange(len(lanes.span)) < snapshot.num_spans, own[lanes.span], worker[lanes.span])
    rows = [set(lanes.row[thread == k].tolist()) for k in range(num_threads + 2)]
    assert sum(map(len, rows)) == len(set().union(*rows)) == lanes.num_rows
    # The rows of a thread follow one another, below its title.
    assert lanes.titles == {min(rows[k]): f"thread {k}" for k in range(num_threads + 2)}
    assert all(max(found) - min(found) + 1 == len(found) for found in rows)


def test_a_large_ast_says_how_many_nodes_it_hides():
    def body(x):
        for _ in range(30):
            x = tff.federated_map(double, x)
        return tff.federated_sum(x)

    _, trace = traced(tff.federated_computation(body, FLOATS), [1.0])
    axes = trace.plot.ast(dark=False)
    hidden = [text for text in _texts(axes) if text.startswith("… ")]
    assert hidden
    assert all("more node" in text for text in hidden)
    plt.close(axes.figure)
