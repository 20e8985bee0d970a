"""All pictures of a trace."""

import matplotlib as mpl
import numpy as np
import pytest
import tensorflow as tf
from IPython.core.formatters import DisplayFormatter
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgb

import tffsim as tff
from tests.unit.tracing.traced_runs import FLOATS, mean_of_doubles, traced
from tests.unit.views.figures.drawn import texts_of
from tffsim.traces.trace import Trace
from tffsim.views import PANELS
from tffsim.views.figures.theme import DARK, LIGHT

PICTURES = PANELS


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


def test_in_a_notebook_a_picture_is_all_that_a_cell_shows(trace):
    axes = trace.plot.timeline()
    assert DisplayFormatter().format(axes) == ({}, {})
    plt.close(axes.figure)


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


@pytest.mark.parametrize("name", PICTURES)
def test_a_trace_without_spans_says_so(name):
    axes = getattr(_empty().plot, name)(dark=False)
    assert any(text.startswith("nothing") for text in texts_of(axes))
    plt.close(axes.figure)
