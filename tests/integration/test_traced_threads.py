"""Traces of invocations that run at the same time, are interrupted or cancelled."""

import _thread
import concurrent.futures
import threading

import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff

FLOATS = tff.FederatedType(np.float32, tff.CLIENTS)


@tff.federated_computation(FLOATS)
def total(values):
    return tff.federated_sum(tff.federated_map(tff.tf_computation(lambda x: x + 1, np.float32), values))


def assert_tree(trace, spans):
    """The spans form one tree, and nothing else belongs to it."""
    (root,) = [n for n in spans if trace.spans["parent"][n] < 0]
    assert all(trace.spans["parent"][n] in set(spans) for n in spans if n != root)
    assert all(trace.spans["invocation"][n] == root for n in spans)


@pytest.mark.parametrize("factory", [tff.local_executor_factory, lambda: tff.local_executor_factory(max_fanout=2)])
def test_invocations_of_four_threads_are_four_disjoint_trees(factory):
    barrier = threading.Barrier(4)

    def call(thread):
        barrier.wait(30)
        return [total([float(thread)] * (thread + 1)) for _ in range(5)]

    with tff.use(factory()), tff.trace(all_threads=True) as trace, concurrent.futures.ThreadPoolExecutor(4) as pool:
        results = list(pool.map(call, range(4)))
    assert results == [[(thread + 1) ** 2] * 5 for thread in range(4)]
    invocation = trace.spans["invocation"]
    assert trace.invocations.num_rows == len(set(invocation.tolist())) == 20
    for root, clients in zip(trace.invocations["span"], trace.invocations["num_clients"], strict=True):
        spans = np.flatnonzero(invocation == root).tolist()
        assert_tree(trace, spans)
        assert set(trace.spans["client"][spans].tolist()) == {-1, *range(clients)}


def test_each_thread_may_have_a_trace_of_its_own():
    def call(thread):
        with tff.trace() as trace:
            total([1.0] * (thread + 1))
        return trace

    with tff.use(tff.local_executor_factory()), concurrent.futures.ThreadPoolExecutor(4) as pool:
        traces = list(pool.map(call, range(4)))
    assert [trace.invocations["num_clients"].tolist() for trace in traces] == [[1], [2], [3], [4]]


def test_an_interrupt_leaves_no_span_open():
    started = threading.Event()

    @tff.tf_computation(np.float32)
    def forever(x):
        announced = tf.py_function(lambda: started.set() or 0.0, [], tf.float32)
        announced.set_shape([])
        return tf.while_loop(lambda i: i >= 0, lambda i: i * 1, [announced])[0]

    def interrupt():
        assert started.wait(30)
        _thread.interrupt_main()

    threading.Thread(target=interrupt, daemon=True).start()
    everywhere = tff.federated_computation(lambda v: tff.federated_sum(tff.federated_map(forever, v)), FLOATS)
    with tff.use(tff.local_executor_factory()):
        with tff.trace() as trace, pytest.raises(KeyboardInterrupt):
            everywhere([1.0] * 5)
        assert not trace.recorder.open_spans
        assert trace.invocations.shown("outcome").tolist() == ["cancelled"]
        assert "cancelled" in trace.clients().shown("outcome")
        with tff.trace() as after:
            assert total([1.0]) == 2
    assert set(after.spans.shown("outcome")) == {"ok"}
