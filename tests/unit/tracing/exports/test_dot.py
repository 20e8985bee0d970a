"""Graphs of traces for Graphviz."""

import re

import pytest

from tests.unit.tracing.traced_runs import mean_of_doubles, traced
from tffsim.tracing.exports.dot import quoted

DOT_STRING = r'"(?:[^"\\\n]|\\["\\n])*"'


@pytest.mark.parametrize("name", ["trace", "hostile"])
def test_every_line_of_dot_is_a_statement_of_quoted_strings(name, request, tmp_path):
    trace = request.getfixturevalue(name)
    trace.export(tmp_path / "t.dot")
    first, style, *statements, last = (tmp_path / "t.dot").read_text(encoding="utf-8").splitlines()
    assert (first, style.strip()[:4], last) == ("digraph trace {", "node", "}")
    attribute = rf"\w+={DOT_STRING}"
    statement = re.compile(rf"  {DOT_STRING}(?: -> {DOT_STRING})? \[{attribute}(?:, {attribute})*\];")
    assert [line for line in statements if not statement.fullmatch(line)] == []
    assert len(statements) == len(trace.graph()) + trace.graph().size()


def test_dot_strings_escape_quotes_backslashes_and_line_breaks():
    assert quoted('a "b" \\N\nc') == r'"a \"b\" \\N\nc"'


def test_a_trace_whose_times_make_no_sense_is_drawn_all_the_same(tmp_path):
    _, trace = traced(mean_of_doubles, [1.0, 2.0])
    columns = trace.snapshot.columns
    columns["start"][:], columns["end"][:] = 0, 1  # No value was there before it was used.
    assert "carry" in {kind for _, _, kind in trace.graph().edges(data="kind")}
    trace.export(tmp_path / "t.dot")
    assert 'tooltip="carry"' in (tmp_path / "t.dot").read_text()
