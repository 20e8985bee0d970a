"""Computations that are called within others become part of them."""

import federated_language as fl
import numpy as np
import tensorflow as tf

import tffsim as tff


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
