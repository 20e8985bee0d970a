"""The function and the line of an operation that a graph must not have."""

import numpy as np
import tensorflow as tf
from federated_language.proto import computation_pb2 as pb

import tffsim as tff
from tffsim.external_runtime.tensorflow.functions.operation_places import locate_operation
from tffsim.failures.failure_location import location_of


@tff.tf_computation(np.float32)
def written_here(x):
    return tf.sqrt(x, name="root")


def located(*names):
    return location_of(locate_operation(ValueError("no"), written_here.to_proto(), names))


def test_the_first_known_node_tells_the_line():
    location = located("nowhere", "root")
    assert location.computation == "written_here"
    assert location.line.text == 'return tf.sqrt(x, name="root")'


def test_without_a_known_node_it_is_the_line_of_the_function():
    assert located("nowhere").line.text == "@tff.tf_computation(np.float32)"


def test_of_a_computation_that_nobody_knows_nothing_is_said():
    location = location_of(locate_operation(ValueError("no"), pb.Computation(), ["root"]))
    assert (location.computation, location.line) == (None, None)
