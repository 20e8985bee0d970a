"""What a trace tells about computations that ran."""

import asyncio
import math
import re

import networkx as nx
import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tests.unit.tracing.traced_runs import FLOATS, double, mean_of_doubles, sum_of_products, traced
from tffsim.tracing.analysis.graph import collapsed_clients
from tffsim.tracing.analysis.timing import thread_time
from tffsim.tracing.document.operations import OPERATIONS
from tffsim.tracing.document.units import data_size, duration
from tffsim.tracing.recording.tracing_executor import TracingExecutor


@pytest.fixture(scope="module")
def trace():
    result, trace = traced(mean_of_doubles, [1.0, 2.0, 6.0])
    assert result == 6
    return trace


@pytest.fixture(scope="module")
def broadcast():
    result, trace = traced(sum_of_products, [1.0, 2.0, 6.0], 10.0)
    assert result == 90
    return trace


def rows(table, **conditions):
    mask = np.ones(table.num_rows, bool)
    for name, value in conditions.items():
        mask &= table.shown(name) == value
    return table.where(mask)


def test_without_a_trace_a_stack_has_no_hooks():
    factory = tff.local_executor_factory()
    executor = factory.create_executor({tff.CLIENTS: 2})
    while hasattr(executor, "target"):
        assert not isinstance(executor, TracingExecutor)
        executor = executor.target


def test_every_layer_of_the_stack_is_recorded(trace):
    executors = trace.executors.to_pandas()
    assert executors.name.tolist() == [
        "ReferenceResolvingExecutor", "FederatingExecutor",
        "ReferenceResolvingExecutor", "SequenceExecutor", "EagerTFExecutor",
        "ReferenceResolvingExecutor", "SequenceExecutor", "EagerTFExecutor",
    ]  # fmt: skip
    assert executors.parent.tolist() == [-1, 0, 1, 2, 3, 1, 5, 6]
    assert executors.role.tolist() == [executor.role for executor in trace.snapshot.executors]
    assert executors.device.tolist() == [executor.device for executor in trace.snapshot.executors]
    assert executors.placement.tolist() == ["", "", *["server"] * 3, *["clients"] * 3]
    assert executors.num_clients.tolist() == [0] * 5 + [3] * 3


def test_an_invocation_is_recorded_with_its_name_and_clients(trace):
    invocation = trace.invocations.row(0)
    assert invocation["name"] == "mean_of_doubles"
    assert invocation["num_clients"] == 3
    assert invocation["outcome"] == "ok"


def test_the_table_of_spans_has_the_columns_that_it_names(trace):
    assert set(trace.spans) == {
        "parent", "invocation", "executor", "operation", "outcome", "client", "node",
        "thread", "worker", "start", "end", "self_time", "queue_time", "worker_time",
    }  # fmt: skip


def test_client_work_knows_its_client_and_its_ast_node(trace):
    spans = rows(trace.spans, executor="EagerTFExecutor · clients 0-2", operation="create_call")
    assert spans["client"].tolist() == [0, 1, 2]
    assert [trace.nodes[node].label for node in spans["node"]] == ["call federated_map"] * 3


def test_values_have_types_sizes_and_previews(trace):
    span = rows(trace.spans, executor="ReferenceResolvingExecutor · clients 0-2", operation="create_call")
    values = trace.values
    value = values.where(
        np.isin(values["value"], np.flatnonzero(trace.spans.shown("executor") == span.shown("executor")[0]))
    )
    doubled = [trace.preview(int(n)) for n in value["value"] if trace.spans.row(int(n))["operation"] == "create_call"]
    assert doubled == ["2", "4", "12"]
    assert set(value.shown("placement")) == {"clients"}


def test_timing_adds_up_for_every_thread(trace):
    threads = thread_time(trace.snapshot)
    assert threads["busy"].sum() > 0
    assert threads["busy"].tolist() == threads["self_time"].tolist()


def test_timing_tells_calls_and_percentiles_per_executor_and_operation(trace):
    table = rows(trace.timing(), executor="EagerTFExecutor · clients 0-2", operation="create_call")
    row = table.row(0)
    spans = rows(trace.spans, executor="EagerTFExecutor · clients 0-2", operation="create_call")
    durations = np.sort(spans["end"] - spans["start"])
    assert row["calls"] == 3
    assert row["total"] == durations.sum()
    assert (row["p50"], row["max"]) == (durations[1], durations[2])
    assert 1 <= row["parallelism"] <= 3


def test_clients_have_one_row_each(broadcast):
    table = broadcast.clients()
    assert table["client"].tolist() == [0, 1, 2]
    assert table.shown("outcome").tolist() == ["ok"] * 3
    assert table["received"].tolist() == [4, 4, 4]
    assert table["sent"].tolist() == [4, 4, 4]


def test_traffic_tells_what_crossed_and_what_the_server_saw(broadcast):
    ledger = broadcast.traffic()
    up = rows(ledger, direction="clients to server")
    assert up["size"].tolist() == [4, 4, 4]
    assert set(up.shown("intrinsic")) == {"federated_sum"} and set(up.shown("visibility")) == {"individual"}
    down = rows(ledger, direction="server to clients")
    assert (down["size"] * down["copies"]).sum() == 12
    assert set(down.shown("intrinsic")) == {"federated_broadcast"}
    assert rows(ledger, direction="caller to clients")["size"].tolist() == [4, 4, 4]


@pytest.mark.parametrize("client", [0, 1, 2])
def test_values_are_followed_from_server_to_clients_and_back(broadcast, client):
    graph = broadcast.graph(layer="EagerTFExecutor")
    flow = nx.DiGraph((a, b) for a, b, kind in graph.edges(data="kind") if kind in ("input", "output"))
    products = [
        node for node, data in graph.nodes(data=True)
        if data["kind"] == "call" and data["operation"] == "create_call" and data["client"] == client
    ]  # fmt: skip
    (product,) = products
    before = {(graph.nodes[node]["placement"], broadcast.preview(node[1])) for node in nx.ancestors(flow, product)}
    after = {(graph.nodes[node]["placement"], broadcast.preview(node[1])) for node in nx.descendants(flow, product)}
    assert {("server", "10"), ("clients", "10"), ("clients", f"{[1, 2, 6][client]}")} <= before
    assert ("server", "90") in after


def test_what_the_server_does_is_at_no_client(broadcast):
    spans = broadcast.spans
    at_server = np.array([executor.placement == "server" for executor in broadcast.snapshot.executors])
    assert (spans["client"][at_server[spans.numbers("executor")]] == -1).all()
    assert (spans["client"] >= 0).any()


@pytest.mark.parametrize(
    "factory",
    [tff.local_executor_factory, lambda: tff.local_executor_factory(max_fanout=2), tff.debug_executor_factory],
    ids=["local", "tree", "debug"],
)
@pytest.mark.parametrize("aggregate", [tff.federated_sum, lambda x: x], ids=["aggregated", "at the clients"])
def test_only_what_is_at_the_clients_is_at_one_of_them(factory, aggregate):
    at_clients = tff.federated_computation(
        lambda x: (aggregate(tff.federated_map(double, x)), tff.federated_sum(x)), FLOATS
    )
    _, trace = traced(at_clients, [1.0, 2.0, 6.0], factory=factory())
    placements = np.array([executor.placement for executor in trace.snapshot.executors] + [""])
    is_at_clients = placements[trace.spans.numbers("executor")] == "clients"
    assert set(trace.spans["client"][is_at_clients].tolist()) >= {0, 1, 2}
    assert (trace.spans["client"][~is_at_clients] == -1).all()


@pytest.mark.parametrize("max_fanout", [100, 2])
def test_traffic_adds_up(max_fanout):
    factory = tff.local_executor_factory(max_fanout=max_fanout)
    totals = traced(sum_of_products, [1.0, 2.0, 3.0], 2.0, factory=factory)[1].traffic_totals()
    found = {(row["intrinsic"], row["direction"]): (row["values"], row["size"]) for row in map(totals.row, range(3))}
    assert totals.num_rows == 3
    assert found == {
        ("", "caller to clients"): (3, 12),
        ("federated_broadcast", "server to clients"): (3, 12),
        ("federated_sum", "clients to server"): (3, 12),
    }


@pytest.mark.parametrize("factory", [tff.local_executor_factory, tff.debug_executor_factory], ids=["local", "debug"])
@pytest.mark.parametrize(
    ("name", "bound"),
    [("federated_secure_sum", 100), ("federated_secure_sum_bitwidth", 8), ("federated_secure_modular_sum", 100)],
)
def test_a_secure_sum_shows_the_server_an_aggregate_only(name, bound, factory):
    operator = getattr(tff, name)
    secure = tff.federated_computation(
        lambda values: (operator(values, bound), tff.federated_sum(values)), tff.FederatedType(np.int32, tff.CLIENTS)
    )
    stacks = [factory()] if factory is tff.debug_executor_factory else [factory(), factory(max_fanout=2)]
    for stack in stacks:
        result, trace = traced(secure, [1, 2, 3], factory=stack)
        assert tuple(result) == (6, 6)
        seen = rows(trace.traffic(), direction="clients to server")
        by_operator = dict(zip(seen.shown("intrinsic").tolist(), seen.shown("visibility").tolist(), strict=True))
        assert by_operator == {name: "aggregate", "federated_sum": "individual"}


def test_the_graph_connects_values_and_calls(trace):
    graph = trace.graph()
    kinds = {kind for _, _, kind in graph.edges(data="kind")}
    assert isinstance(graph, nx.MultiDiGraph) and kinds == {"input", "output", "delegation", "alias"}
    flow = nx.DiGraph((a, b) for a, b, kind in graph.edges(data="kind") if kind in ("input", "output"))
    assert nx.is_directed_acyclic_graph(flow)
    for node, data in graph.nodes(data=True):
        if data["kind"] == "value":
            assert graph.has_edge(("call", node[1]), node)


def test_a_result_descends_from_the_argument_and_nothing_descends_from_it():
    for stack in (tff.local_executor_factory(), tff.local_executor_factory(max_fanout=2), tff.debug_executor_factory()):
        _, trace = traced(mean_of_doubles, [1.0, 2.0, 3.0], factory=stack)
        graph, spans = trace.graph(), trace.spans
        assert nx.is_directed_acyclic_graph(graph)
        outermost = np.flatnonzero(spans["parent"] == 0)
        (result,) = outermost[spans.shown("operation")[outermost] == "compute"].tolist()
        before = nx.ancestors(graph, ("value", result))
        assert {("value", span) for span in outermost.tolist() if span != result} <= before
        assert nx.descendants(graph, ("value", result)) == set()


def test_the_graph_tells_how_each_call_ended():
    finite = tff.tf_computation(lambda x: tf.debugging.check_numerics(x, "too large"), np.float32)
    with pytest.raises(tff.ExecutionError), tff.trace() as trace:
        finite(math.inf)
    spans = trace.spans
    outcomes = {node[1]: data["outcome"] for node, data in trace.graph().nodes(data=True) if data["kind"] == "call"}
    assert outcomes == {span: spans.row(span)["outcome"] for span in outcomes}
    assert set(outcomes.values()) == {"ok", "error"}


def test_the_graph_can_be_limited_and_collapsed(trace):
    leaves = trace.graph(layer="EagerTFExecutor")
    assert {data["executor"] for _, data in leaves.nodes(data=True)} == {"EagerTFExecutor"}
    one = trace.graph(client=1)
    assert {data["client"] for _, data in one.nodes(data=True)} == {1}
    collapsed = trace.graph(collapse="clients")
    assert max(data["count"] for _, data in collapsed.nodes(data=True)) == 3
    assert len(collapsed) < len(trace.graph())
    with pytest.raises(ValueError, match="No executor is called 'X'"):
        trace.graph(layer="X")
    with pytest.raises(ValueError, match="`collapse`"):
        trace.graph(collapse="servers")


@pytest.mark.parametrize("max_fanout", [100, 2])
def test_what_is_merged_for_all_clients_does_the_same_in_the_same_place(max_fanout):
    factory = tff.local_executor_factory(max_fanout=max_fanout)
    snapshot = traced(sum_of_products, [1.0] * 5, 2.0, factory=factory)[1].snapshot
    columns, executors = snapshot.columns, snapshot.executors
    merged = collapsed_clients(snapshot)

    def place(layer):
        """The classes of the executors from here up."""
        return (executors[layer].name, *place(executors[layer].parent)) if layer >= 0 else ()

    for span, first in enumerate(merged.tolist()):
        for name in ("operation", "node", "type"):
            assert columns[name][span] == columns[name][first]
        assert place(columns["layer"][span]) == place(columns["layer"][first])
        if columns["parent"][span] >= 0:
            assert merged[columns["parent"][span]] == merged[columns["parent"][first]]
    assert len(set(merged.tolist())) < len(merged)


def test_a_collapsed_graph_does_not_grow_with_the_clients_and_has_no_cycle():
    graphs = [traced(mean_of_doubles, [1.0] * n)[1].graph(collapse="clients") for n in (10, 40)]
    assert len(graphs[0]) == len(graphs[1])
    for graph in graphs:
        flow = nx.DiGraph((a, b) for a, b, kind in graph.edges(data="kind") if kind in ("input", "output"))
        assert nx.is_directed_acyclic_graph(flow)
        assert "carry" in {kind for _, _, kind in graph.edges(data="kind")}


def test_the_ast_knows_the_time_and_the_spans_of_each_node(trace):
    tree = trace.ast()
    nodes = {node.label: node for _, node in tree.walk()}
    assert nodes["call federated_map"].clients == 3
    assert nodes["call federated_map"].self_time > 0
    assert tree.total_time == sum(node.self_time for _, node in tree.walk())
    assert sum(len(node.spans) for _, node in tree.walk()) == trace.spans.num_rows
    with pytest.raises(IndexError, match="no invocation 7"):
        trace.ast(7)


def test_the_critical_path_covers_the_invocation_without_gap(trace):
    path, invocation = trace.critical_path(), trace.invocations.row(0)
    assert path["start"][0] == invocation["start"] and path["end"][-1] == invocation["end"]
    assert (path["start"][1:] == path["end"][:-1]).all()


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


def test_the_summary_says_how_many_rows_it_leaves_out():
    def summary(count):
        with tff.use(tff.local_executor_factory()), tff.trace() as trace:
            for _ in range(count):
                double(1.0)
        return str(trace)

    assert "… 0 more" not in summary(12)
    assert "… 1 more" in summary(13)


@pytest.mark.parametrize(("columns", "widest"), [("64", 64), ("80", 80), ("300", 100)])
def test_tables_are_as_wide_as_the_terminal_but_stay_readable(broadcast, monkeypatch, columns, widest):
    monkeypatch.setenv("COLUMNS", columns)
    assert max(map(len, broadcast.summary().splitlines())) in range(widest - 6, widest + 1)


def test_a_narrow_table_leaves_out_columns_before_it_breaks_names(broadcast, monkeypatch):
    names = {executor.label.split(" ")[0] for executor in broadcast.snapshot.executors}
    shown = []
    for columns in ("120", "80", "60"):
        monkeypatch.setenv("COLUMNS", columns)
        (table,) = re.findall(r"Where the time went\n\n(.*?)\n\n\n", broadcast.summary(), re.DOTALL)
        shown.append(table.splitlines()[0].split())
        assert set(re.findall(r"\w*Exe\w*", table)) <= names
        assert set(re.findall(r"\w*_\w*", table)) <= set(OPERATIONS)
    assert shown[0] == ["executor", "operation", "calls", "self", "queued", "p50", "max"]
    assert set(shown[0]) > set(shown[2]) >= {"executor", "operation", "self"} and set(shown[1]) >= set(shown[2])


@pytest.mark.parametrize("columns", ["80", "100"])
def test_the_summary_fits_100_columns_and_names_what_matters(broadcast, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    text = str(broadcast)
    assert max(map(len, text.splitlines())) <= 100
    for word in ("sum_of_products", "EagerTFExecutor", "federated_sum", "individual"):
        assert word in text
    assert "<td>sum_of_products</td>" in broadcast._repr_html_()


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "0 ns"), (999, "999 ns"), (1e3, "1 µs"), (12_340, "12.3 µs"), (1e6, "1 ms"), (1_250_000, "1.25 ms"),
        (999e6, "999 ms"), (1e9, "1 s"), (61.5e9, "61.5 s"), (-2e6, "-2 ms"),
    ],
)  # fmt: skip
def test_times_have_three_digits_and_a_unit(nanoseconds, text):
    assert duration(nanoseconds) == text


@pytest.mark.parametrize(
    ("num_bytes", "text"),
    [(0, "0 B"), (999, "999 B"), (1e3, "1 kB"), (18_700, "18.7 kB"), (1e6, "1 MB"), (2.5e9, "2.5 GB")],
)
def test_sizes_have_three_digits_and_a_unit(num_bytes, text):
    assert data_size(num_bytes) == text


def test_names_are_escaped_in_html():
    evil = tff.tf_computation(lambda x: x, np.float32)
    evil.__name__ = "<script>alert(1)</script>"
    _, trace = traced(evil, 1.0)
    assert "<script>" not in trace._repr_html_() and "&lt;script&gt;" in trace._repr_html_()


def test_a_failing_block_leaves_a_complete_trace_with_the_error():
    @tff.tf_computation(np.float32)
    def positive(x):
        with tf.control_dependencies([tf.debugging.assert_positive(x, message="too small")]):
            return tf.identity(x)

    total = tff.federated_computation(lambda values: tff.federated_sum(tff.federated_map(positive, values)), FLOATS)
    with pytest.raises(tff.ExecutionError), tff.trace() as trace:
        total([1.0, -1.0, 1.0])
    spans = trace.spans
    failed = rows(spans, outcome="error")
    assert "running" not in set(spans.shown("outcome"))
    assert 1 in failed["client"]
    errors = [trace.error(n) for n in range(spans.num_rows) if trace.error(n)]
    assert any("too small" in error and "assert_positive" in error for error in errors)
    assert not any("{{" in error for error in errors)
    assert "InvalidArgumentError" in str(trace) and "too small" in trace._repr_html_()
    assert "error" in trace.clients().shown("outcome")


def test_a_traced_function_returns_its_result_and_a_trace_of_its_own():
    traced_double = tff.trace(double)
    first, second = traced_double(1.0), traced_double(2.0)
    assert (first.result, second.result) == (2, 4)
    assert first.trace.invocations.num_rows == second.trace.invocations.num_rows == 1


def test_after_the_end_of_an_inner_trace_the_outer_one_records_again():
    with tff.trace() as outer:
        double(1.0)
        with tff.trace() as inner:
            double(2.0)
            double(3.0)
        tff.trace(double)(4.0)
        double(5.0)
    double(6.0)
    assert (outer.invocations.num_rows, inner.invocations.num_rows) == (2, 2)


def test_a_context_can_trace_every_invocation():
    context = tff.SyncExecutionContext(tff.local_executor_factory(), trace=True)
    assert context.last_trace is None
    context.invoke(double, 1.0)
    first = context.last_trace
    context.invoke(double, 2.0)
    assert first is not context.last_trace
    assert context.last_trace.invocations.num_rows == 1


def test_an_async_context_can_trace_every_invocation_too():
    context = tff.AsyncExecutionContext(tff.local_executor_factory(), trace=True)

    async def main():
        assert await context.invoke(double, 1.0) == 2
        first = context.last_trace
        assert await context.invoke(double, 2.0) == 4
        return first

    first = asyncio.run(main())
    assert first is not context.last_trace
    assert first.invocations.num_rows == context.last_trace.invocations.num_rows == 1


def test_values_none_keeps_no_sketches_and_all_keeps_arrays():
    square = tff.tf_computation(lambda x: x * x, tff.TensorType(np.float32, [3]))
    x = np.array([1, 2, 3], np.float32)
    kept = {mode: traced(square, x, values=mode)[1] for mode in ("none", "preview", "all")}
    assert not kept["none"].snapshot.sketches and not kept["preview"].snapshot.arrays
    call = int(np.flatnonzero(kept["all"].spans.shown("operation") == "create_call")[0])
    assert kept["preview"].preview(call) == "float32[3] [1, 4, 9]  min 1  mean 4.667  max 9"
    np.testing.assert_array_equal(kept["all"].value(call), x * x)
    assert kept["preview"].value(call) is None
    with pytest.raises(ValueError, match="`values` must be one of"):
        tff.trace(values="some")


def test_a_full_trace_counts_what_it_dropped_and_stays_well_formed():
    _, trace = traced(mean_of_doubles, [1.0] * 20, max_spans=50)
    assert trace.spans.num_rows == 50
    assert trace.snapshot.num_dropped > 100
    assert "dropped" in str(trace)
    assert (trace.spans["parent"][1:] >= 0).all()


def test_whole_values_are_kept_up_to_a_number_of_bytes():
    wide = tff.tf_computation(lambda x: x + 1, tff.TensorType(np.float32, [1000]))
    _, trace = traced(wide, np.zeros(1000, np.float32), values="all", max_value_bytes=5000)
    assert len(trace.snapshot.arrays) == 1 and trace.snapshot.num_values_dropped > 0


def test_an_empty_trace_answers_every_question():
    with tff.trace() as trace:
        pass
    assert trace.spans.num_rows == trace.timing().num_rows == trace.clients().num_rows == trace.traffic().num_rows == 0
    assert len(trace.graph()) == len(trace.graph(collapse="clients")) == 0
    assert "0 invocations" in str(trace)


def test_a_trace_can_be_read_while_it_is_written():
    seen = []

    @tff.tf_computation(np.float32)
    def look(x):
        return tf.py_function(lambda v: seen.append(trace.spans) or v, [x], tf.float32)

    with tff.trace() as trace:
        look(1.0)
    running = seen[0].shown("outcome") == "running"
    assert running.sum() >= 3 and seen[0]["parent"][0] == -1
    assert "running" not in trace.spans.shown("outcome")


def test_a_nested_invocation_has_a_root_of_its_own():
    @tff.tf_computation(np.float32)
    def outer(x):
        return tf.numpy_function(lambda v: np.float32(double(float(v))), [x], tf.float32)

    with tff.trace(all_threads=True) as trace:  # TensorFlow calls back in a thread of its own.
        assert outer(1.0) == 2
    assert trace.invocations.shown("name").tolist() == ["outer", "double"]
    assert (trace.spans["parent"] == -1).sum() == 2


def test_scalars_of_every_kind_are_previewed():
    cases = [(np.int32, 5, "5"), (np.bool_, True, "1"), (np.float64, math.nan, ""), (np.str_, "ab", "str b'ab'")]
    for dtype, value, expected in cases:
        identity = tff.tf_computation(lambda x: tf.identity(x), dtype)
        _, trace = traced(identity, value)
        call = int(np.flatnonzero(trace.spans.shown("operation") == "create_call")[-1])
        assert expected in trace.preview(call)
