"""What is raw data, and what is computed from it."""

import federated_language as fl
import numpy as np
import pytest
from federated_language import framework
from federated_language.proto import computation_pb2 as pb

from tffsim.language import federated_lambdas
from tffsim.remote.service.raw_values import RawValues
from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.data_uris import data_node

FLOATS = fl.FederatedType(np.float32, fl.CLIENTS)
DATA = data_node("d", [0], FLOATS)
GRAPH = pb.Computation(tensorflow=pb.TensorFlow())


def intrinsic(uri, parameter):
    return framework.Intrinsic(uri, fl.FunctionType(parameter, FLOATS)).to_proto()


@pytest.fixture
def values():
    """Returns raw data as value 1, something else as value 2."""
    found = RawValues()
    found.note(messages.Step(id=1, value=messages.CreateValue()), DATA)
    found.note(messages.Step(id=2, value=messages.CreateValue()), None)
    return found


def is_raw(values, number):
    try:
        values.check(number)
    except PermissionError:
        return True
    return False


def call(values, function, argument=1):
    values.note(messages.Step(id=3, value=messages.CreateValue()), function)
    values.note(messages.Step(id=4, call=messages.CreateCall(function=3, argument=argument)), None)
    return is_raw(values, 4)


def test_data_is_raw_and_other_values_are_not(values):
    assert is_raw(values, 1)
    assert not is_raw(values, 2)


def test_what_holds_data_is_raw(values):
    values.note(messages.Step(id=3, struct=messages.CreateStruct(elements=[2, 1])), None)
    values.note(messages.Step(id=4, selection=messages.CreateSelection(source=3, index=1)), None)
    values.note(messages.Step(id=5, struct=messages.CreateStruct(elements=[2, 2])), None)
    assert [is_raw(values, number) for number in (3, 4, 5)] == [True, True, False]


def test_what_a_function_has_computed_of_data_is_not_raw(values):
    assert not call(values, GRAPH)
    map_type = fl.StructType([fl.FunctionType(np.float32, np.float32), FLOATS])
    assert not call(values, intrinsic("federated_map", map_type))


def test_data_that_was_only_moved_around_is_raw(values):
    pair = fl.StructType([FLOATS, FLOATS])
    zipped = fl.FederatedType(fl.StructType([np.float32, np.float32]), fl.CLIENTS)
    zip_ = framework.Intrinsic("federated_zip_at_clients", fl.FunctionType(pair, zipped)).to_proto()
    assert call(values, zip_)
    assert not call(values, zip_, argument=2)
    assert call(values, federated_lambdas.identity(FLOATS).to_proto())


def test_a_number_that_is_used_again_means_the_new_value(values):
    values.note(messages.Step(id=1, value=messages.CreateValue()), None)
    assert not is_raw(values, 1)


def test_what_is_forgotten_is_not_followed_any_more(values):
    values.forget([1, 7])
    assert not is_raw(values, 1)
