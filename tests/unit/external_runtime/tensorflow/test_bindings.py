"""Which tensors of a graph are the parameter and the result of a computation."""

import collections
import typing

import attrs
import federated_language as fl
import numpy as np
import pytest
import tensorflow as tf
from federated_language.common_libs import structure
from federated_language.proto import computation_pb2 as pb

from tests.unit.external_runtime.tensorflow.tensorflow_protos import struct_binding, tensor_binding
from tffsim.external_runtime.tensorflow.bindings import (
    capture_result,
    check_fits,
    dataset_from_variant,
    parameter_struct,
    rebind,
    stamp_parameter,
    tensor_names,
)

FLOAT, PAIR = fl.TensorType(np.float32), fl.StructType([("b", np.float32), ("a", np.int32)])


class Point(typing.NamedTuple):
    b: object
    a: object


@attrs.define
class Measured:
    b: object
    a: object


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def captured(value):
    """Returns the type of a result, and the operations that its tensors come from."""
    type_spec, binding, tensors = capture_result(value)
    assert tensor_names(binding) == [tensor.name for tensor in tensors]
    return type_spec, [tensor.op.type for tensor in tensors]


@pytest.mark.parametrize(
    "type_spec",
    [
        FLOAT,
        fl.TensorType(np.str_, [None, 3]),
        fl.SequenceType(PAIR),
        fl.StructType([("x", FLOAT), fl.StructType([fl.SequenceType(FLOAT), PAIR])]),
        fl.StructType([]),
    ],
)
def test_a_parameter_has_a_placeholder_for_each_of_its_tensors(graph, type_spec):
    _, binding = stamp_parameter(type_spec)
    check_fits(binding, type_spec, "parameter")
    placeholders = [f"{operation.name}:0" for operation in graph.get_operations() if operation.type == "Placeholder"]
    assert tensor_names(binding) == placeholders


def test_a_placed_parameter_is_refused_with_what_to_do():
    with pytest.raises(TypeError, match=r"cannot take .*@CLIENTS.*`tff\.federated_computation`"):
        stamp_parameter(fl.FederatedType(np.float32, fl.CLIENTS))


def test_a_struct_is_what_its_type_remembers_and_otherwise_has_attributes():
    assert parameter_struct([1, 2], fl.StructWithPythonType(list(PAIR.items()), Point)) == Point(b=1, a=2)
    named = parameter_struct([1, 2], PAIR)
    assert isinstance(named, structure.Struct) and (named.b, named["a"]) == (1, 2)
    assert parameter_struct([1, 2], fl.StructType([FLOAT, FLOAT])) == (1, 2)


@pytest.mark.parametrize("container", [Point, Measured, collections.OrderedDict])
def test_a_result_keeps_its_container_and_its_order(container):
    value = container(b=tf.constant(1.0), a=np.int32(2))
    type_spec, operations = captured(value)
    assert type_spec.python_container is container
    assert list(type_spec.items()) == list(PAIR.items()) and operations == ["Const", "Const"]


def test_a_result_may_be_of_numbers_texts_variables_and_data_sets():
    data = tf.data.Dataset.range(3).map(lambda x: Point(b=x, a=x))
    value = [1.5, "text", [tf.compat.v1.Variable(2.0, use_resource=True)], data]
    type_spec, operations = captured(value)
    assert str(type_spec) == "<float32,str,<float32>,<b=int64,a=int64>*>"
    assert operations == ["Const", "Const", "ReadVariableOp", "DatasetToGraphV2"] or len(operations) == 4


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "in the result, found None"),
        ({"a": [1.0, None]}, "in the result, field `a`, field `1`, found None"),
        (lambda x: x, r"found a function\. Did you forget to call it\?"),
        (object(), "found a value of Python type `object`"),
        ({1.5}, "found a value of Python type `set`"),
    ],
)
def test_what_cannot_be_a_result_is_named_with_its_place(value, message):
    with pytest.raises(TypeError, match=message):
        capture_result(value)


def test_a_sparse_tensor_is_no_result():
    with pytest.raises(TypeError, match="Expected a tensor in the result"):
        capture_result(tf.sparse.from_dense([[1.0]]))


def test_a_binding_can_be_used_for_other_tensors_of_the_same_form():
    _, binding, _ = capture_result([1.0, [tf.data.Dataset.range(2)]])
    others = [tf.constant(2.0, name="other"), tf.compat.v1.placeholder(tf.variant, [], "data")]
    assert tensor_names(rebind(binding, iter(others))) == ["other:0", "data:0"]


@pytest.mark.parametrize(
    ("type_spec", "needed"),
    [(FLOAT, "tensor"), (None, "<>"), (fl.StructType([FLOAT]), "<tensor>"), (fl.SequenceType(FLOAT), "sequence")],
)
def test_a_binding_that_does_not_fit_is_refused_with_both_forms(type_spec, needed):
    binding = struct_binding(tensor_binding("x:0"), struct_binding())
    with pytest.raises(TypeError, match=f"binds <tensor,<>> to its result, whose type .* needs {needed}\\."):
        check_fits(binding, type_spec, "result")


def test_an_empty_struct_may_be_bound_to_nothing():
    check_fits(pb.TensorFlow.Binding(), fl.StructType([]), "result")


def test_a_sequence_in_the_old_form_is_refused():
    binding = pb.TensorFlow.Binding(sequence=pb.TensorFlow.SequenceBinding())
    with pytest.raises(ValueError, match="in an old form"):
        tensor_names(binding)


def test_elements_of_a_data_set_are_in_the_containers_of_the_type():
    variant = tf.compat.v1.placeholder(tf.variant, [])
    element = fl.StructWithPythonType(list(PAIR.items()), Point)
    assert isinstance(dataset_from_variant(variant, fl.SequenceType(element)).element_spec, Point)
    assert list(dataset_from_variant(variant, fl.SequenceType(PAIR)).element_spec) == ["b", "a"]
