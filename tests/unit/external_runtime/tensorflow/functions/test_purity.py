"""Which graphs give the same result for the same argument."""

import federated_language as fl
import numpy as np
import tensorflow as tf
from federated_language.framework import ConcreteComputation, Data, Lambda
from google.protobuf import any_pb2

from tests.unit.executors.running import binary
from tffsim.computations.tensorflow_computation import tf_computation
from tffsim.external_runtime.tensorflow.functions.purity import is_pure

_FLOAT = fl.TensorType(np.float32)


_PLUS = binary("generic_plus", np.float32)


def test_only_stateless_graphs_without_data_are_known_to_be_pure():
    doubled = tf_computation(lambda x: tf.map_fn(lambda y: y * 2, x), fl.TensorType(np.float32, [3]))
    branching = tf_computation(lambda x: tf.cond(x > 0, lambda: x, lambda: -x), np.float32)
    random = tf_computation(lambda x: x + tf.random.uniform([]), np.float32)
    counting = tf_computation(lambda x: tf.Variable(x).assign_add(1.0), np.float32)
    python = tf_computation(lambda x: tf.py_function(lambda y: y, [x], tf.float32), np.float32)
    data = ConcreteComputation.from_building_block(Lambda("x", _FLOAT, Data(any_pb2.Any(), _FLOAT)))
    assert [is_pure(f.to_proto()) for f in (doubled, branching, _PLUS)] == [True, True, True]
    assert [is_pure(f.to_proto()) for f in (random, counting, python, data)] == [False] * 4
