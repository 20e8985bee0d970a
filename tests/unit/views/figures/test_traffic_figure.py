"""The picture of what crossed between server and clients."""

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.patches import Rectangle

import tffsim as tff
from tests.unit.tracing.traced_runs import FLOATS, double, sum_of_products, traced
from tests.unit.views.figures.drawn import texts_of
from tffsim.tracing.document.units import data_size

SEEN = {
    "": "",
    "individual": "the server sees each value",
    "aggregate": "the server sees only the aggregate",
    "hidden": "the server sees nothing",
}


@pytest.fixture
def drawn():
    """Draws a trace and returns its axes."""
    figures = []

    def drawn(trace):
        axes = trace.plot.traffic(dark=False)
        figures.append(axes.figure)
        return axes

    yield drawn
    for figure in figures:
        plt.close(figure)


def lengths_of(axes):
    return [patch.get_width() for patch in axes.patches if isinstance(patch, Rectangle)]


def test_each_row_says_what_crossed_how_much_and_who_saw_it(drawn):
    _, trace = traced(sum_of_products, [1.0, 2.0], 3.0)
    totals, texts = trace.traffic_totals(), texts_of(drawn(trace))
    for row in map(totals.row, range(totals.num_rows)):
        assert any(row["intrinsic"] in text for text in texts)
        assert any(text.startswith(data_size(row["size"])) for text in texts)
        if row["visibility"] != "caller":
            assert any(SEEN[row["visibility"]] in text for text in texts)


def test_bars_are_as_long_as_the_values_are_large(drawn):
    large = tff.FederatedType(tff.TensorType(np.float32, [1000]), tff.CLIENTS)
    both = tff.federated_computation(lambda x, y: (tff.federated_sum(x), tff.federated_mean(y)), large, FLOATS)
    _, trace = traced(both, [np.ones(1000, np.float32)] * 2, [1.0, 2.0])
    sizes, lengths = trace.traffic_totals()["size"], lengths_of(drawn(trace))
    plain, *others = lengths
    assert len(others) == len(sizes) > 1
    assert np.argsort(sizes, kind="stable").tolist() == np.argsort(others, kind="stable").tolist()
    assert plain == max(lengths)


def test_what_is_hidden_from_the_server_is_hatched(drawn):
    secure = tff.federated_computation(
        lambda x: tff.federated_secure_sum(x, 100), tff.FederatedType(np.int32, tff.CLIENTS)
    )
    _, trace = traced(secure, [1, 2, 3])
    hatches = {patch.get_hatch() or "" for patch in drawn(trace).patches}
    assert "////" in hatches


def test_a_bar_has_a_part_for_each_call_and_is_compared_with_a_plain_upload(drawn):
    with tff.trace() as trace:
        for _ in range(3):
            sum_of_products([1.0, 2.0], 3.0)
    axes = drawn(trace)
    # A plain upload, and three calls of what the caller gives, what goes down and what goes up.
    assert len(lengths_of(axes)) == 1 + 3 * 3
    assert "24 B · 3 × of a plain upload" in texts_of(axes)


def test_what_protects_nobody_is_warned_of(drawn):
    secure = tff.federated_computation(
        lambda x: tff.federated_secure_sum(x, 100), tff.FederatedType(np.int32, tff.CLIENTS)
    )
    texts = texts_of(drawn(traced(secure, [1])[1]))
    assert any(text.startswith("▲ A sealed total of one client") for text in texts)
    assert any(text.startswith("A simulation encrypts nothing") for text in texts)


def test_where_nothing_crosses_that_is_said(drawn):
    _, trace = traced(double, 1.0)
    assert "nothing crossed between server and clients" in texts_of(drawn(trace))


def test_rows_that_have_no_room_are_counted(drawn):
    operators = [tff.federated_sum, tff.federated_mean, tff.federated_min, tff.federated_max]
    many = tff.federated_computation(lambda x: [operator(x) for operator in operators], FLOATS)
    _, trace = traced(many, [1.0, 2.0])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tffsim.views.figures.traffic_figure._MAX_ROWS", 2)
        texts = texts_of(drawn(trace))
    assert f"… {trace.traffic_totals().num_rows - 2} more, smaller" in texts
