"""The data that a worker has itself."""

import asyncio
import re

import federated_language as fl
import numpy as np
import pytest

from tffsim.remote.service.hosted_data import HostedData, read_hosted_data
from tffsim.remote.wire.data_uris import data_node
from tffsim.simulation.client_data import InMemoryClientData

FLOATS = fl.FederatedType(np.float32, fl.CLIENTS)


def numbers():
    return [1.0, 2.0, 3.0]


def leaves():
    raise SystemExit(3)


def broken():
    return {}["ward"]


def nothing_useful():
    return {"a": [1.0]}


def fetch(hosted, clients, name="numbers", type_spec=FLOATS):
    return asyncio.run(hosted.materialize(data_node(name, clients, type_spec).data, type_spec))


def test_functions_are_called_and_their_clients_counted():
    hosted = read_hosted_data([f"numbers={__name__}:numbers", f"more={__name__}:numbers"])
    assert hosted.num_clients == {"numbers": 3, "more": 3}
    assert fetch(hosted, [2, 0]) == [3.0, 1.0]


def test_a_federated_data_set_has_the_clients_that_it_has():
    data = InMemoryClientData({"a": {"x": [1, 2]}, "b": {"x": [3]}})
    hosted = HostedData({"numbers": data})
    assert hosted.num_clients == {"numbers": 2}
    (dataset,) = fetch(hosted, [1])
    assert [int(element["x"]) for element in dataset] == [3]


@pytest.mark.parametrize(
    ("specs", "error", "text"),
    [
        (["numbers"], ValueError, "Write NAME=module:function"),
        (["a b=c:d"], ValueError, "Write NAME=module:function"),
        (["a=no_such_module:load"], ValueError, "no function for the data `a=no_such_module:load`"),
        ([f"a={__name__}:nowhere"], ValueError, "no function for"),
        ([f"a={__name__}:FLOATS"], TypeError, "is no function"),
        ([f"a={__name__}:numbers"] * 2, ValueError, "two functions for the data 'a'"),
        (
            [f"a={__name__}:broken"],
            ValueError,
            r"data `a=.*:broken` failed: KeyError: 'ward' \(test_hosted_data.py:\d+\)",
        ),
        ([f"a={__name__}:leaves"], ValueError, "data `a=.*:leaves` failed: SystemExit: 3"),
        ([f"a={__name__}:nothing_useful"], TypeError, "one value per client.*found a `dict`"),
    ],
)
def test_what_is_no_data_is_told_when_the_worker_starts(specs, error, text):
    with pytest.raises(error, match=text):
        read_hosted_data(specs)


@pytest.mark.parametrize(
    ("clients", "name", "type_spec", "error", "text"),
    [
        ([0], "other", FLOATS, LookupError, "no data 'other'. It has: numbers"),
        ([1, 3], "numbers", FLOATS, LookupError, "has 3 clients here, so there is no 3"),
        ([0], "numbers", fl.TensorType(np.float32), TypeError, "cannot have the type float32"),
        ([0], "numbers", fl.FederatedType(np.float32, fl.SERVER), TypeError, "cannot have the type"),
    ],
)
def test_what_is_not_there_is_told(clients, name, type_spec, error, text):
    with pytest.raises(error, match=re.escape(text)):
        fetch(HostedData({"numbers": numbers()}), clients, name, type_spec)
