"""Federated computations without types: what a `tf_computation` takes, they take."""

import collections
import dataclasses
import subprocess
import sys

import attrs
import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff

STACKS = {
    "local": tff.local_executor_factory,
    "tree": lambda: tff.local_executor_factory(max_fanout=2),
    "debug": tff.debug_executor_factory,
}


@dataclasses.dataclass
class Model:
    kernel: object
    bias: object


@attrs.define
class State:
    round: object
    model: object


Pair = collections.namedtuple("Pair", "first second")

VALUES = {
    "number": 1.5,
    "text": "abc",
    "array": np.arange(3),
    "texts": np.array(["a", "bc"]),
    "tensor": tf.constant([1, 2]),
    "tensor of texts": tf.constant(["a", "b"]),
    "variable": tf.Variable(2.5),
    "dataclass": Model(np.ones(2, np.float32), 1.0),
    "attrs": State(1, Model(tf.constant(1.0), [2, 3])),
    "named tuple": Pair(tf.Variable(1), {"x": (True, 2)}),
    "list": [1, [2.0, Model(3, np.int64(4))]],
    "dict": {"b": tf.constant(1), "a": (np.float32(2), "c")},
    "nothing": {},
    "text of two letters": "ab",
    "pair with a text": ("ab", 1),
    "list of a text and a number": ["ab", 1],
    "list of such pairs": [("a", 1), ("b", 2.0)],
}


def plain(value):
    """Returns a result as something that can be compared: containers with their classes, arrays as lists."""
    if dataclasses.is_dataclass(value):
        return type(value), plain(dataclasses.asdict(value))
    if attrs.has(type(value)):
        return type(value), plain(attrs.asdict(value, recurse=False))
    if isinstance(value, dict):
        return type(value), {name: plain(element) for name, element in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value), [plain(element) for element in value]
    return np.asarray(value).dtype, np.asarray(value).tolist()


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("name", VALUES)
def test_it_takes_what_a_tensorflow_computation_takes(name, stack):
    with tff.use(tff.SyncExecutionContext(STACKS[stack]())):
        orchestrated = tff.federated_computation(lambda value: value)(VALUES[name])
        computed = tff.tf_computation(lambda value: value)(VALUES[name])
    assert plain(orchestrated) == plain(computed)


def test_datasets_are_arguments():
    @tff.federated_computation
    def total(numbers, offset):
        add = tff.tf_computation(lambda x, y: x + y, np.int64, np.int64)
        return tff.sequence_reduce(numbers, offset, add)

    assert total(tf.data.Dataset.range(4), np.int64(10)) == 16
    assert total(tf.data.Dataset.range(2), offset=tf.constant(1, tf.int64)) == 2


def test_fields_of_a_dataclass_can_be_selected():
    @tff.federated_computation
    def bias_of(model, times):
        return [model.bias, times]

    assert bias_of(Model(1, 2.5), times=Model(tf.constant(3), 4)) == [2.5, Model(3, 4)]


def test_each_type_is_made_once():
    made = []

    @tff.federated_computation
    def same(value):
        made.append(str(value.type_signature))
        return value

    for value in (Model(1, 2), Model(tf.constant(3), np.int32(4)), Model(1.0, 2)):
        same(value)
    assert made == ["<kernel=int32,bias=int32>", "<kernel=float32,bias=int32>"]


def test_inside_of_another_computation_it_takes_values():
    double = tff.federated_computation(lambda x: tff.federated_map(tff.tf_computation(lambda y: 2 * y, np.int32), x))

    @tff.federated_computation(tff.FederatedType(np.int32, tff.CLIENTS))
    def quadruple(x):
        return tff.federated_sum(double(double(x)))

    assert quadruple([1, 2]) == 12


@pytest.mark.parametrize(
    ("value", "sentence"),
    [(None, "`None` has no type"), (object(), "object is no tensor"), ({1, 2}, "set is no tensor")],
)
def test_what_has_no_type_is_refused_in_the_same_words(value, sentence):
    for decorate in (tff.federated_computation, tff.tf_computation):
        with pytest.raises(TypeError, match=sentence):
            decorate(lambda x: x)(value)


def test_defining_one_does_not_load_tensorflow():
    code = "import sys, tffsim as tff; tff.federated_computation(lambda x: x); print('tensorflow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


FLOATS = tff.FederatedType(np.float32, tff.CLIENTS)


def test_a_value_of_another_computation_is_refused_where_it_is_used():
    kept = []

    @tff.federated_computation(FLOATS)
    def first(x):
        kept.append(x)
        return tff.federated_sum(x)

    with pytest.raises(tff.DefinitionError, match=r"`second` cannot be defined\. It uses a value of another"):

        @tff.federated_computation(FLOATS)
        def second(x):
            return tff.federated_sum(kept[0])

    assert first([1.0, 2.0]) == 3.0


def test_a_computation_inside_of_another_one_may_use_what_that_one_has():
    @tff.federated_computation(FLOATS)
    def outer(x):
        @tff.federated_computation(tff.FederatedType(np.float32, tff.SERVER))
        def inner(y):
            return y, tff.federated_sum(x)

        return inner(tff.federated_max(x))

    assert tuple(outer([1.0, 2.0])) == (2.0, 3.0)
