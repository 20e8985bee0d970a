"""The nodes that stand for data at a worker."""

import federated_language as fl
import numpy as np
import pytest
from federated_language.proto import computation_pb2 as pb
from google.protobuf import any_pb2
from hypothesis import given
from hypothesis import strategies as st

from tffsim.remote.wire.data_uris import data_node, read_data_node
from tffsim.remote.wire.malformed import MalformedError

FLOATS = fl.FederatedType(np.float32, fl.CLIENTS)


@given(clients=st.lists(st.integers(0, 40)))
def test_any_choice_of_clients_arrives_in_its_order(clients):
    assert read_data_node(data_node("hospital:train", clients, FLOATS).data) == ("hospital:train", clients)


def test_clients_that_follow_each_other_take_no_room():
    assert len(data_node("d", range(1_000_000), FLOATS).data.content.value) < 40


WRONG = [
    "",
    "tffsim:d",
    "http://a?clients=1",
    "tffsim:d?clients=x",
    "tffsim:d?clients=1;2",
    "tffsim:d?clients=0-999999999",
]


@pytest.mark.parametrize(
    ("kind", "text"), [("another", "tffsim:d?clients=1"), ("tffsim/uri", "\xff"), *(("tffsim/uri", t) for t in WRONG)]
)
def test_what_is_no_uri_is_malformed(kind, text):
    with pytest.raises(MalformedError):
        read_data_node(pb.Data(content=any_pb2.Any(type_url=kind, value=text.encode())))
