"""Two traces of one computation, compared."""

import re

import pytest

import tffsim as tff
from tests.unit.tracing.traced_runs import double, mean_of_doubles, traced


def test_two_stacks_are_compared_node_by_node():
    traces = [
        traced(mean_of_doubles, [1.0, 2.0], factory=f)[1]
        for f in (tff.local_executor_factory(), tff.debug_executor_factory())
    ]
    difference = traces[0].diff(traces[1])
    assert not difference.results_differ
    assert "call federated_map" in str(difference)
    other = traced(mean_of_doubles, [1.0, 3.0])[1]
    changed = traces[0].diff(other)
    assert changed.results_differ
    assert changed.nodes.where(changed.nodes["values_differ"]).shown("label").tolist() == ["    call federated_map"]
    assert not difference.nodes["values_differ"].any()
    with pytest.raises(ValueError, match=r"same computation.*`mean_of_doubles` and `double`"):
        traces[0].diff(traced(double, 1.0)[1])


def test_a_difference_reads_as_sentences_and_rows_side_by_side(monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    one, other = (traced(mean_of_doubles, values)[1] for values in ([1.0, 2.0], [1.0, 3.0]))
    difference = one.diff(other)
    first, second, head, *rows, note = str(difference).splitlines()
    assert repr(difference) == str(difference)
    assert first.endswith("times)") and " → " in first and second == "the results differ"
    assert re.split("  +", head.strip()) == [
        "label", "values", "calls", "→ calls", "time", "→ time", "bytes", "→ bytes",
    ]  # fmt: skip
    assert [row.split()[0:2] for row in rows if " differ " in row] == [["call", "federated_map"]]
    assert note == f"{len(rows)} rows" and not any(" 0       0 " in row for row in rows)
    page = difference._repr_html_()
    assert "the results differ" in page and "<td" in page and "call federated_map" in page
