"""Where calls stand in the graph, for the notebook and for figures alike."""

import itertools

import hypothesis
import pytest
from hypothesis import strategies as st

from tests.unit.tracing.traced_runs import mean_of_doubles, traced
from tffsim.views.panels.graph_layout import graph_layout
from tffsim.views.panels.graph_summary import graph_summary

NEAR = 1e-6


@st.composite
def flows(draw):
    """Calls, and edges between them, which may go anywhere."""
    num_calls = draw(st.integers(0, 12))
    calls = st.integers(0, num_calls - 1)
    edges = st.tuples(calls, calls).filter(lambda edge: edge[0] != edge[1])
    return list(range(num_calls)), draw(st.lists(edges, unique=True, max_size=30)) if num_calls > 1 else []


@hypothesis.given(flows())
def test_calls_do_not_touch_each_other_or_an_edge_that_passes(flow):
    layout = graph_layout(*flow)
    boxes = [(layout.columns[call], layout.rows[call], 0.5) for call in layout.columns]
    passages = {
        (source, column): (column, row, 0.15)
        for (source, target), rows in layout.passed.items()
        for column, row in enumerate(rows, start=layout.columns[source] + 1)
    }
    places = sorted([*boxes, *passages.values()])
    for (column, row, half), (next_column, next_row, next_half) in itertools.pairwise(places):
        assert column < next_column or next_row - row >= half + next_half - NEAR
    assert all(row - half >= -0.5 - NEAR and row + half <= layout.num_rows - 0.5 + NEAR for _, row, half in places)


@hypothesis.given(flows())
def test_values_flow_to_the_right_and_pass_every_column_between(flow):
    layout = graph_layout(*flow)
    for (source, target), rows in layout.passed.items():
        assert len(rows) == layout.columns[target] - layout.columns[source] - 1 >= 0
    assert min(layout.columns.values(), default=0) == 0


def test_calls_in_a_row_stand_in_one_row():
    layout = graph_layout([3, 5, 8], [(3, 5), (5, 8)])
    assert (layout.columns, layout.rows) == ({3: 0, 5: 1, 8: 2}, {3: 0.0, 5: 0.0, 8: 0.0})
    assert (layout.num_columns, layout.num_rows) == (3, 1.0)


def test_a_call_stands_right_before_what_uses_it():
    layout = graph_layout([0, 1, 2, 3], [(0, 1), (1, 2), (3, 2)])
    assert layout.columns[3] == 1


def test_edges_of_one_call_share_their_way():
    layout = graph_layout(range(5), [(0, 1), (1, 2), (2, 3), (2, 4), (0, 3), (0, 4)])
    assert layout.passed[0, 3] == layout.passed[0, 4]
    assert len(layout.passed[0, 3]) == 2


def test_calls_that_use_each_other_have_places_all_the_same():
    assert set(graph_layout([1, 2], [(1, 2), (2, 1)]).columns) == {1, 2}


def test_without_calls_there_are_no_columns():
    layout = graph_layout([], [])
    assert (layout.num_columns, layout.num_rows) == (0, 0.0)


@pytest.mark.parametrize("max_calls", [60, 5])
def test_the_front_end_gets_the_places_of_all_that_it_draws(max_calls):
    summary = graph_summary(traced(mean_of_doubles, [1.0] * 5)[1].snapshot, max_calls)
    columns = {call["span"]: call["column"] for call in summary["calls"]}
    assert set(columns.values()) == set(range(summary["num_columns"]))
    assert all(0 <= call["row"] < summary["num_rows"] for call in summary["calls"])
    for edge in summary["edges"]:
        distance = columns[edge["target"]] - columns[edge["source"]]
        assert len(edge["passed"]) == max(distance - 1, 0) or edge["kind"] == "carry"
