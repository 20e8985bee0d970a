"""A computation's tree, with the time of each node."""

import pytest


def test_the_ast_knows_the_time_and_the_spans_of_each_node(trace):
    tree = trace.ast()
    nodes = {node.label: node for _, node in tree.walk()}
    assert nodes["call federated_map"].clients == 3
    assert nodes["call federated_map"].self_time > 0
    assert tree.total_time == sum(node.self_time for _, node in tree.walk())
    assert sum(len(node.spans) for _, node in tree.walk()) == trace.spans.num_rows
    with pytest.raises(IndexError, match="no invocation 7"):
        trace.ast(7)
