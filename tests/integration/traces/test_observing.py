"""A trace observes: what runs traced runs as it does untraced, and nothing whole is kept of it."""

import collections
import gc
import weakref

import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tests.unit.tracing.traced_runs import traced
from tffsim.tracing.document.operations import CREATE_CALL, CREATE_VALUE
from tffsim.tracing.recording.payload_sizes import size_of
from tffsim.tracing.recording.sketching.sketch_pad import sketch_of

STACKS = {
    "local": tff.local_executor_factory,
    "tree": lambda: tff.local_executor_factory(max_fanout=2),
    "debug": tff.debug_executor_factory,
}
ANY_RANK = tff.TensorType(np.int32, None)
COUNTS = tff.SequenceType(np.int32)


@tff.tf_computation(COUNTS)
def total(dataset):
    return dataset.reduce(0, lambda x, y: x + y)


@tff.federated_computation(tff.FederatedType(COUNTS, tff.CLIENTS))
def total_of_clients(datasets):
    return tff.federated_sum(tff.federated_map(total, datasets))


@tff.tf_computation(tff.StructType([("data", COUNTS), ("factor", np.int32)]))
def scaled(argument):
    return argument["factor"] * argument["data"].reduce(0, lambda x, y: x + y)


@tff.federated_computation(tff.FederatedType(tff.StructType([("data", COUNTS), ("factor", np.int32)]), tff.CLIENTS))
def scaled_of_clients(arguments):
    return tff.federated_sum(tff.federated_map(scaled, arguments))


@tff.tf_computation(tff.SequenceType(ANY_RANK))
def first_two(dataset):
    return dataset.take(2)


@tff.tf_computation(COUNTS)
def doubled(dataset):
    return {"doubled": dataset.map(lambda x: 2 * x), "factor": 2}


class Production:
    """Makes data and counts how often an element is made, and how often anything else is asked."""

    def __init__(self):
        self.made = collections.Counter()

    def elements(self):
        for k in range(3):
            self.made["element"] += 1
            yield np.int32(k)

    def counted(self, k):
        self.made["element"] += 1
        return k

    def mapped(self):
        return tf.data.Dataset.range(3).map(lambda k: tf.cast(tf.py_function(self.counted, [k], tf.int64), tf.int32))

    def shaped(self):
        return self.mapped().map(lambda k: tf.ensure_shape(k, []))

    def generated(self):
        return tf.data.Dataset.from_generator(self.elements, output_signature=tf.TensorSpec([], tf.int32))

    def filtered(self):
        return self.generated().filter(lambda k: k > 0)

    def lazily(self):
        return self.elements

    def once(self):
        return self.elements()

    def iterable(self):
        return Curious(self)

    def examples(self):
        return [ArrayLike(self, k) for k in range(3)]


class Curious:
    """An iterable that notices every question."""

    def __init__(self, production):
        self._production = production

    def __iter__(self):
        self._production.made["iter"] += 1
        return self._production.elements()

    def __len__(self):
        self._production.made["len"] += 1
        return 3

    def __repr__(self):
        raise RuntimeError("no words")


class ArrayLike:
    """A number that notices when it is read."""

    def __init__(self, production, number):
        self._production, self._number = production, number

    def __array__(self, dtype=None, copy=None):
        self._production.made["array"] += 1
        return np.array(self._number, dtype or np.int32)

    def __float__(self):
        self._production.made["float"] += 1
        return float(self._number)

    def __repr__(self):
        raise RuntimeError("no words")

    @property
    def shape(self):
        self._production.made["shape"] += 1
        return ()


KINDS = ["shaped", "generated", "filtered", "lazily", "once", "iterable", "examples"]


def run(call, factory, is_traced, values="preview"):
    """Runs a computation on a stack of its own; returns its result and what was asked of its data."""
    production = Production()
    with tff.use(factory()):
        if is_traced:
            with tff.trace(values=values) as trace:
                result = call(production)
            str(trace), trace.values, [trace.preview(k) for k in range(trace.snapshot.num_spans)]
        else:
            result = call(production)
    return result, production.made


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("kind", KINDS)
def test_data_is_produced_as_often_as_without_a_trace(kind, stack):
    calls = [
        lambda production: total(getattr(production, kind)()),
        lambda production: total_of_clients([getattr(production, kind)() for _ in range(3)]),
        lambda production: scaled_of_clients([{"data": getattr(production, kind)(), "factor": 2} for _ in range(3)]),
    ]
    for call in calls:
        assert run(call, STACKS[stack], is_traced=True, values="all") == run(call, STACKS[stack], is_traced=False)


@pytest.mark.parametrize("kind", ["shaped", "generated"])
def test_results_that_are_datasets_are_not_read(kind):
    def call(production):
        result = doubled(getattr(production, kind)())
        before = production.made["element"]
        return before, [int(x) for x in result["doubled"]], int(result["factor"])

    assert run(call, tff.local_executor_factory, is_traced=True) == run(
        call, tff.local_executor_factory, is_traced=False
    )


@pytest.mark.parametrize("stack", STACKS)
def test_datasets_whose_elements_have_any_rank_can_be_traced(stack):
    examples = [np.int32(1), np.array([2, 3], np.int32), np.int32(4)]
    made = tf.data.Dataset.from_generator(lambda: iter(examples), output_signature=tf.TensorSpec(None, tf.int32))
    for argument in (examples, made, lambda: iter(examples)):
        with tff.use(STACKS[stack]()), tff.trace(values="all") as trace:
            first, second = first_two(argument)
        assert int(first) == 1 and second.numpy().tolist() == [2, 3]
        assert any("dataset of int32[…]" in trace.preview(k) for k in range(trace.snapshot.num_spans))


def test_ragged_and_sparse_specs_are_described_by_their_names():
    ragged = tf.data.Dataset.from_tensor_slices(tf.ragged.constant([[1], [2, 3]]))
    assert str(sketch_of(ragged)) == "dataset of int32[?]"
    sparse = tf.data.Dataset.from_tensors(tf.sparse.from_dense([[1.0]]))
    assert str(sketch_of(sparse)) == "dataset of float32[1,1]"
    assert size_of(ragged) == size_of(sparse) == 0


def test_a_description_that_fails_is_named_and_fails_nothing(monkeypatch):
    monkeypatch.setattr("tffsim.tracing.recording.sketching.sketch_pad.take_apart", lambda *_: 1 // 0)
    with tff.use(tff.local_executor_factory()), tff.trace() as trace:
        assert total([1, 2]) == 3
    assert any("ZeroDivisionError" in trace.preview(k) for k in range(trace.snapshot.num_spans))


@pytest.mark.parametrize("values", ["none", "preview"])
def test_a_finished_trace_holds_no_value(values):
    grow = tff.tf_computation(lambda x: tf.fill([50_000], x), np.float32)
    at_clients = tff.FederatedType(np.float32, tff.CLIENTS)
    grown = tff.federated_computation(lambda x: tff.federated_map(grow, x), at_clients)
    result, trace = traced(grown, [1.0, 2.0, 3.0], values=values)
    held = weakref.ref(result[0])
    del result
    gc.collect()
    assert held() is None
    assert trace.snapshot.arrays == {}


@tff.tf_computation(np.float32)
def with_double(x):
    return x, 2 * x


@tff.federated_computation(tff.FederatedType(np.float32, tff.CLIENTS))
def sums(values):
    return tff.federated_sum(tff.federated_map(with_double, values))


@pytest.mark.parametrize("stack", STACKS)
def test_what_a_client_returns_reaches_the_server_in_one_piece(stack):
    result, trace = traced(sums, [1.0, 2.0, 3.0], factory=STACKS[stack]())
    assert result == (6, 12)
    snapshot, columns = trace.snapshot, trace.snapshot.columns
    embedded = [
        snapshot.types[type_number].text
        for layer, operation, type_number in zip(columns["layer"], columns["operation"], columns["type"], strict=True)
        if operation == CREATE_VALUE
        and snapshot.executors[layer].name == "EagerTFExecutor"
        and snapshot.executors[layer].placement == "server"
    ]
    assert "<float32,float32>" in embedded
    assert "float32" not in embedded


def test_a_struct_of_handles_has_no_sketch_of_its_own():
    pair = tff.federated_computation(lambda x: (x, x), np.float32)
    total = tff.federated_computation(
        lambda xs: tff.federated_sum(tff.federated_map(pair, xs)), tff.FederatedType(np.float32, tff.CLIENTS)
    )
    _, trace = traced(total, [1.0, 2.0])
    snapshot = trace.snapshot
    resolvers = [k for k, executor in enumerate(snapshot.executors) if executor.name == "ReferenceResolvingExecutor"]
    calls = np.flatnonzero(
        np.isin(snapshot.columns["layer"], resolvers) & (snapshot.columns["operation"] == CREATE_CALL)
    )
    assert len(calls) > 0
    assert not set(calls.tolist()) & set(snapshot.sketches)
