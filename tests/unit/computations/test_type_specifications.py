"""What may be written where a type is expected."""

import dataclasses
import subprocess
import sys
from typing import NamedTuple

import attrs
import federated_language as fl
import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tffsim.computations import type_specifications

VECTOR = tff.TensorType(np.float32, [3])
IMAGES = tf.data.Dataset.from_tensor_slices({"image": np.ones((4, 2), np.float32), "label": [1, 2, 3, 4]}).batch(2)
IMAGES_TYPE = tff.to_type({"image": (np.float32, [None, 2]), "label": (np.int32, [None])})
RAGGED, SPARSE = tf.RaggedTensorSpec([2, None], tf.int32), tf.SparseTensorSpec([2], tf.int32)

THE_SAME = {
    "dtype": (tf.float32, np.float32),
    "dtype of strings": (tf.string, np.str_),
    "dtype with a shape": ((tf.float32, [3]), VECTOR),
    "dtype with TensorFlow's shape": ((tf.float32, tf.TensorShape([3])), VECTOR),
    "NumPy's type with TensorFlow's shape": ((np.float32, tf.TensorShape([3])), VECTOR),
    "dtype with an unknown rank": ((tf.float32, tf.TensorShape(None)), (np.float32, None)),
    "spec": (tf.TensorSpec([3], tf.float32), VECTOR),
    "bounded spec": (tf.TensorSpec([None], tf.bool), (np.bool_, [None])),
    "dataset spec": (tf.data.DatasetSpec(tf.TensorSpec([3], tf.float32)), tff.SequenceType(VECTOR)),
    "list": ([tf.int32, tf.TensorSpec([3], tf.float32)], [np.int32, VECTOR]),
    "pairs with names": ([("a", tf.int32), ("b", (tf.float32, [3]))], [("a", np.int32), ("b", VECTOR)]),
    "nested": ({"a": (tf.int32, {"b": tf.float32})}, {"a": (np.int32, {"b": np.float32})}),
    "row of a ragged tensor": (tf.RaggedTensorSpec([None], tf.int32, ragged_rank=0), (np.int32, [None])),
}


@pytest.mark.parametrize("name", THE_SAME)
def test_a_type_of_tensorflow_is_a_type(name):
    spec, same = THE_SAME[name]
    assert tff.to_type(spec) == tff.to_type(same)


@pytest.mark.parametrize("name", THE_SAME)
def test_every_constructor_takes_it(name):
    spec, same = THE_SAME[name]
    for make in (
        lambda t: tff.FederatedType(t, tff.CLIENTS),
        lambda t: tff.FunctionType(t, t),
        lambda t: tff.StructType([("x", t), t]),
        lambda t: tff.StructWithPythonType([t], list),
    ):
        assert make(spec) == make(same)


def test_a_tensor_type_takes_dtypes_of_tensorflow():
    assert tff.TensorType(tf.float32) == tff.TensorType(np.float32)
    assert tff.TensorType(tf.int64, [2, None]) == tff.TensorType(np.int64, [2, None])
    assert tff.TensorType(tf.bfloat16).dtype.name == "bfloat16"


def test_the_elements_of_a_dataset_have_a_type():
    assert tff.to_type(IMAGES.element_spec) == IMAGES_TYPE
    assert tff.SequenceType(IMAGES.element_spec) == tff.SequenceType(IMAGES_TYPE)
    assert tff.tensorflow.to_type(IMAGES.element_spec) == IMAGES_TYPE


@pytest.mark.parametrize("decorator", ["federated_computation", "tf_computation"])
def test_decorators_take_types_of_tensorflow(decorator):
    decorate = getattr(tff, decorator)
    same = decorate(lambda x, y: x, tf.float32, tf.TensorSpec([3], tf.float32))
    assert str(same.type_signature) == "(<x=float32,y=float32[3]> -> float32)"
    assert decorate(tf.float32)(lambda x: x)(2) == 2.0


def test_the_decorator_of_the_language_takes_them_too():
    same = fl.federated_computation(lambda x: x, tf.float32)
    assert same.type_signature == tff.FunctionType(np.float32, np.float32)


def test_classes_with_annotations_are_types():
    @dataclasses.dataclass
    class Model:
        kernel: (tf.float32, [3])
        bias: np.float32

    class Pair(NamedTuple):
        first: tf.int32
        second: VECTOR

    @attrs.define
    class State:
        round: object

    assert tff.to_type(Model) == tff.StructWithPythonType([("kernel", VECTOR), ("bias", np.float32)], Model)
    assert tff.to_type(Pair) == tff.StructWithPythonType([("first", np.int32), ("second", VECTOR)], Pair)
    assert tff.to_type(State(round=tf.int32)) == tff.StructWithPythonType([("round", np.int32)], State)

    @dataclasses.dataclass
    class Step:
        state: object
        losses: object

    assert str(tff.to_type(Step(State(np.int32), [np.float32]))) == "<state=<round=int32>,losses=<float32>>"
    with pytest.raises(TypeError, match="found a value of Python type `float`"):
        tff.to_type(Step(State(np.int32), 0.5))


def test_annotations_may_be_texts(tmp_path):
    code = tmp_path / "models.py"
    code.write_text(
        "from __future__ import annotations\nimport dataclasses\nimport numpy as np\n"
        "@dataclasses.dataclass\nclass Model:\n    bias: np.float32\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", "import models, tffsim; print(tffsim.to_type(models.Model))"],
        env={"PYTHONPATH": f"{tmp_path}:{':'.join(filter(None, sys.path))}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "<bias=float32>\n"


def test_the_classes_of_types_are_those_of_the_language():
    for name in ("FederatedType", "FunctionType", "SequenceType", "StructType", "TensorType", "Type"):
        assert getattr(tff, name) is getattr(fl, name)
    assert tff.to_type is fl.to_type
    assert tff.FederatedType(tf.float32, tff.CLIENTS) is fl.FederatedType(np.float32, fl.CLIENTS)


REFUSED = {
    "a Python class": (lambda: tff.FederatedType(float, tff.CLIENTS), "`float`.*Write `np.float32`"),
    "a Python class in a pair": (lambda: tff.to_type((int, [3])), "`int`.*Write `np.int32`"),
    "a Python class for a dtype": (lambda: tff.TensorType(bool), "`bool`.*Write `np.bool_`"),
    "another class": (lambda: tff.to_type(dict), "`dict`.*np.float32"),
    "a name": (lambda: tff.SequenceType("float32"), "'float32'.*Write `np.float32`"),
    "a name for a dtype": (lambda: tff.TensorType("int64"), "'int64'.*Write `np.int64`"),
    "another text": (lambda: tff.to_type("model"), "'model'.*np.float32"),
    "None": (lambda: tff.to_type({"a": None}), "`NoneType`.*np.float32"),
    "a number": (lambda: tff.to_type(3.0), "`float`.*Write `np.float32`"),
    "an array": (lambda: tff.to_type(np.zeros([2, 3], np.int32)), r"`ndarray`.*Write `\(np.int32, \[2, 3\]\)`"),
    "a tensor": (lambda: tff.to_type(tf.zeros([2])), r"Tensor`.*`\(x.dtype, x.shape\)`"),
    "a dataset": (lambda: tff.SequenceType(IMAGES), "Write `tff.SequenceType.dataset.element_spec.`"),
    "a placement first": (lambda: tff.FederatedType(tff.CLIENTS, np.float32), "The type comes first"),
    "a forgotten placement": (lambda: tff.FederatedType(np.float32), "Write `tff.CLIENTS` or `tff.SERVER`"),
    "two placements": (lambda: tff.FederatedType(tff.FederatedType(np.float32, tff.CLIENTS), tff.SERVER), "already"),
    "a computation": (lambda: tff.to_type(tff.tf_computation(lambda: 1)), r"\( -> int32\).*`.type_signature`"),
    "a function": (lambda: tff.FunctionType(np.int32, lambda x: x), "the function comes first"),
    "ragged elements": (lambda: tff.SequenceType(RAGGED), r"`tf.RaggedTensor`.*`.to_tensor\(\)`"),
    "sparse elements": (lambda: tff.to_type({"x": SPARSE}), r"`tf.SparseTensor`.*`.dense_shape`"),
    "optional elements": (lambda: tff.to_type(tf.OptionalSpec(tf.TensorSpec([], tf.int32))), "dense tensors"),
    "a dtype without numbers": (lambda: tff.TensorType(tf.variant), "dtype variant"),
    "a placement as text": (lambda: tff.FederatedType(np.float32, "clients"), "'clients'. Write `tff.CLIENTS`"),
    "a placement in capitals": (lambda: tff.FederatedType(np.float32, "SERVER", True), "'SERVER'. Write `tff.SERVER`"),
    "another placement": (lambda: tff.FederatedType(np.float32, "phones"), "`tff.CLIENTS` or `tff.SERVER`"),
    "no placement": (lambda: tff.FederatedType(np.float32, None), "`NoneType`. Write `tff.CLIENTS`"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_type_is_answered_in_a_sentence(name):
    make, sentence = REFUSED[name]
    with pytest.raises(TypeError, match=sentence) as caught:
        make()
    assert len(str(caught.value)) < 300


def test_a_refused_placement_is_not_remembered():
    for _ in range(2):
        with pytest.raises(TypeError, match="Expected a placement"):
            tff.FederatedType(np.int16, "clients", False)


def test_types_of_numpy_need_no_tensorflow():
    code = (
        "import sys, numpy as np, tffsim as tff\n"
        "tff.FederatedType({'a': (np.float32, [2])}, tff.CLIENTS)\n"
        "try: tff.to_type(float)\n"
        "except TypeError: print('tensorflow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_the_hook_knows_the_installed_language():
    assert fl.__version__.startswith(type_specifications._KNOWN_VERSIONS)


def test_an_unknown_language_is_left_alone(monkeypatch):
    before = fl.to_type
    monkeypatch.setattr(fl, "__version__", "9.0")
    monkeypatch.setattr(fl, "to_type", object())
    with pytest.warns(RuntimeWarning, match=r"does not know federated_language 9\.0"):
        type_specifications.install()
    assert fl.to_type is not before


def test_two_fields_with_one_name_are_refused():
    with pytest.raises(TypeError, match="Two fields have the same name"):
        tff.to_type([("x", np.int32), ("x", np.int32)])
