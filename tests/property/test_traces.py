"""Traces of random computations are well formed, and tracing changes no result."""

import collections
import random
import warnings

import networkx as nx
import numpy as np
import tensorflow as tf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tffsim as tff
from tests.property.test_stacks_agree import _REFUSED, _bits, _result
from tests.property.typed_federations import Example, examples
from tffsim.traces.trace import Trace
from tffsim.tracing.analysis.timing import thread_time
from tffsim.tracing.document.operations import (
    COMPUTE,
    CREATE_CALL,
    CREATE_SELECTION,
    CREATE_STRUCT,
    CREATE_VALUE,
    INVOKE,
)
from tffsim.tracing.document.snapshot import rows_of_inputs
from tffsim.tracing.recording.active import recording
from tffsim.tracing.recording.recorder import Recorder

_CONTEXTS = [
    tff.SyncExecutionContext(tff.local_executor_factory()),
    tff.SyncExecutionContext(tff.local_executor_factory(max_fanout=2)),
    tff.SyncExecutionContext(tff.local_executor_factory(clients_per_thread=2)),
    tff.SyncExecutionContext(tff.debug_executor_factory()),
]


@given(examples())
@settings(
    max_examples=45, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)  # fmt: skip
def test_traces_are_well_formed_and_change_no_result(example: Example):
    context = random.Random(str(example.block)[:50]).choice(_CONTEXTS)
    plain = _result(context, example)
    recorder = Recorder("all")
    with recording(recorder), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        traced = _result(context, example)
    assert _bits(traced) == _bits(plain)
    trace = Trace(recorder)
    assert not recorder.open_spans
    _assert_well_formed(trace)
    if plain != _REFUSED:
        _assert_replayable(trace)


def _assert_well_formed(trace: Trace) -> None:
    snapshot = trace.snapshot
    columns = snapshot.columns
    parent, start, end = columns["parent"], columns["start"], columns["end"]
    inner = np.flatnonzero(parent >= 0)
    roots = np.flatnonzero(parent < 0)
    assert (columns["operation"][roots] == INVOKE).all() and len(roots) == len(snapshot.invocations) == 1
    assert (parent[inner] < inner).all()
    assert (start[inner] >= start[parent[inner]]).all() and (end[inner] <= end[parent[inner]]).all()
    assert (columns["invocation"] == roots[0]).all()
    assert (columns["self_time"] <= end - start).all()
    users = rows_of_inputs(snapshot)
    assert (snapshot.inputs >= 0).all() and (snapshot.inputs < users).all()
    assert (columns["type"][snapshot.inputs] >= 0).all()
    times = thread_time(trace.snapshot)
    assert times["busy"].tolist() == times["self_time"].tolist()
    _assert_flows_one_way(trace)
    path = trace.critical_path()
    assert (path["end"] - path["start"]).sum() == end[roots[0]] - start[roots[0]]


def _assert_flows_one_way(trace: Trace) -> None:
    graph = trace.graph()
    assert nx.is_directed_acyclic_graph(graph) and "carry" not in {kind for *_, kind in graph.edges(data="kind")}
    collapsed = trace.graph(collapse="clients")
    collapsed.remove_edges_from([edge[:3] for edge in collapsed.edges(keys=True, data="kind") if edge[3] == "carry"])
    assert nx.is_directed_acyclic_graph(collapsed)


def _assert_replayable(trace: Trace) -> None:
    """Structs, selections and payloads follow from the values that leaves made."""
    columns = trace.snapshot.columns
    leaf = np.array([executor.name == "EagerTFExecutor" for executor in trace.snapshot.executors] + [False])
    spans = np.flatnonzero(leaf[columns["layer"]] & (columns["operation"] == COMPUTE))
    replayed = [_replay(trace, trace.inputs(int(span))[0]) for span in spans]
    for span, value in zip(spans, replayed, strict=True):
        recorded = trace.value(int(span))
        if recorded is not None and value is not None and not isinstance(value, tuple):
            np.testing.assert_array_equal(np.asarray(recorded, np.float64), np.asarray(value, np.float64))


def _replay(trace: Trace, number: int) -> object:
    """Computes a value from those it was made of; None if one of them was not recorded."""
    columns = trace.snapshot.columns
    operation = columns["operation"][number]
    if operation in (CREATE_VALUE, CREATE_CALL):
        return trace.value(number)
    parts = [_replay(trace, part) for part in trace.inputs(number)]
    if operation == CREATE_STRUCT:
        return tuple(parts)
    if operation == CREATE_SELECTION:
        source = parts[0]
        return source[columns["index"][number]] if isinstance(source, tuple) else trace.value(number)
    return parts[0]


_SOURCES = ("dataset", "generator", "function", "list")
_STEPS = {
    "map": lambda data, count: data.map(lambda x: tf.ensure_shape(tf.py_function(count, [x], tf.int32), [])),
    "filter": lambda data, _: data.filter(lambda x: x % 2 == 0),
    "skip": lambda data, _: data.skip(1),
    "repeat": lambda data, _: data.repeat(2),
    "shuffle": lambda data, _: data.shuffle(3, seed=1),
}
_COUNTS = tff.SequenceType(np.int32)
_WITH_FACTOR = tff.StructType([("data", _COUNTS), ("factor", np.int32)])


@tff.tf_computation(_WITH_FACTOR)
def _weighted(argument):
    return argument["factor"] * argument["data"].reduce(0, lambda x, y: x + y)


@tff.federated_computation(tff.FederatedType(_WITH_FACTOR, tff.CLIENTS))
def _weighted_sum(arguments):
    return tff.federated_sum(tff.federated_map(_weighted, arguments))


@given(
    st.lists(st.tuples(st.sampled_from(_SOURCES), st.lists(st.sampled_from(list(_STEPS)), max_size=3)), max_size=4),
    st.sampled_from(_CONTEXTS),
    st.sampled_from(["none", "preview", "all"]),
)
@settings(max_examples=25, deadline=None, derandomize=True, database=None)
def test_data_is_produced_as_often_with_a_trace_as_without(clients, context, values):
    plain = _made_and_summed(clients, context)
    with recording(Recorder(values)):
        traced = _made_and_summed(clients, context)
    assert traced == plain


def _made_and_summed(clients, context):
    """Returns how often each client's elements were made, and what they sum up to."""
    made = collections.Counter()
    arguments = [
        {"data": _data(source, steps, lambda number=number: made.update([number])), "factor": 2}
        for number, (source, steps) in enumerate(clients)
    ]
    return context.invoke(_weighted_sum, arguments), made


def _data(source, steps, note):
    def elements():
        for k in range(4):
            note()
            yield np.int32(k)

    def count(x):
        note()
        return x

    if source == "list":
        return list(range(4))
    if source == "function":
        return elements
    data = tf.data.Dataset.range(4).map(lambda x: tf.cast(x, tf.int32))
    if source == "generator":
        data = tf.data.Dataset.from_generator(elements, output_signature=tf.TensorSpec([], tf.int32))
    for step in steps:
        data = _STEPS[step](data, count)
    return data
