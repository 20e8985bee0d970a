import collections
import concurrent.futures
import dataclasses
import functools
import gc
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


def test_partial_functions_methods_and_tf_functions_are_captured():
    class Scaler:
        factor = 3

        def scale(self, x):
            return x * self.factor

    assert tff.tf_computation(functools.partial(lambda a, b: a - b, 9), np.int32)(5) == 4
    assert tff.tf_computation(Scaler().scale, np.int32)(5) == 15
    assert tff.tf_computation(tf.function(lambda x: x * 2), np.int32)(5) == 10


def test_a_variable_starts_from_its_initial_value_at_each_call():
    @tff.tf_computation(np.int32)
    def count(n):
        counter = tf.Variable(10)
        for _ in range(2):
            counter.assign_add(n)
        return counter.read_value()

    assert [count(1), count(1), count(5)] == [12, 12, 20]


def test_a_variable_may_be_initialised_from_the_argument():
    @tff.tf_computation(np.float32)
    def grow(x):
        variable = tf.Variable(x)
        variable.assign(variable * 2)
        return variable

    assert [grow(1.0), grow(3.0)] == [2, 6]


def test_side_effects_happen_in_the_order_of_the_program():
    @tff.tf_computation
    def effects():
        variable = tf.Variable(1)
        before = variable.read_value()
        variable.assign(5)
        return before, variable.read_value()

    assert effects() == (1, 5)


def test_tensors_are_compared_by_their_elements():
    @tff.tf_computation(fl.TensorType(np.int32, [3]))
    def compare(x):
        variable = tf.Variable(x)
        nested = tf.map_fn(lambda y: y == 2, x, fn_output_signature=tf.bool)
        return x == 2, x != 2, x == variable, variable != 2, nested, tf.constant(x is None)

    equal = np.array([False, True, False])
    results = compare([1, 2, 3])
    for result, expected in zip(results, [equal, ~equal, [True] * 3, ~equal, equal, False], strict=True):
        assert np.array_equal(result, expected)


def test_comparison_outside_computations_is_untouched():
    with tf.Graph().as_default():
        x = tf.constant(1)
        assert (x == x) is True and (x == 1) is False and (x != 1) is True
    assert (tf.constant(1) == 1).numpy() and not (tf.constant(1) != 1).numpy()


def test_python_control_flow_over_tensors_works_inside_tf_function():
    @tf.function
    def collatz(n):
        steps = 0
        while n != 1:
            n = n // 2 if n % 2 == 0 else 3 * n + 1
            steps += 1
        return steps

    assert tff.tf_computation(collatz, np.int32)(6) == 8


def test_a_lookup_table_is_filled():
    @tff.tf_computation(np.str_)
    def number_of(word):
        table = tf.lookup.StaticHashTable(
            tf.lookup.KeyValueTensorInitializer(["one", "two"], tf.constant([1, 2])), default_value=-1
        )
        return table.lookup(word)

    assert [number_of("two"), number_of("six")] == [2, -1]


def test_a_keras_model_built_inside_is_trained():
    @tff.tf_computation(fl.TensorType(np.float32, [None, 2]), fl.TensorType(np.float32, [None, 1]))
    def train(x, y):
        model = tf.keras.Sequential([tf.keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")])
        model.build([None, 2])
        optimizer = tf.keras.optimizers.SGD(0.1)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(x) - y) ** 2)
        optimizer.apply_gradients(
            zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables, strict=True)
        )
        return loss, model.trainable_variables[0].value

    x, y = np.array([[1, 0], [0, 1]], np.float32), np.array([[1], [2]], np.float32)
    for _ in range(2):
        loss, kernel = train(x, y)
        assert loss == 2.5
        np.testing.assert_allclose(kernel, [[0.1], [0.2]], rtol=1e-6)


def test_a_called_computation_becomes_part_of_the_caller():
    add_one = tff.tf_computation(lambda x: x + 1, np.float32)
    statistics = tff.tf_computation(lambda ds: ds.reduce(0.0, lambda a, b: a + b), fl.SequenceType(np.float32))

    @tff.tf_computation(np.float32)
    def outer(x):
        return add_one(add_one(x)) + statistics(tf.data.Dataset.from_tensor_slices([1.0, 2.0]))

    assert outer(1.0) == 6
    assert outer.to_proto().WhichOneof("computation") == "tensorflow"


def test_a_called_polymorphic_computation_becomes_part_of_the_caller():
    double = tff.tf_computation(lambda x: x * 2)
    assert tff.tf_computation(lambda x: double(x) + double(tf.constant(1)), np.int32)(3) == 8


def test_each_inlined_call_has_variables_of_its_own():
    @tff.tf_computation
    def counter():
        return tf.Variable(0).assign_add(1)

    assert tff.tf_computation(lambda: (counter(), counter()))() == (1, 1)


def test_a_federated_computation_cannot_be_called_inside_tensorflow():
    everywhere = tff.federated_computation(lambda x: tff.federated_sum(x), fl.FederatedType(np.int32, fl.CLIENTS))
    with pytest.raises(Exception, match="Call it from a federated computation"):
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


def test_python_functions_in_a_graph_live_as_long_as_the_computation():
    def make():
        local = 3
        return tff.tf_computation(lambda x: tf.numpy_function(lambda v: v * local, [x], tf.int64), np.int64)

    assert make()(5) == 15


def test_a_generator_in_a_dataset_lives_as_long_as_the_computation():
    @tff.tf_computation
    def numbers():
        spec = tf.TensorSpec([], tf.int32)
        return tf.data.Dataset.from_generator(lambda: iter([1, 2, 3]), output_signature=spec)

    assert list(numbers().as_numpy_iterator()) == [1, 2, 3]


def test_capturing_leaves_no_trace_in_the_default_graph():
    assert tf.executing_eagerly()
    tff.tf_computation(lambda x: x + 1, np.int32)
    assert tf.executing_eagerly()


def test_a_computation_is_captured_from_any_thread():
    def make(n):
        return tff.tf_computation(lambda x: x + n, np.int32)(1)

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert list(pool.map(make, range(20))) == list(range(1, 21))


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


def test_an_assertion_whose_result_is_unused_runs_and_makes_no_noise(capfd):
    @tff.tf_computation(np.int32)
    def checked(x):
        tf.debugging.assert_less(x, 7, message="too large a number")
        tf.debugging.Assert(x > 0, ["too small a number"])
        return x

    def not_five(x):
        tf.debugging.assert_none_equal(x, 5, message="it is five")
        return x

    @tff.tf_computation(np.int32)
    def checked_inside(x):
        checked(x)
        return tf.cond(x > 2, lambda: not_five(x), lambda: x)

    gc.collect()
    assert checked(3) == 3 and checked_inside(1) == 1
    assert "never used" not in capfd.readouterr().err
    wrong = [(checked, 7, "large"), (checked, 0, "small"), (checked_inside, 8, "large"), (checked_inside, 5, "five")]
    for function, argument, message in wrong:
        with pytest.raises(tff.ExecutionError, match=message):
            function(argument)


def test_tensorflow_still_complains_elsewhere_about_results_that_nobody_uses(caplog):
    with tf.Graph().as_default():
        tf.debugging.assert_less(tf.constant(1), tf.compat.v1.placeholder(tf.int32, []))
        gc.collect()
    assert "never used" in caplog.text


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
