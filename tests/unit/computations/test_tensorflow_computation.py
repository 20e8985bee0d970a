import collections
import dataclasses
from typing import NamedTuple

import attrs
import federated_language as fl
import ml_dtypes
import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff

NUMBERS = [
    np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64,
    np.float16, np.float32, np.float64, ml_dtypes.bfloat16, np.complex64, np.complex128,
]  # fmt: skip


@dataclasses.dataclass
class Weights:
    kernel: object
    bias: object


@attrs.define
class Metrics:
    loss: object
    count: object


class Pair(NamedTuple):
    left: object
    right: object


@attrs.define
class Private:
    _loss: object
    count: object


@attrs.frozen(kw_only=True)
class Derived:
    loss: object
    _count: object = attrs.field(init=False, default=2.0)


@dataclasses.dataclass(frozen=True)
class Doubled:
    once: object
    twice: object = dataclasses.field(init=False)

    def __post_init__(self):
        object.__setattr__(self, "twice", 2 * self.once)


@pytest.mark.parametrize("dtype", [*NUMBERS, np.bool_])
def test_every_dtype_goes_in_and_comes_out(dtype):
    identity = tff.tf_computation(lambda x: tf.identity(x), fl.TensorType(dtype, [2]))
    value = np.array([0, 1], dtype)
    result = identity(value)
    assert result.dtype == dtype and np.array_equal(result, value)


def test_strings_go_in_and_come_out_as_bytes():
    shout = tff.tf_computation(lambda s: tf.strings.upper(s), np.str_)
    assert shout("abc") == b"ABC"
    assert shout(b"abc") == b"ABC"


def test_the_type_of_a_result_is_inferred_with_its_containers():
    @tff.tf_computation(np.float32)
    def nested(x):
        return collections.OrderedDict(b=[x, (x, 1)], a=Weights(x, "s"))

    assert str(nested.type_signature) == "(float32 -> <b=<float32,<float32,int32>>,a=<kernel=float32,bias=str>>)"
    result = nested(1.5)
    assert list(result) == ["b", "a"]
    assert result["b"] == [1.5, (1.5, 1)]
    assert result["a"] == Weights(1.5, b"s")


@pytest.mark.parametrize("container", [Weights, Metrics, Pair])
def test_classes_with_fields_are_restored_and_accepted(container):
    names = list(container.__annotations__)
    make = tff.tf_computation(lambda x: container(x, 2 * x), np.float32)
    made = make(1.0)
    assert isinstance(made, container) and getattr(made, names[1]) == 2
    second = tff.tf_computation(lambda value: getattr(value, names[1]), make.type_signature.result)
    assert second(made) == 2


def test_fields_that_a_constructor_calls_otherwise_or_does_not_take_are_restored():
    for make in (lambda x: Private(x, 2.0), lambda x: Derived(loss=x), lambda x: Doubled(x)):
        made = tff.tf_computation(make, np.float32)
        expected = make(np.float32(1.0))
        assert made(1.0) == expected
        identity = tff.tf_computation(lambda value: value, made.type_signature.result)
        clients = tff.FederatedType(made.type_signature.result, tff.CLIENTS)
        total = tff.federated_computation(lambda values: tff.federated_mean(values), clients)
        assert identity(made(1.0)) == total([expected, expected]) == expected


def test_a_dataclass_of_types_is_a_type():
    @dataclasses.dataclass
    class Model:
        kernel: fl.TensorType(np.float32, [2])
        bias: np.float32

    predict = tff.tf_computation(lambda m: tf.reduce_sum(m.kernel) + m.bias, Model)
    assert predict(Model(np.ones(2, np.float32), 3.0)) == 5


def test_fields_of_a_struct_are_attributes_items_and_parameters():
    struct = fl.StructType([("b", np.int32), ("a", np.int32)])
    by_attribute = tff.tf_computation(lambda s: s.b - s.a, struct)
    by_position = tff.tf_computation(lambda s: s[0] - s[1], struct)
    by_parameter = tff.tf_computation(lambda a, b: b - a, struct)
    for function in (by_attribute, by_position, by_parameter):
        assert function({"a": 1, "b": 10}) == 9
        assert function({"b": 10, "a": 1}) == 9
        assert function(a=1, b=10) == 9
        assert function(10, 1) == 9


def test_the_decorator_takes_types_of_tensorflow():
    spec = [tf.TensorSpec([None], tf.int64), tf.float32, tf.data.DatasetSpec(tf.TensorSpec([], tf.int32))]
    types = [tff.tf_computation(lambda x: x, s).type_signature.parameter for s in spec]
    assert [str(t) for t in types] == ["int64[?]", "float32", "int32*"]


def test_without_types_each_new_type_of_argument_is_captured_once():
    captured = []

    @tff.tf_computation
    def double(x):
        captured.append(x.dtype)
        return x + x

    assert double(np.int32(2)) == 4
    assert double(np.float32(1.5)) == 3
    assert double(np.int32(5)) == 10
    assert captured == [tf.int32, tf.float32]


def test_a_computation_has_the_name_and_the_docstring_of_its_function():
    @tff.tf_computation(np.float32)
    def halve(x):
        """Halves a number."""
        return x / 2

    assert halve.__name__ == "halve" and halve.__doc__ == "Halves a number."


def test_the_name_of_tff_for_the_decorator_is_the_same_object():
    assert tff.tensorflow.computation is tff.tf_computation


def test_a_function_without_a_parameter():
    assert tff.tf_computation(lambda: 42)() == 42
    assert list(tff.tf_computation(lambda: tf.range(3))()) == [0, 1, 2]


def test_unknown_dimensions_take_any_length():
    total = tff.tf_computation(lambda x: tf.reduce_sum(x), fl.TensorType(np.int32, [None]))
    assert [total(np.arange(n, dtype=np.int32)) for n in (0, 1, 5)] == [0, 0, 10]
    shape = tff.tf_computation(lambda x: tf.rank(x), fl.TensorType(np.int32, None))
    assert [shape(np.zeros([1] * rank, np.int32)) for rank in (0, 3)] == [0, 3]


def test_a_federated_computation_cannot_be_called_inside_tensorflow():
    everywhere = tff.federated_computation(lambda x: tff.federated_sum(x), fl.FederatedType(np.int32, fl.CLIENTS))
    with pytest.raises(Exception, match="Call that from a federated computation"):
        tff.tf_computation(lambda x: everywhere([x]), np.int32)


def test_datasets_go_in_and_come_out():
    squares = tff.tf_computation(lambda ds: ds.map(lambda x: x * x), fl.SequenceType(np.int32))
    result = squares([1, 2, 3])
    assert isinstance(result, tf.data.Dataset)
    assert list(result.as_numpy_iterator()) == [1, 4, 9]
    assert list(squares(tf.data.Dataset.range(3).map(lambda x: tf.cast(x, tf.int32))).as_numpy_iterator()) == [0, 1, 4]


def test_unsorted_fields_of_dataset_elements_keep_their_values():
    element = collections.OrderedDict(z=fl.TensorType(np.int32), a=fl.TensorType(np.str_), m=fl.TensorType(np.float32))
    shuffle = tff.tf_computation(lambda ds: ds, fl.SequenceType(element))
    rows = [collections.OrderedDict(z=1, a="x", m=0.5), {"m": 1.5, "z": 2, "a": "y"}]
    result = [dict(row) for row in shuffle(rows).as_numpy_iterator()]
    assert result == [{"z": 1, "a": b"x", "m": 0.5}, {"z": 2, "a": b"y", "m": 1.5}]


def test_dataset_elements_may_be_tuples_and_classes():
    pairs = tff.tf_computation(
        lambda ds: ds.reduce(0, lambda total, pair: total + pair[0] * pair[1]),
        fl.SequenceType((np.int32, np.int32)),
    )
    assert pairs([(1, 2), (3, 4)]) == 14
    named = tff.tf_computation(
        lambda ds: ds.reduce(0, lambda total, pair: total + pair.left * pair.right),
        fl.SequenceType(Pair(np.int32, np.int32)),
    )
    assert named([Pair(1, 2), Pair(3, 4)]) == 14


def test_a_result_of_none_is_refused_when_it_is_captured():
    def forgetful(x):
        x + 1

    with pytest.raises(fl.framework.ComputationReturnedNoneError, match="returned `None`"):
        tff.tf_computation(forgetful, np.int32)
    with pytest.raises(TypeError, match=r"field `b`.*None"):
        tff.tf_computation(lambda x: {"a": x, "b": None}, np.int32)


@pytest.mark.parametrize("result", [object(), {1, 2}, tf.TensorSpec([], tf.int32)])
def test_what_cannot_be_represented_is_refused_when_it_is_captured(result):
    with pytest.raises(TypeError, match="the result of `strange`"):

        @tff.tf_computation
        def strange():
            return result


def test_a_tensor_without_a_dtype_for_computations_is_refused():
    with pytest.raises(TypeError, match=r"qint8.*tf\.cast"):
        tff.tf_computation(lambda: tf.bitcast(tf.constant([1], tf.int8), tf.qint8))


def test_an_error_in_the_function_is_raised_as_it_is():
    with pytest.raises(ZeroDivisionError):
        tff.tf_computation(lambda x: x + 1 // 0, np.int32)


def test_a_federated_parameter_is_refused_with_its_type():
    with pytest.raises(TypeError, match=r"int32@SERVER"):
        tff.tf_computation(lambda x: x, fl.FederatedType(np.int32, fl.SERVER))


def test_a_gradient_of_some_rows_becomes_the_whole():
    @tff.tf_computation(fl.TensorType(np.float32, [4, 2]), fl.TensorType(np.int32, [None]))
    def gradient(table, rows):
        with tf.GradientTape() as tape:
            tape.watch(table)
            loss = 2.0 * tf.reduce_sum(tf.nn.embedding_lookup(table, rows))
        return {"gradient": tape.gradient(loss, table), "loss": loss}

    result = gradient(np.ones((4, 2), np.float32), [3, 0, 3])
    np.testing.assert_array_equal(result["gradient"], [[2, 2], [0, 0], [0, 0], [4, 4]])
    with pytest.raises(TypeError, match=r"field `1`.*dense_shape"):
        tff.tf_computation(lambda x: (x, tf.IndexedSlices(x, tf.constant([0]))), fl.TensorType(np.float32, [1, 2]))


def test_gradients_go_through_python_functions_in_branches_as_in_a_tf_function():
    def in_python(x):
        return tf.ensure_shape(tf.py_function(lambda v: v * v, [x], tf.float32), [])

    def slope(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.cond(x > 0.0, lambda: tf.sin(x) * in_python(x), lambda: tf.exp(x) + in_python(x))
        return tape.gradient(y, x)

    expected = tf.function(slope)
    found = tff.tf_computation(slope, np.float32)
    for x in np.float32([0.5, 2.0, -1.0]):
        assert found(x) == expected(tf.constant(x)).numpy()


@dataclasses.dataclass
class Example:
    x: int
    label: int


@pytest.mark.parametrize("is_nested", [False, True])
def test_a_data_set_with_elements_of_a_dataclass_is_refused_in_the_words_of_the_user(is_nested):
    example = tff.StructWithPythonType([("x", np.int32), ("label", np.int32)], Example)
    element = tff.StructWithPythonType([("first", example)], dict) if is_nested else example
    with pytest.raises(TypeError, match=r"elements are of a dataclass, such as `Example`.*Use a `typing.NamedTuple`"):
        tff.tf_computation(lambda dataset: dataset.reduce(0, lambda n, _: n + 1), tff.SequenceType(element))
