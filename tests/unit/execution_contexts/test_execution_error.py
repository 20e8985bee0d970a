"""Bad input: one screen that says what was wrong, where, and what to do."""

import pickle
import sys
import traceback

import numpy as np
import pytest
import tensorflow as tf
from federated_language.framework import (
    Call,
    ConcreteComputation,
    Executor,
    ExecutorFactory,
    ExecutorValue,
    Intrinsic,
    Lambda,
    Reference,
)

import tffsim as tff
from tests.unit.executors.plain_leaf import PlainValue

FLOATS = tff.FederatedType(np.float32, tff.CLIENTS)
INT = tff.TensorType(np.int32)


@tff.tf_computation(np.int32)
def below_seven(x):
    with tf.control_dependencies([tf.debugging.assert_less(x, 7, message="too big")]):
        return tf.identity(x)


@tff.federated_computation(tff.FederatedType(np.int32, tff.CLIENTS))
def checked_sum(values):
    return tff.federated_sum(tff.federated_map(below_seven, values))


@tff.federated_computation(FLOATS, tff.FederatedType(np.float32, tff.SERVER))
def sum_and_state(values, state):
    return tff.federated_sum(values), state


@pytest.mark.parametrize("name", ["ArgumentError", "CardinalityError", "DefinitionError", "ExecutionError"])
def test_a_traceback_calls_an_error_as_users_do(name):
    error = getattr(tff, name)
    assert traceback.format_exception_only(error("It is wrong.")) == [f"tffsim.{name}: It is wrong.\n"]
    assert pickle.loads(pickle.dumps(error)) is error


@tff.federated_computation(FLOATS, FLOATS)
def two_sums(first, second):
    return tff.federated_sum(first), tff.federated_sum(second)


@tff.tf_computation(tff.StructType([("a", np.int32), ("b", tff.TensorType(np.float32, [2]))]))
def struct_field(struct):
    return struct.a


@tff.tf_computation(tff.SequenceType(np.int32))
def total(dataset):
    return dataset.reduce(0, lambda x, y: x + y)


class Frame:
    """A table as those of pandas: read one by one, it gives the names of its columns."""

    columns = ("a", "b")

    def __iter__(self):
        return iter(self.columns)

    def to_dict(self, orient):
        return [{"a": 1, "b": 2}]


@tff.tf_computation(tff.SequenceType({"n": np.int32}))
def total_of_fields(dataset):
    return dataset.reduce(0, lambda x, y: x + y["n"])


@tff.federated_computation(tff.FederatedType(tff.SequenceType(np.int32), tff.CLIENTS))
def totals(datasets):
    return tff.federated_sum(tff.federated_map(total, datasets))


FACTORIES = {
    "flat": tff.local_executor_factory,
    "tree": lambda: tff.local_executor_factory(max_fanout=3),
    "threads": lambda: tff.local_executor_factory(clients_per_thread=5),
    "debug": tff.debug_executor_factory,
}


@pytest.mark.parametrize("factory", FACTORIES.values(), ids=FACTORIES)
def test_an_error_in_tensorflow_names_function_node_client_and_line(factory):
    with tff.use(factory()):
        with pytest.raises(tff.ExecutionError) as caught:
            checked_sum([0] * 7 + [7] + [0] * 12)
        assert checked_sum([1] * 20) == 20
    error = caught.value
    assert isinstance(error.__cause__, tf.errors.InvalidArgumentError)
    location = error.location
    assert (location.computation, location.node) == ("below_seven", "federated_map")
    assert (location.client, location.num_clients) == (7, 20)
    assert location.source.startswith("test_execution_error.py:") and "assert_less" in location.source
    lines = str(error).splitlines()
    assert lines == [
        "`checked_sum` failed: InvalidArgumentError: too big",
        "x < 7 did not hold: x = 7",
        "  where:    client 7 (of 20), in federated_map",
        "  function: below_seven",
        f"  line:     {location.source}",
        "  given:    x = 7",
    ]


@tff.tf_computation(np.float32, np.float32)
def checked(number, limit):
    tf.debugging.assert_positive(number, "too small")
    tf.debugging.assert_less(number * 2.0, limit)
    tf.debugging.assert_equal(y=limit, x=tf.reduce_sum(tf.stack([number, number, number, number, number])))
    return number


ASSERTIONS = [
    ((0.0, 1.0), "too small\nnumber > 0 did not hold: number = 0"),
    ((1.0, 2.0), "number * 2.0 < limit did not hold: number * 2.0 = 2, limit = 2"),
    ((1.0, 3.0), "x == limit did not hold: x = 5, limit = 3"),
]


@pytest.mark.parametrize(("arguments", "told"), ASSERTIONS)
def test_an_assertion_calls_its_values_as_the_user_does(arguments, told):
    with pytest.raises(tff.ExecutionError) as caught:
        checked(*arguments)
    assert told in str(caught.value)


def fair_share(count):
    return np.int32(12 // int(count))


def shares(count):
    yield fair_share(count)


CALLS_OF_PYTHON = {
    "py_function": lambda x: tf.py_function(fair_share, [x], tf.int32),
    "numpy_function": lambda x: tf.numpy_function(fair_share, [x], tf.int32),
    "in a tf.function": lambda x: tf.function(lambda y: tf.numpy_function(fair_share, [y], tf.int32))(x),
    "in Dataset.map": lambda x: (
        tf.data.Dataset.range(2)
        .map(lambda i: tf.py_function(fair_share, [x], tf.int32))
        .reduce(0, lambda total, share: total + share)
    ),
    "a generator": lambda x: tf.data.Dataset.from_generator(shares, tf.int32, [], [x]).reduce(
        0, lambda total, share: total + share
    ),
}


@pytest.mark.parametrize(
    "factory",
    [tff.local_executor_factory, lambda: tff.local_executor_factory(max_fanout=2), tff.debug_executor_factory],
)
@pytest.mark.parametrize("call", CALLS_OF_PYTHON.values(), ids=CALLS_OF_PYTHON)
def test_an_error_in_a_python_function_names_the_line_in_it(call, factory):
    mapped = tff.tf_computation(lambda x: tf.ensure_shape(call(x), []), np.int32)
    shared = tff.federated_computation(lambda v: tff.federated_map(mapped, v), tff.FederatedType(np.int32, tff.CLIENTS))
    with tff.use(factory()), pytest.raises(tff.ExecutionError, match="ZeroDivisionError") as caught:
        shared([3, 2, 0])
    assert caught.value.location.client == 2
    assert caught.value.location.source.endswith(": return np.int32(12 // int(count))")


def test_an_error_whose_message_names_an_operation_has_a_line():
    @tff.tf_computation(np.int32)
    def pair(x):
        return tf.ensure_shape(tf.range(x), [2])

    with pytest.raises(tff.ExecutionError, match=r"range \[3\]") as caught:
        pair(3)
    assert caught.value.location.source.endswith(": return tf.ensure_shape(tf.range(x), [2])")


class Groups:
    """As pandas groups the rows of a table."""

    def __len__(self):
        return 2

    def __getitem__(self, column):
        raise KeyError(column)

    def get_group(self, name):
        raise KeyError(name)


@tff.tf_computation
def not_called():
    return 1


@tff.federated_computation(
    tff.FunctionType(tff.FederatedType(np.float32, tff.CLIENTS), tff.FederatedType(np.float32, tff.SERVER)),
    tff.FederatedType(np.float32, tff.CLIENTS),
)
def applied(f, x):
    return f(x)


@tff.tf_computation(tff.SequenceType(tff.TensorType(np.int64, [2])))
def vectors(data):
    return data.reduce(np.int64(0), lambda count, _: count + 1)


def value_of_another_computation():
    values = []

    @tff.federated_computation(np.float32)
    def x(value):
        values.append(value)
        return value

    return values[0]


BAD_ARGUMENTS = [
    (
        sum_and_state,
        ([1.0, "two"], 1.0),
        r"Argument `values` of `sum_and_state` .* at client 1 \(of 2\).*a string",
    ),
    (sum_and_state, ([1.0, [2.0, 3.0]], 1.0), r"`values` .*client 1 \(of 2\).*float32, found the shape \[2\]"),
    (sum_and_state, ([1.0], "x"), "Argument `state` of `sum_and_state` is wrong.*float32, found a string"),
    (sum_and_state, ([1.0], None), "Argument `state` of `sum_and_state` is wrong.*found None"),
    (sum_and_state, (3.0, 1.0), "`values` needs one float32 per client, in a list; found .*`float`"),
    (sum_and_state, (np.array(3.0), 1.0), "`values` needs one float32 per client, in a list; found a single number"),
    (sum_and_state, (tf.constant(3.0), 1.0), "`values` needs one float32 per client, in a list; found a single number"),
    (sum_and_state, (np.ma.array([1.0, 5.0], mask=[0, 1]), 1.0), r"client 1 \(of 2\).*masked.*x.compressed\(\)"),
    (struct_field, ({"a": 1, "b": np.ma.array([1, 2], mask=[0, 1])},), "Argument `b`.*masked"),
    (total, (np.ma.array([1, 2], mask=[0, 1]),), "The argument of `total` is wrong.*masked"),
    (total, (Frame(),), r"found a `Frame`, which is read by columns.*frame.to_numpy\(\)"),
    (sum_and_state, (None, 1.0), "`sum_and_state` cannot run.*`values` needs one float32 per client.*found None"),
    (struct_field, ({"a": 1},), "`struct_field` cannot run.*missing the field `b`"),
    (struct_field, ({"a": 1, "b": [1.0, 2.0], "c": 3},), "unexpected the field `c`"),
    (struct_field, ({"a": 1, "b": [1.0]},), r"Argument `b` of `struct_field`.*float32\[2\], found the shape \[1\]"),
    (struct_field, ({"a": 1.5, "b": [1.0, 2.0]},), r"Argument `a`.*int32, found float64.*astype\('int32'\)"),
    (struct_field, ({"a": 2**40, "b": [1.0, 2.0]},), "Argument `a`.*to 2147483647.*found 1099511627776"),
    (total, (5,), "The argument of `total` is wrong.*Pass a `tf.data.Dataset`"),
    (total, (["x"],), r"Argument `\[0\]` of `total` is wrong"),
    (total, (tf.data.Dataset.range(3),), "components of type int32, found int64"),
    (totals, ([[1], [2, "x"]],), r"Argument `\[1\]` of `totals` is wrong at client 1 \(of 2\)"),
    (totals, (tf.data.Dataset.range(3),), "one `tf.data.Dataset`. Pass a list of datasets"),
    (totals, (iter([[1]]),), "can be read only once"),
    (total, (not_called,), "`total` cannot take a computation.*: `not_called` is .*Did you forget.*: `not_called..`"),
    (applied, (lambda x: x, [1.0]), "`f` must be a computation of type .*, found a Python function"),
    (applied, (1, [1.0]), "`f` must be a computation of type .*, found a value of Python type `int`"),
    (vectors, (tf.data.Dataset.range(4).batch(2),), r"int64\[2\], found int64\[\?\].*drop_remainder=True"),
    (vectors, (tf.data.Dataset.from_tensors([1, 2]),), r"int64\[2\], found int32\[2\].*tf.cast\(x, tf.int64\)"),
    (vectors, (tf.data.Dataset.from_tensors(np.int64(1)),), r"int64\[2\], found int64.*`tf.reshape`"),
    (totals, (Groups(),), r"found a `Groups`. Pass a list, as in `\[group for _, group in groups\]`"),
    (sum_and_state, ([1.0], value_of_another_computation()), "`state` is a value of another computation .`x_arg`."),
    (total, (tf.data.Dataset.from_tensors({"n": 1}),), "components of type int32, found .*`dict`.*Take one component"),
    (total, (tf.data.Dataset.from_tensors((1, 2)),), "components of type int32, found .*`tuple`.*`dataset.map`"),
    (total_of_fields, (tf.data.Dataset.range(3),), "elements of type <n=int32>, found .* int64.*Make a dict"),
]


@pytest.mark.parametrize(("computation", "arguments", "message"), BAD_ARGUMENTS)
def test_a_bad_argument_is_named_with_what_was_expected(computation, arguments, message):
    with pytest.raises(tff.ArgumentError, match=message) as caught:
        computation(*arguments)
    assert len(str(caught.value).splitlines()) == 1


def test_two_numbers_of_clients_are_named_with_both_arguments():
    message = "`two_sums` cannot run. Argument `first` has 2 members at CLIENTS, but argument `second` has 1 member"
    with pytest.raises(tff.CardinalityError, match=message):
        two_sums([1.0, 2.0], [1.0])


def test_what_is_raised_names_the_call_and_hides_our_frames():
    with pytest.raises(tff.ExecutionError) as caught:
        checked_sum([7])
    files = {str(entry.path) for entry in caught.traceback}
    assert not any("tffsim/executors" in file for file in files)


def test_an_unknown_intrinsic_is_named():
    unknown = Intrinsic("federated_vote", tff.FunctionType(INT, INT))
    body = Call(unknown, Reference("x", INT))
    computation = ConcreteComputation.from_building_block(Lambda("x", INT, body))
    with tff.use(tff.local_executor_factory()) as context, pytest.raises(tff.ExecutionError, match="federated_vote"):
        context.invoke(computation, 1)


def test_an_unbound_reference_is_named():
    computation = ConcreteComputation.from_building_block(Lambda("x", INT, Reference("y", INT)))
    with tff.use(tff.local_executor_factory()) as context, pytest.raises(tff.ExecutionError, match="`y`"):
        context.invoke(computation, 1)


class _Lent(ExecutorFactory):
    """Lends an executor that somebody else made."""

    def __init__(self, executor):
        self.executor = executor

    def create_executor(self, cardinalities):
        return self.executor

    def clean_up_executor(self, cardinalities):
        pass


def test_an_executor_used_after_its_end_says_so():
    factory = tff.local_executor_factory()
    executor = factory.create_executor({})
    factory.close()
    with tff.use(_Lent(executor)), pytest.raises(tff.ExecutionError, match="is closed"):
        below_seven(1)


class _Mixing(Executor):
    """Calls functions with values of another executor."""

    def __init__(self, target):
        self.target = target

    def close(self):
        pass

    async def create_value(self, value, type_spec=None):
        if isinstance(value, int):
            return PlainValue(value, type_spec)
        return await self.target.create_value(value, type_spec)

    async def create_call(self, comp, arg=None) -> ExecutorValue:
        return await self.target.create_call(comp, arg)

    async def create_struct(self, elements):
        return await self.target.create_struct(elements)

    async def create_selection(self, source, index):
        return await self.target.create_selection(source, index)


def test_a_value_of_another_executor_is_refused_by_name():
    executor = tff.local_executor_factory().create_executor({})
    with tff.use(_Lent(_Mixing(executor))), pytest.raises(tff.ExecutionError, match="PlainValue"):
        below_seven(1)


def test_a_long_message_is_cut_to_one_screen():
    @tff.tf_computation(np.int32)
    def chatty(x):
        return tf.py_function(lambda v: 1 // 0 if print() is None else [v] * 100, [x], tf.int32)

    @tff.tf_computation(np.int32)
    def endless(x):
        check = tf.debugging.Assert(x < 0, [tf.range(10_000)], summarize=10_000)
        with tf.control_dependencies([check]):
            return tf.identity(x)

    for computation in (chatty, endless):
        with pytest.raises(tff.ExecutionError) as caught:
            computation(1)
        assert len(str(caught.value).splitlines()) <= 20 and len(str(caught.value)) < 4000


def exits_in_py_function(x):
    def leave(value):
        sys.exit("enough")

    return tf.ensure_shape(tf.py_function(leave, [x], tf.int32), [])


def exits_in_generator(x):
    def generate():
        yield 1
        sys.exit(3)

    dataset = tf.data.Dataset.from_generator(generate, output_signature=tf.TensorSpec([], tf.int32))
    return dataset.reduce(x, lambda a, b: a + b)


@pytest.mark.parametrize("factory", [tff.local_executor_factory, tff.debug_executor_factory])
@pytest.mark.parametrize("body", [exits_in_py_function, exits_in_generator])
def test_python_code_inside_that_exits_fails_with_its_line_and_what_to_do(factory, body):
    function = tff.tf_computation(body, np.int32)
    exiting = tff.federated_computation(
        lambda values: tff.federated_sum(tff.federated_map(function, values)), tff.FederatedType(np.int32, tff.CLIENTS)
    )
    with tff.use(factory()), pytest.raises(tff.ExecutionError, match="SystemExit") as caught:
        exiting([1, 2])
    message = str(caught.value)
    assert "sys.exit(" in caught.value.location.source
    assert message.splitlines()[-1].startswith("Python code inside of TensorFlow cannot end the program.")
