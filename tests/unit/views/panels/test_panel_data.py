"""What panels show, put in order and in groups once, for figures and for the front end."""

import pytest

from tests.unit.tracing.traced_runs import sum_of_products, traced
from tffsim.tracing.document.snapshot import AstNode
from tffsim.views import PANELS
from tffsim.views.notebook.page import page
from tffsim.views.panels.ast_rows import ast_rows, depths
from tffsim.views.panels.panel_data import PANEL_DATA, data_of_legend, data_of_spans


def test_each_ast_begins_at_the_left():
    nodes = [AstNode(parent, "Call", "call f", "", "", -1, 0, "") for parent in (-1, 0, 1, 0, -1, 4)]
    assert depths(nodes) == [0, 1, 2, 1, 0, 1]


@pytest.fixture(scope="module")
def trace():
    return traced(sum_of_products, [1.0, 2.0, 6.0], 10.0)[1]


def test_rows_of_a_figure_are_indented_as_those_of_the_front_end(trace):
    told = data_of_legend(trace.snapshot, ["ast"])["ast"]
    shown = ast_rows(trace.snapshot, max_rows=1000)
    assert [row.depth for row in shown] == [told[row.node.number] for row in shown]


def test_what_no_panel_needs_is_not_computed(trace):
    assert data_of_spans(trace.snapshot, ["timeline"]) == {}
    assert set(data_of_spans(trace.snapshot, ["graph"])) == {"graph"}
    everything = data_of_spans(trace.snapshot, PANELS) | data_of_legend(trace.snapshot, PANELS)
    assert set(everything) == PANEL_DATA


def test_a_page_without_the_graph_can_be_made(trace):
    assert "tffsim-trace" in page(trace.snapshot, ("clients", "traffic"))
