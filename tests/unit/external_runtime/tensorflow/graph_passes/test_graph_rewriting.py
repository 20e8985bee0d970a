"""Graphs that are cut to one call, and remember nothing of it."""

import pytest
import tensorflow as tf

from tffsim.external_runtime.tensorflow.graph_passes.graph_rewriting import (
    all_nodes,
    ancestors,
    callable_graph,
    called_functions,
    calls_of,
    place_reductions_on_cpu,
    tensor_name,
    with_fresh_state,
)


def graph_of(build):
    """Returns the graph that a function builds, and what the function returns."""
    with tf.Graph().as_default() as graph:
        built = build()
        return graph.as_graph_def(), built


def nodes_of(graph):
    return {node.name: node for node in graph.node}


def variable(name="v", shared_name=None):
    return tf.raw_ops.VarHandleOp(dtype=tf.float32, shape=[], name=name, shared_name=shared_name or name)


def sums():
    x, y = (tf.compat.v1.placeholder(tf.float32, [], name) for name in "xy")
    tf.add(x, y, "sum")
    tf.multiply(x, x, "square")


def test_only_what_the_results_need_is_kept():
    graph, _ = graph_of(sums)
    cut = callable_graph(graph, ["x", "y"], ["square:0"], "", "_1")
    assert set(nodes_of(cut.graph_def)) == {"square"}
    assert (cut.feeds, cut.fetches, cut.keeps_state) == ({"x:0"}, ("square:0",), False)


def test_what_is_given_need_not_be_computed():
    graph, _ = graph_of(sums)
    assert ancestors(graph, ["sum"]) == {"sum", "x", "y"}
    assert ancestors(graph, ["sum"], {"x:0"}) == {"sum", "y"}


def test_a_result_may_be_what_was_given():
    graph, _ = graph_of(sums)
    assert callable_graph(graph, ["x:0"], ["x"], "", "_1").fetches == ("x:0",)


def test_names_that_are_not_in_the_graph_are_told_with_those_that_were_asked_for():
    graph, _ = graph_of(sums)
    with pytest.raises(TypeError, match=r"not in its graph: z:0, init\. Its parameters are \[x:0\], its results"):
        callable_graph(graph, ["x"], ["z"], "init", "_1")


def test_output_0_may_be_left_out_of_a_name():
    assert [tensor_name(name) for name in ("x", "x:0", "x:1", "^x")] == ["x:0", "x:0", "x:1", "^x"]


def test_what_initialises_runs_before_all_that_does_not_lead_to_it():
    def build():
        x = tf.compat.v1.placeholder(tf.float32, [], "x")
        handle = variable()
        tf.group(tf.raw_ops.AssignVariableOp(resource=handle, value=tf.constant(1.0)), name="init")
        tf.add(tf.raw_ops.ReadVariableOp(resource=handle, dtype=tf.float32, name="read"), x, "y")

    graph, _ = graph_of(build)
    nodes = nodes_of(callable_graph(graph, ["x"], ["y"], "init", "_1").graph_def)
    assert "^init" not in nodes["v"].input
    assert "^init" in nodes["read"].input or "^init" in nodes["y"].input


def test_a_variable_belongs_to_one_execution_unless_two_nodes_share_it():
    def build():
        for name, shared in (("alone", "a"), ("one", "b"), ("two", "b")):
            tf.raw_ops.ReadVariableOp(resource=variable(name, shared), dtype=tf.float32, name=f"read_{name}")

    graph, _ = graph_of(build)
    cut = callable_graph(graph, [], ["read_alone", "read_one", "read_two"], "", "_1")
    names = {name: node.attr["shared_name"].s for name, node in nodes_of(cut.graph_def).items() if "read" not in name}
    assert names["one"] == names["two"] == b"b" and names["alone"] not in (b"a", b"b")
    assert cut.keeps_state


def test_a_table_becomes_one_without_a_name():
    def build():
        tf.raw_ops.HashTableV2(key_dtype=tf.int64, value_dtype=tf.int64, shared_name="t", name="table")

    graph, _ = graph_of(build)
    (table,) = callable_graph(graph, [], ["table"], "", "_1").graph_def.node
    assert table.op == "AnonymousHashTable" and "shared_name" not in table.attr


@pytest.mark.parametrize(("seed", "keeps_state"), [(0, False), (7, True)])
def test_a_seeded_random_stream_remembers_where_it_is(seed, keeps_state):
    def build():
        tf.raw_ops.RandomUniform(shape=[2], dtype=tf.float32, seed=seed, seed2=seed, name="draw")

    graph, _ = graph_of(build)
    assert callable_graph(graph, [], ["draw"], "", "_1").keeps_state is keeps_state


@tf.function
def inner(x):
    return x * 2.0


def calling():
    outer = tf.function(lambda x: inner(x) + tf.cond(x > 0.0, lambda: x, lambda: inner(x)))
    tf.identity(outer(tf.compat.v1.placeholder(tf.float32, [], "x")), "y")


def test_functions_get_names_of_their_own_wherever_they_are_called():
    graph, _ = graph_of(calling)
    cut = callable_graph(graph, ["x"], ["y"], "", "_mine").graph_def
    names = {function.signature.name for function in cut.library.function}
    assert names and all(name.endswith("_mine") for name in names)
    called = {name for function in cut.library.function for name in called_functions(function)}
    assert not any(name + "_mine" in names for name in called)
    assert any(name in called for name in names)
    for name in names:
        assert list(calls_of(cut, name))


def test_every_call_gets_copies_of_functions_whose_resources_have_names_of_their_own():
    @tf.function
    def queued():
        return tf.raw_ops.QueueSizeV2(handle=tf.raw_ops.FIFOQueueV2(component_types=[tf.float32], shared_name="q"))

    with tf.Graph().as_default() as graph:
        queued()
        functions = graph.as_graph_def().library.function
    (copied,) = with_fresh_state(functions, "_call_7")
    (queue,) = [node for node in copied.node_def if node.op == "FIFOQueueV2"]
    assert queue.attr["shared_name"].s == b"q_call_7"
    assert copied.signature.name == f"{functions[0].signature.name}_call_7"
    (unchanged,) = [node for node in functions[0].node_def if node.op == "FIFOQueueV2"]
    assert unchanged.attr["shared_name"].s == b"q"


def test_reductions_run_on_the_cpu():
    def build():
        return tf.data.Dataset.range(3).reduce(tf.constant(0, tf.int64), lambda a, b: a + b)

    graph, _ = graph_of(build)
    assert place_reductions_on_cpu(graph)
    assert {node.device for node in all_nodes(graph) if node.op == "ReduceDataset"} == {"/device:CPU:0"}
    assert not place_reductions_on_cpu(graph_of(sums)[0])
