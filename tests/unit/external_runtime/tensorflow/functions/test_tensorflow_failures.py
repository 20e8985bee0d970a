"""What is said of a call of TensorFlow that fails."""

import federated_language as fl
import numpy as np
import pytest
import tensorflow as tf

from tests.unit.external_runtime.tensorflow.tensorflow_protos import (
    unary,
)
from tffsim.external_runtime.tensorflow.functions.tensorflow_function import TensorFlowFunction
from tffsim.failures.failure_location import location_of
from tffsim.language import provenance

FLOAT = fl.TensorType(np.float32)
INT = fl.TensorType(np.int64)


def test_a_failing_call_names_the_computation_and_the_source_line():
    proto = unary(lambda x: tf.debugging.check_numerics(x, "bad", name="check"), FLOAT, FLOAT)
    line = ("model.py", 12, "return tf.debugging.check_numerics(x, 'bad')")
    provenance.record(proto, provenance.Provenance(provenance.Source("train_step", "model.py", 10), {"check": line}))
    with pytest.raises(tf.errors.InvalidArgumentError, match="bad") as failure:
        TensorFlowFunction(proto)(tf.constant(float("nan")))
    assert location_of(failure.value).computation == "train_step"
    assert location_of(failure.value).line == line
    assert location_of(failure.value).source == "model.py:12: return tf.debugging.check_numerics(x, 'bad')"


def test_a_failure_in_a_called_function_names_the_line_of_the_call_if_its_own_is_unknown():
    @tf.function(autograph=False)
    def inner(x: tf.Tensor) -> tf.Tensor:
        return tf.debugging.check_numerics(x, "bad", name="check")

    proto = unary(lambda x: tf.function(lambda y: inner(y) + 1.0, autograph=False)(x), FLOAT, FLOAT)
    graph_def = tf.compat.v1.GraphDef.FromString(proto.tensorflow.graph_def.value)
    (call,) = [node.name for node in graph_def.node if "PartitionedCall" in node.op]
    (checking,) = [f.signature.name for f in graph_def.library.function if any(n.name == "check" for n in f.node_def)]

    def source_of_failure(op_lines: dict[str, tuple[str, int, str]]) -> str | None:
        origin = provenance.Provenance(provenance.Source("train_step", "model.py", 10), op_lines)
        provenance.record(proto, origin)
        with pytest.raises(tf.errors.InvalidArgumentError, match="bad") as failure:
            TensorFlowFunction(proto)(tf.constant(float("nan")))
        return location_of(failure.value).source

    line_of_call, line_of_check = ("model.py", 12, ""), ("model.py", 7, "")
    assert source_of_failure({call: line_of_call}) == "model.py:12"
    assert source_of_failure({call: line_of_call, f"{checking}/check": line_of_check}) == "model.py:7"
    assert source_of_failure({}) is None


def test_a_failure_in_a_function_of_a_dataset_names_the_line_that_reads_the_dataset():
    def total(x: tf.Tensor) -> tf.Tensor:
        quotients = tf.data.Dataset.from_tensors(x).map(lambda y: tf.math.floordiv(np.int64(1), y, name="divide"))
        return quotients.reduce(tf.math.floordiv(np.int64(4), 2, name="divide"), lambda a, b: a + b)

    proto = unary(total, INT, INT)
    line = ("model.py", 3, "return quotients.reduce(2, add)")
    lines = {"divide": ("a_namesake.py", 1, ""), "ReduceDataset": line}
    provenance.record(proto, provenance.Provenance(provenance.Source("total", "model.py", 1), lines))
    with pytest.raises(tf.errors.InvalidArgumentError, match="division by zero") as failure:
        TensorFlowFunction(proto)(tf.constant(0, tf.int64))
    assert location_of(failure.value).line == line
