"""A computation's tree, with the time of each node."""

import dataclasses
import re

import pytest


def test_the_ast_knows_the_time_and_the_spans_of_each_node(trace):
    tree = trace.ast()
    nodes = {node.label: node for _, node in tree.walk()}
    assert nodes["call federated_map"].clients == 3
    assert nodes["call federated_map"].self_time > 0
    assert tree.total_time == sum(node.self_time for _, node in tree.walk())
    assert sum(len(node.spans) for _, node in tree.walk()) == trace.spans.num_rows
    with pytest.raises(IndexError, match="no call 7"):
        trace.ast(7)


def test_a_printed_tree_has_a_line_for_each_node_further_right_the_deeper_it_is(trace, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    tree = trace.ast()
    head, *lines, note = repr(tree).splitlines()
    assert head.split()[:5] == ["label", "self_time", "total_time", "clients", "spans"]
    assert note.startswith(f"{len(lines)} rows")
    for line, (depth, node) in zip(lines, tree.walk(), strict=True):
        assert line.startswith(" " * depth + node.title[:20])
    mapped = next(line for line in lines if "call federated_map" in line)
    assert mapped.split()[-1] == "3" or " 3 " in mapped


def test_a_notebook_shows_a_tree_of_details_one_in_the_other(trace):
    tree = trace.ast()
    page = tree._repr_html_()
    assert page.count("<details") == page.count("</details>") == sum(1 for _ in tree.walk())
    depths, level = [], 0
    for tag in re.findall("</?details", page):
        if tag == "<details":
            depths.append(level)
        level += 1 if tag == "<details" else -1
    assert depths == [depth for depth, _ in tree.walk()] and level == 0
    assert " open" in page and "<script" not in page and "3 clients" in page


def test_names_in_a_tree_are_escaped(trace):
    tree = dataclasses.replace(trace.ast(), label="<img src=x>", type='"><b>')
    assert "<img" not in tree._repr_html_() and "<b>" not in tree._repr_html_()


def test_a_large_tree_tells_how_many_nodes_it_leaves_out(trace):
    leaf = dataclasses.replace(trace.ast(), children=())
    tree = dataclasses.replace(leaf, children=tuple(dataclasses.replace(leaf, number=k) for k in range(1499)))
    page = tree._repr_html_()
    assert page.count("<details") == page.count("</details>") == 1000 and "… 500 more nodes" in page
    assert repr(tree).splitlines()[-1].startswith("1,500 rows: the first 100")
