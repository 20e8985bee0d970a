"""What a recorder keeps, and how much of it."""

import threading

import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tests.unit.tracing.traced_runs import FLOATS, double, mean_of_doubles, rows, sum_of_products, traced


@pytest.fixture(scope="module")
def trace():
    return traced(mean_of_doubles, [1.0, 2.0, 6.0])[1]


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


def test_client_work_knows_its_client_and_its_ast_node(trace):
    spans = rows(trace.spans, executor="EagerTFExecutor · clients 0-2", operation="create_call")
    assert spans["client"].tolist() == [0, 1, 2]
    assert [trace.nodes[node].label for node in spans["node"]] == ["call federated_map"] * 3


def test_what_the_server_does_is_at_no_client():
    _, broadcast = traced(sum_of_products, [1.0, 2.0, 6.0], 10.0)
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


@pytest.mark.parametrize("factory", [tff.local_executor_factory, tff.debug_executor_factory])
def test_what_is_to_be_done_before_the_first_invocation_is_done_once_where_it_is_called(factory):
    found = []
    with tff.use(factory()), tff.trace() as trace:
        trace.recorder.before_first(lambda: found.append((threading.current_thread(), trace.invocations.num_rows)))
        assert found == []
        mean_of_doubles([1.0])
        mean_of_doubles([1.0])
    assert found == [(threading.current_thread(), 0)]
