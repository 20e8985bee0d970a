"""What a span used and what a value was, of any executor."""

import dataclasses
import pathlib

import federated_language as fl
import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tests.unit.tracing.recording.foreign_executor import FLOAT, ForeignExecutor, record
from tests.unit.tracing.traced_runs import rows, traced
from tffsim.tracing.document.operations import OPERATIONS
from tffsim.tracing.document.span_reader import SpanReader
from tffsim.tracing.recording.reading import take_snapshot
from tffsim.tracing.recording.recorder import Recorder
from tffsim.tracing.recording.tracing_executor import TracingExecutor

GOLDEN = pathlib.Path(__file__).parents[1] / "golden"


@pytest.fixture(scope="module")
def golden():
    return SpanReader(tff.load_trace(GOLDEN / "version_4.tfftrace").snapshot)


def read(work):
    """Records work with an executor and returns a reader, and the spans of each operation."""
    recorder = Recorder()
    record(work(TracingExecutor(ForeignExecutor())), recorder)
    snapshot = take_snapshot(recorder)
    operations = [OPERATIONS[operation] for operation in snapshot.columns["operation"].tolist()]
    return SpanReader(snapshot), {name: [k for k, o in enumerate(operations) if o == name] for name in operations}


def struct_of(*elements, names=None):
    async def work(executor):
        handles = [await executor.create_value(element, FLOAT) for element in elements]
        return await executor.create_struct(handles)

    return work


async def nested(executor):
    handle = await executor.create_value(5.0, FLOAT)
    for _ in range(4):
        handle = await executor.create_struct([handle, handle])


def test_a_struct_is_made_of_the_values_that_it_used():
    reader, spans = read(struct_of(5.0, 3.0))
    (struct,) = spans["create_struct"]
    assert reader.inputs(struct) == spans["create_value"]
    assert reader.preview(struct) == "<5, 3>"
    assert reader.inputs(spans["invoke"][0]) == []


def test_many_parts_of_a_struct_are_cut():
    reader, spans = read(struct_of(*map(float, range(9))))
    assert reader.preview(spans["create_struct"][0]) == "<0, 1, 2, 3, 4, 5, …>"


def test_what_is_nested_deeply_is_told_by_its_type():
    reader, spans = read(nested)
    innermost, *_, outermost = spans["create_struct"]
    assert reader.preview(innermost) == "<5, 5>"
    pair_of_pairs = str(fl.StructType([fl.StructType([FLOAT, FLOAT])] * 2))
    inside = f"<{pair_of_pairs}, {pair_of_pairs}>".replace("float32,float32", "float32,float32")
    assert reader.preview(outermost) == f"<{inside}, {inside}>"


def test_a_scalar_is_a_number_and_a_value_that_was_not_kept_is_none():
    reader, spans = read(struct_of(5.0))
    assert reader.value(spans["create_value"][0]) == 5
    assert reader.value(spans["invoke"][0]) is None and reader.sketch(spans["create_value"][0]) is None


def test_a_struct_is_the_tuple_of_its_members():
    reader, spans = read(struct_of(5.0, 3.0))
    assert reader.value(spans["create_struct"][0]) == (5, 3)


def test_a_value_is_what_it_stands_for_below():
    reader, spans = read(struct_of(5.0, 3.0))
    first, second = spans["create_value"]
    columns = {name: column.copy() for name, column in reader.snapshot.columns.items()}
    columns["has_scalar"][second], columns["alias"][second] = False, first
    reader = SpanReader(dataclasses.replace(reader.snapshot, columns=columns))
    assert reader.preview(second) == "5" and reader.value(second) == 5


@pytest.mark.parametrize("alias", [0, 1])
def test_values_that_stand_for_each_other_end_the_search(alias):
    reader, spans = read(struct_of(5.0, 3.0))
    values = spans["create_value"]
    columns = {name: column.copy() for name, column in reader.snapshot.columns.items()}
    columns["has_scalar"][values] = False
    columns["alias"][values] = values[alias], values[0]
    reader = SpanReader(dataclasses.replace(reader.snapshot, columns=columns))
    assert reader.value(values[0]) is None and reader.preview(values[1]) == "float32"


def test_values_are_described_together_as_one_by_one(golden):
    numbers = range(golden.snapshot.num_spans)
    assert golden.previews(numbers) == [golden.preview(number) for number in numbers]


def test_descriptions_come_in_the_order_in_which_they_are_asked_for(golden):
    values = np.flatnonzero(golden.snapshot.columns["type"] >= 0)
    backwards = golden.previews(values[::-1])
    assert backwards[::-1] == golden.previews(values)
    assert golden.previews([int(values[3]), int(values[3])]) == [golden.preview(int(values[3]))] * 2


def test_no_values_have_no_descriptions(golden):
    assert golden.previews([]) == []


def test_a_sketch_says_the_same_among_others(golden):
    sketches = golden.snapshot.sketches
    values = np.array(list(sketches))
    assert len(values) and sketches.texts(sketches.rows_of(values)) == [str(sketches[k]) for k in values.tolist()]
    assert sketches.rows_of(np.array([-1, 10**6])).tolist() == [-1, -1]


@tff.tf_computation(np.float32)
def pair_of(x):
    return {"weights": tf.stack([x, 2 * x]), "count": x}


@tff.federated_computation(tff.FederatedType(np.float32, tff.CLIENTS))
def mean_of_pairs(values):
    pairs = tff.federated_map(pair_of, values)
    return tff.federated_mean(pairs["weights"], pairs["count"])


@pytest.fixture(scope="module", params=["local", "tree", "debug"])
def letters(request):
    """A reader, and the structs of two members that clients send."""
    factories = {"tree": lambda: tff.local_executor_factory(max_fanout=2), "debug": tff.debug_executor_factory}
    factory = factories.get(request.param, tff.local_executor_factory)()
    trace = traced(mean_of_pairs, [1.0, 2.0, 3.0], factory=factory, values="all")[1]
    sent = rows(trace.traffic(), direction="clients to server")
    return SpanReader(trace.snapshot), sent["span"][np.argsort(sent["client"])].tolist()


def test_a_struct_that_a_function_made_shows_the_numbers_of_its_members(letters):
    reader, sent = letters
    assert reader.preview(sent[1]) == "<float32[2] [4, 8]  min 4  mean 6  max 8, 2>"
    (function_made,) = reader.inputs(sent[1])
    assert reader.preview(function_made) == reader.preview(sent[1])
    assert len(reader.parts(sent[1])) == 2


def test_a_struct_of_which_all_was_kept_is_a_tuple(letters):
    reader, sent = letters
    weights, count = reader.value(sent[2])
    assert weights.tolist() == [9, 18] and count == 3


def test_members_that_were_taken_out_of_a_struct_are_known(letters):
    reader, _ = letters
    columns = reader.snapshot.columns
    leaf = np.array([executor.name == "EagerTFExecutor" for executor in reader.snapshot.executors] + [False])
    made = [
        span
        for span in np.flatnonzero(leaf[columns["layer"]] & (columns["operation"] == OPERATIONS.index("create_call")))
        if reader.snapshot.types[columns["type"][span]].members == ("weights", "count") and columns["client"][span] == 1
    ]
    weights, count = reader.value(int(made[0]))
    assert weights.tolist() == [2, 4] and count == 2


def test_clients_are_no_members(letters):
    reader, _ = letters
    columns = reader.snapshot.columns
    for span in np.flatnonzero(columns["operation"] == OPERATIONS.index("compute")).tolist():
        assert all(columns["client"][part] == columns["client"][span] for part in reader.parts(span))
