"""What a sketch says of the numbers of a value, and how much of it is looked at."""

import collections
import dataclasses
import math

import ml_dtypes
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

import tffsim as tff
from tests.unit.tracing.traced_runs import traced
from tffsim.tracing.document import trace_file
from tffsim.tracing.document.sketches import MAX_LEAVES
from tffsim.tracing.recording.sketching.sketch_pad import SketchPad, sketch_of

_QUIET = settings(max_examples=150, deadline=None, derandomize=True, database=None)
_MAX_BYTES = 1024
_DTYPES = ("float32", "float64", "float16", "int32", "int64", "uint8", "bool")


def small_arrays():
    shapes = npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=7)
    return st.sampled_from(_DTYPES).flatmap(lambda dtype: npst.arrays(dtype, shapes))


def large_shapes():
    return npst.array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=60).filter(lambda s: math.prod(s) > 8192)


def bytes_of(pad):
    return sum(column.nbytes for column in pad.table().columns().values())


def finite(array):
    numbers = np.abs(array) if array.dtype.kind == "c" else array
    numbers = numbers.astype(np.float64).reshape(-1)
    return numbers[np.isfinite(numbers)]


def check_totals(sketch, arrays):
    """Compares with NumPy what a sketch says of arrays that it has looked at whole."""
    numbers = np.concatenate([finite(array) for array in arrays])
    assert sketch.num_nan == sum(int(np.isnan(a.astype(np.float64)).sum()) for a in arrays)
    assert sketch.num_inf == sum(int(np.isinf(a.astype(np.float64)).sum()) for a in arrays)
    assert not sketch.is_sampled and sketch.examined == sketch.size == sum(array.size for array in arrays)
    if not numbers.size:
        assert sketch.norm == 0 and math.isnan(sketch.mean) and math.isnan(sketch.least)
        return
    scale = np.abs(numbers).max() or 1.0
    assert (sketch.least, sketch.greatest) == (numbers.min(), numbers.max())
    with np.errstate(over="ignore"):  # The norm of some large numbers is larger than any float64.
        norm = np.linalg.norm(numbers / scale) * scale
    np.testing.assert_allclose(sketch.norm, norm, rtol=1e-12)
    np.testing.assert_allclose(sketch.mean / scale, (numbers / scale).mean(), rtol=1e-9, atol=1e-12)


@given(small_arrays())
@_QUIET
def test_a_small_array_is_described_as_numpy_does(array):
    sketch = sketch_of(array)
    check_totals(sketch, [array])
    assert (sketch.kind, sketch.dtype, sketch.shape) == ("array", array.dtype.name, array.shape)
    if 1 < array.size <= 64:
        with np.errstate(over="ignore"):
            expected = array.reshape(-1).astype(np.float64)
            expected = np.where(np.isfinite(expected), np.clip(expected, *_SINGLE), expected).astype(np.float32)
        np.testing.assert_array_equal(sketch.cells.reshape(-1), expected[sketch.cell_coordinates])


_SINGLE = (-float(np.finfo(np.float32).max), float(np.finfo(np.float32).max))


@given(st.lists(small_arrays(), min_size=1, max_size=6), st.booleans())
@_QUIET
def test_a_struct_is_described_as_all_its_arrays_and_each_alone(arrays, are_tensors):
    sketch = sketch_of([tf.constant(a) for a in arrays] if are_tensors else list(arrays))
    check_totals(sketch, arrays)
    wrong = [k for k, a in enumerate(arrays) if finite(a).size < a.size]
    assert sketch.first_wrong == (wrong[0] if wrong else -1)
    if len(arrays) == 1:
        assert sketch.leaves == ()
        return
    assert [(leaf.path, leaf.dtype, leaf.shape) for leaf in sketch.leaves] == [
        (f"[{k}]", array.dtype.name, array.shape) for k, array in enumerate(arrays)
    ]
    for leaf, array in zip(sketch.leaves, arrays, strict=True):
        assert (leaf.num_nan, leaf.num_inf) == (np.isnan(array).sum(), np.isinf(array).sum())
        if finite(array).size:
            expected = np.clip([finite(array).min(), finite(array).max()], *_SINGLE).astype(np.float32)
            assert [leaf.least, leaf.greatest] == expected.tolist()


@given(st.lists(st.lists(small_arrays().map(tf.constant), min_size=1, max_size=3), min_size=1, max_size=8))
@_QUIET
def test_values_that_wait_for_others_are_described_as_those_that_do_not(values):
    pad = SketchPad()
    types = [tff.to_type([(t.dtype.as_numpy_dtype, t.shape.as_list()) for t in value]) for value in values]
    for number, value in enumerate(values):
        pad.add(number, value, number, types[number], size=100)
    table = pad.table()
    for number, value in enumerate(values):
        told, alone = table[number], sketch_of(value, types[number])
        assert str(told) == str(alone) and told.form == alone.form
        np.testing.assert_array_equal(
            [told.norm, told.mean, told.least, told.greatest], [alone.norm, alone.mean, alone.least, alone.greatest]
        )
        np.testing.assert_array_equal(told.cells, alone.cells)
        assert repr(told.leaves) == repr(alone.leaves) and repr(told.first) == repr(alone.first)


@given(large_shapes(), st.sampled_from(["array", "tensor", "transposed"]))
@settings(_QUIET, max_examples=25)
def test_a_large_array_is_sampled_at_the_same_coordinates_each_time(shape, kind):
    made = [tf.constant, np.transpose, np.asarray][["tensor", "transposed", "array"].index(kind)]
    numbers = np.arange(math.prod(shape), dtype=np.float64).reshape(shape)
    one, other = sketch_of(made(numbers)), sketch_of(made(numbers + 0.5))
    assert one.is_sampled and one.examined < 8300 and one.size == numbers.size
    assert "sampled: " in str(one)
    assert one.form == other.form and len(one.cells.reshape(-1)) <= 64
    np.testing.assert_allclose(other.cells, one.cells + np.float32(0.5))
    flat = np.asarray(made(numbers)).reshape(-1)
    np.testing.assert_array_equal(one.cells.reshape(-1), flat[one.cell_coordinates].astype(np.float32))
    assert one.least == flat[0] == 0


@pytest.mark.parametrize("shape", [(1000, 64), (100, 100, 3), (3, 3, 64, 128), (200_000,), (2**17,)])
def test_a_row_or_a_column_of_nan_in_a_large_array_is_found(shape):
    columns = shape[-1]
    matrix = np.zeros((math.prod(shape) // columns, columns), np.float32)
    for wrong in {0, columns // 2, columns - 1} if len(shape) > 1 else ():
        array = matrix.copy()
        array[:, wrong] = np.nan
        assert sketch_of(array.reshape(shape)).num_nan > 0
    assert sketch_of(np.full(shape, np.inf, np.float32)).num_inf >= 8000 // 2


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


def test_small_arrays_of_a_large_struct_are_looked_at_whole():
    bias = np.zeros(100, np.float32)
    bias[57] = np.nan
    sketch = sketch_of(collections.OrderedDict(kernel=np.zeros((1000, 100), np.float32), bias=bias))
    assert sketch.is_sampled and (sketch.num_nan, sketch.first_wrong) == (1, 1)
    assert [leaf.path for leaf in sketch.leaves] == ["kernel", "bias"]
    assert "1 NaN  sampled: 7,855 of 100,100" in str(sketch)


@pytest.mark.parametrize("name", ["bfloat16", "float8_e5m2", "float8_e4m3fn", "int4"])
def test_dtypes_that_numpy_does_not_have_are_described(name):
    array = np.array([1, -2, 3], getattr(ml_dtypes, name))
    for value in (array, tf.constant(array)):
        sketch = sketch_of(value)
        assert (sketch.dtype, sketch.least, sketch.greatest) == (name, -2, 3)
        assert str(sketch) == f"{name}[3] [1, -2, 3]  min -2  mean 0.6667  max 3"


def test_large_bfloat16_tensors_are_sampled_without_a_copy():
    assert sketch_of(tf.ones([1000, 1000], tf.bfloat16)).mean == 1


def test_complex_numbers_count_by_their_magnitude_and_texts_by_their_length():
    sketch = sketch_of(np.array([3 + 4j, 0]))
    assert (sketch.greatest, sketch.norm) == (5, 5)
    assert str(sketch).startswith("complex128[2] [(3+4j), 0j]")
    texts = sketch_of(tf.constant(["a", "bcd"]))
    assert (texts.least, texts.greatest, str(texts)) == (1, 3, "str[2] [b'a', b'bcd']")


@pytest.mark.parametrize("factor", [1e300, 1e-300, 1e-200])
def test_norms_of_very_large_and_very_small_numbers_are_right(factor):
    for value in (np.array([3.0, 4.0]) * factor, [np.array([3.0]) * factor, np.array([4.0]) * factor]):
        assert sketch_of(value).norm == pytest.approx(5 * factor, rel=1e-12)
        assert sketch_of(value).mean == pytest.approx(3.5 * factor, rel=1e-12)


def test_norms_that_are_too_large_are_infinite_whatever_numpy_is_told_to_do():
    largest = np.finfo(np.float64).max
    with np.errstate(all="raise"):
        for value in (np.full(4, largest), [np.full(2, largest), np.ones(1), np.array([np.nan, np.inf])]):
            sketch = sketch_of(value)
            assert (sketch.norm, sketch.greatest) == (math.inf, largest)


def test_alike_values_share_a_form_and_have_numbers_of_their_own():
    pad = SketchPad()
    for number in range(4):
        pad.add(number, [number, float(number), [np.full(3, number)]])
    assert [str(sketch) for sketch in pad.table().values()] == [
        f"<{k}, {k}, <int64[3]>>  norm {math.sqrt(5) * k:.4g}" for k in range(4)
    ]
    assert len(pad.table().forms) == 1


def test_a_number_from_a_table_finds_its_sketch():
    pad = SketchPad()
    pad.add(7, np.ones(3))
    (number,) = pad.table().table()["value"]
    assert number in pad.table() and pad.table()[number].mean == 1
    assert np.int64(8) not in pad.table() and "7" not in pad.table()


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


def test_values_that_wait_are_forgotten_when_they_were_looked_at():
    pad = SketchPad()
    for number in range(2000):
        pad.add(number, tf.fill([1000], float(number)), 0, tff.TensorType(np.float32, [1000]), 4000)
    table = pad.table()
    assert [table[number].mean for number in (0, 1, 999, 1999)] == [0, 1, 999, 1999]


@pytest.mark.parametrize("place", [0, 1])
def test_tensors_without_numbers_are_left_out(place):
    pad, variant = SketchPad(), tf.data.Dataset.range(3)._variant_tensor
    members = [tf.constant([3.0, 4.0]), tf.ones([2])]
    members.insert(place, variant)
    for number, value in enumerate([members, [tf.constant(["a", "b"]), tf.ones([2])], [tf.ones([])] * 300]):
        pad.add(number, value, number, tff.StructType([np.float32] * len(value)), size=24)
    table = pad.table()
    assert (table[0].norm, table[0].size) == (pytest.approx(math.sqrt(27)), 4)
    assert str(table[1]).startswith("<str[2], float32[2]>")
    assert (table[2].num_nan, table[2].is_sampled, table[2].examined) == (0, True, 256)


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
    made = [k for k in range(trace.snapshot.num_spans) if trace.preview(k) == "float32 nan"]
    assert made and all(math.isnan(trace.value(k)) and trace.sketch(k).num_nan == 1 for k in made)
    _, plain = traced(scalar_logarithm, 1.0)
    assert not plain.snapshot.sketches and plain.sketch(1) is None


def test_sketches_follow_a_value_to_the_executor_that_holds_it():
    _, trace = traced(logarithm, np.ones(3, np.float32))
    aliases = [k for k, alias in enumerate(trace.values["alias"].tolist()) if alias >= 0]
    sketches = [trace.sketch(int(trace.values["value"][k])) for k in aliases]
    assert any(sketch is not None and sketch.shape == (3,) for sketch in sketches)


def test_saved_sketches_are_loaded_as_they_were(tmp_path):
    _, trace = traced(at_clients, [np.full(3, k, np.float32) for k in (1, -1, 0)])
    trace.save(tmp_path / "t.tfftrace")
    loaded = tff.load_trace(tmp_path / "t.tfftrace")
    assert list(map(str, loaded.snapshot.sketches.values())) == list(map(str, trace.snapshot.sketches.values()))
    for name, column in trace.snapshot.sketches.columns().items():
        np.testing.assert_array_equal(loaded.snapshot.sketches.columns()[name], column)
    assert loaded.snapshot.sketches.forms == trace.snapshot.sketches.forms


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (np.float32(2), "array"), (np.arange(3), "array"), ("text", "text"), (tf.data.Dataset.range(3), "dataset"),
        ([1, "text"], "members"), ({"a": np.arange(3)}, "members"), (tf.ragged.constant([[1], []]), "other"),
    ],
)  # fmt: skip
def test_a_sketch_of_any_kind_of_value_is_loaded_as_it_was_saved(value, kind):
    _, trace = traced(logarithm, np.ones(3, np.float32))
    pad = SketchPad()
    pad.add(0, value)
    snapshot = dataclasses.replace(trace.snapshot, sketches=pad.table())
    loaded = trace_file.from_bytes(trace_file.to_bytes(snapshot))
    assert loaded.sketches.forms == snapshot.sketches.forms
    assert [form.kind for form in loaded.sketches.forms] == [kind]


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
