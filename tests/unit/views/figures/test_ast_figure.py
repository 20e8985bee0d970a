"""The picture of a computation's tree."""

from matplotlib import pyplot as plt

import tffsim as tff
from tests.unit.tracing.traced_runs import FLOATS, double, traced
from tests.unit.views.figures.drawn import texts_of


def test_a_large_ast_says_how_many_nodes_it_hides():
    def body(x):
        for _ in range(30):
            x = tff.federated_map(double, x)
        return tff.federated_sum(x)

    _, trace = traced(tff.federated_computation(body, FLOATS), [1.0])
    axes = trace.plot.ast(dark=False)
    hidden = [text for text in texts_of(axes) if text.startswith("… ")]
    assert hidden
    assert all("more node" in text for text in hidden)
    plt.close(axes.figure)
