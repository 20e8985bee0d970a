"""Types of the language and those of TensorFlow."""

import collections
import dataclasses
import typing

import attrs
import federated_language as fl
import ml_dtypes
import numpy as np
import pytest
import tensorflow as tf

from tffsim.external_runtime.tensorflow.tensorflow_types import (
    element_spec,
    from_spec,
    from_tf_dtype,
    infer_type,
    tensor_spec,
    to_python_containers,
    to_tf_dtype,
)

DTYPES = [
    *[np.bool_, np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64],
    *[np.float16, np.float32, np.float64, np.complex64, np.complex128, ml_dtypes.bfloat16, np.str_],
]


class Pair(typing.NamedTuple):
    b: object
    a: object


@attrs.define
class Measured:
    b: object
    a: object


@dataclasses.dataclass
class Point:
    b: object
    a: object


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_dtype_of_the_language_has_one_of_tensorflow(dtype):
    assert from_tf_dtype(to_tf_dtype(dtype)) is dtype


def test_other_dtypes_are_refused_by_name():
    with pytest.raises(TypeError, match=r"no dtype for .*datetime64"):
        to_tf_dtype(np.datetime64)
    with pytest.raises(TypeError, match=r"dtype qint8\. Cast it, for example with `tf\.cast`"):
        from_tf_dtype(tf.qint8)


@pytest.mark.parametrize("shape", [(), (2, None), None])
def test_shapes_go_there_and_back(shape):
    type_spec = fl.TensorType(np.int32, shape)
    assert from_spec(tensor_spec(type_spec)) == type_spec


def test_elements_of_data_sets_are_dicts_tuples_and_tensors():
    inner = fl.StructType([np.int32, np.str_])
    spec = element_spec(fl.StructType([("y", np.float32), ("x", inner)]))
    assert isinstance(spec, collections.OrderedDict) and list(spec) == ["y", "x"]
    assert spec["x"] == (tf.TensorSpec([], tf.int32), tf.TensorSpec([], tf.string))


@pytest.mark.parametrize(
    ("type_spec", "message"),
    [
        (fl.StructType([("a", np.int32), np.int32]), "must name all its fields or none"),
        (fl.SequenceType(np.int32), "holds tensors and structs of tensors"),
        (fl.FunctionType(None, np.int32), "holds tensors and structs of tensors"),
    ],
)
def test_elements_that_no_data_set_has_are_refused(type_spec, message):
    with pytest.raises(TypeError, match=message):
        element_spec(type_spec)


@pytest.mark.parametrize("container", [Pair, Measured, Point, dict, collections.OrderedDict])
def test_the_type_of_a_container_remembers_it(container):
    type_spec = infer_type(container(b=1.0, a=[np.int64(2), "text"]))
    assert type_spec.python_container is container
    assert str(type_spec) == "<b=float32,a=<int64,str>>" and type_spec["a"].python_container is list


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: tf.ones([2, 3]), "float32[2,3]"),
        (lambda: tf.Variable([1, 2]), "int32[2]"),
        (lambda: tf.data.Dataset.range(3).batch(2), "int64[?]*"),
        (lambda: np.array(["a", "bc"]), "str[2]"),
        (lambda: np.array([b"a", "b"], object), "str[2]"),
        (lambda: True, "bool"),
        (lambda: 2**40, "int64"),
    ],
)
def test_values_have_types(make, expected):
    assert str(infer_type(make())) == expected


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: None, "`None` has no type"),
        (lambda: [1.0, None], "`None` has no type"),
        (object, "A object is no tensor, no dataset and no container"),
        (lambda: tf.sparse.from_dense([[1.0]]), "Sparse"),
        (lambda: tf.ragged.constant([[1], [2, 3]]), "Ragged"),
    ],
)
def test_values_without_a_type_are_refused(make, message):
    with pytest.raises(TypeError, match=f"(?i){message}"):
        infer_type(make())


def test_elements_get_their_containers_back_at_every_depth():
    inner = fl.StructWithPythonType([("b", np.int32), ("a", np.int32)], Pair)
    type_spec = fl.StructWithPythonType([("x", inner), ("y", np.int32)], dict)
    assert to_python_containers({"x": {"b": 1, "a": 2}, "y": 3}, type_spec) == {"x": Pair(1, 2), "y": 3}
    assert to_python_containers((4, 5), fl.StructWithPythonType([np.int32, np.int32], list)) == [4, 5]
