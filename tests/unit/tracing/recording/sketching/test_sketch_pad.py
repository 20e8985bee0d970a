"""What a sketch says of the numbers of a value, and how much of it is looked at."""

import math

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

import tffsim as tff
from tests.unit.tracing.traced_runs import traced
from tffsim.tracing.document.sketches import MAX_LEAVES
from tffsim.tracing.recording.sketching.sketch_pad import SketchPad, sketch_of

_QUIET = settings(max_examples=150, deadline=None, derandomize=True, database=None)
_MAX_BYTES = 1024
_DTYPES = ("float32", "float64", "float16", "int32", "int64", "uint8", "bool")


def bytes_of(pad):
    return sum(column.nbytes for column in pad.table().columns().values())


def test_the_first_numbers_of_a_sampled_array_are_its_first_ones():
    sketch = sketch_of(np.arange(100_000, dtype=np.int32))
    assert str(sketch).startswith("int32[100000] [0, 1, 2, 3, 4, 5, …]  min 0")


@given(st.lists(npst.array_shapes(max_dims=2, max_side=40), min_size=1, max_size=200), st.integers(0, 3))
@settings(_QUIET, max_examples=40)
def test_no_sketch_takes_more_than_a_kilobyte(shapes, num_scalars):
    pad = SketchPad()
    pad.add(0, [*[np.ones(shape, np.float32) for shape in shapes], *[1.0] * num_scalars])
    assert bytes_of(pad) <= _MAX_BYTES
    sketch = pad.table()[0]
    assert len(sketch.leaves) <= MAX_LEAVES and sketch.examined <= 8192 + 64 + 6 + len(shapes)


def test_the_largest_sketch_takes_no_more_than_a_kilobyte():
    pad = SketchPad()
    for value in ([*[1.0] * 100, *[np.zeros(100)] * 100], [[[1.0] * 6] * 6] * 6, np.zeros((1000, 1000))):
        pad.add(0, value)
        assert bytes_of(pad) <= _MAX_BYTES
        pad = SketchPad()


def test_alike_values_share_a_form_and_have_numbers_of_their_own():
    pad = SketchPad()
    for number in range(4):
        pad.add(number, [number, float(number), [np.full(3, number)]])
    assert [str(sketch) for sketch in pad.table().values()] == [
        f"<{k}, {k}, <int64[3]>>  norm {math.sqrt(5) * k:.4g}" for k in range(4)
    ]
    assert len(pad.table().forms) == 1


def test_structs_of_the_same_tensors_share_a_sketch():
    pad, weights = SketchPad(), (tf.ones([3]), tf.zeros([20_000]))
    for number in range(10):
        pad.add(number, list(weights))
    table = pad.table()
    assert len(table) == 10 and len(table.totals) == 1


def test_an_array_that_is_changed_is_looked_at_again():
    pad, array = SketchPad(), np.zeros(3)
    for number in range(3):
        array += 1
        pad.add(number, array, 0, tff.TensorType(np.float64, [3]), array.nbytes)
        pad.add(number + 3, [array], 1, tff.to_type([(np.float64, [3])]), array.nbytes)
    assert [pad.table()[k].mean for k in range(6)] == [1, 2, 3, 1, 2, 3]


# In a trace.

FLOATS = tff.TensorType(np.float32, [3])


@tff.tf_computation(FLOATS)
def logarithm(x):
    return tf.math.log(x)


@tff.tf_computation(np.float32)
def scalar_logarithm(x):
    return tf.math.log(x)


at_clients = tff.federated_computation(
    lambda x: tff.federated_map(logarithm, x), tff.FederatedType(FLOATS, tff.CLIENTS)
)


@pytest.mark.parametrize(
    "factory",
    [tff.local_executor_factory, lambda: tff.local_executor_factory(max_fanout=2), tff.debug_executor_factory],
)
def test_a_trace_tells_which_client_made_nan(factory):
    arguments = [np.full(3, number, np.float32) for number in (1, -1, 0, 2)]
    with tff.use(factory()), tff.trace() as trace:
        at_clients(arguments)
    rows = trace.sketches
    client = trace.snapshot.columns["client"]
    assert set(client[rows["value"][rows["num_nan"] > 0]].tolist()) >= {1}
    assert not {0, 2, 3} & set(client[rows["value"][rows["num_nan"] > 0]].tolist())
    assert 2 in set(client[rows["value"][rows["num_inf"] > 0]].tolist())
    assert not rows["is_sampled"].any()


def test_a_scalar_nan_is_told_from_no_scalar():
    _, trace = traced(scalar_logarithm, -1.0)
    made = [k for k in range(trace.snapshot.num_spans) if trace.preview(k) == "nan"]
    assert made and all(math.isnan(trace.value(k)) for k in made)
    values = trace.values
    is_nan = values["has_scalar"] & np.isnan(values["scalar"])
    assert is_nan.any() and set(values["value"][is_nan].tolist()) <= set(made)
    assert not trace.snapshot.sketches


def test_a_scalar_infinity_is_a_value():
    _, trace = traced(scalar_logarithm, 0.0)
    values = trace.values
    made = values["value"][values["has_scalar"] & np.isinf(values["scalar"])].tolist()
    assert made and {trace.preview(k) for k in made} == {"-inf"} and {trace.value(k) for k in made} == {-math.inf}


def test_a_nan_is_known_even_where_no_values_are_kept():
    _, trace = traced(scalar_logarithm, -1.0, values="none")
    assert np.isnan(trace.snapshot.columns["scalar"][trace.snapshot.columns["has_scalar"]]).any()


def test_sketches_follow_a_value_to_the_executor_that_holds_it():
    _, trace = traced(logarithm, np.ones(3, np.float32))
    aliases = [k for k, alias in enumerate(trace.values["alias"].tolist()) if alias >= 0]
    sketches = [trace.sketch(int(trace.values["value"][k])) for k in aliases]
    assert any(sketch is not None and sketch.shape == (3,) for sketch in sketches)


def test_a_trace_of_scalars_keeps_few_sketches():
    half = tff.tf_computation(lambda x: x * 0.5, np.float32)
    halves = tff.federated_computation(
        lambda x: tff.federated_mean(tff.federated_map(half, x)), tff.FederatedType(np.float32, tff.CLIENTS)
    )
    sizes = {}
    for count in (4, 64):
        _, trace = traced(halves, [1.0] * count)
        sizes[count] = len(trace.snapshot.sketches)
    assert sizes[64] <= sizes[4] + 8
