"""What all participants share is given once, and checked, whether anybody uses it or not."""

import collections
import functools

import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff

CLIENTS = tff.FederatedType(np.float32, tff.CLIENTS)
SHARED = tff.FederatedType(np.float32, tff.CLIENTS, all_equal=True)
SERVER = tff.FederatedType(np.float32, tff.SERVER)
STACKS = {
    "flat": tff.local_executor_factory,
    "tree": functools.partial(tff.local_executor_factory, max_fanout=2),
    "debug": tff.debug_executor_factory,
}


@pytest.fixture(params=STACKS.values(), ids=STACKS, autouse=True)
def stack(request):
    factory = request.param(default_num_clients=3)
    with tff.use(factory):
        yield factory
    factory.close()


def _computations(type_spec):
    """Returns it, uses it beside clients, and has no use for it."""
    return {
        "returned": lambda value: tff.federated_computation(lambda x, y: x, type_spec, CLIENTS)(value, [1.0] * 5),
        "zipped": lambda value: tff.federated_computation(
            lambda x, y: tff.federated_zip((x, y)) if type_spec.placement is tff.CLIENTS else x, type_spec, CLIENTS
        )(value, [1.0] * 5),
        "unused": lambda value: tff.federated_computation(lambda x, y: tff.federated_sum(y), type_spec, CLIENTS)(
            value, [1.0] * 5
        ),
    }


WRONG = {
    "one per client": [1.0, 2.0, 3.0, 4.0, 5.0],
    "the same for each client": [1.0] * 5,
    "one in a list": [1.0],
    "nothing": [],
    "an array": np.ones(5, np.float32),
    "a tensor": tf.ones([5]),
    "a string": "1",
    "a bool": True,
    "a complex number": 1j,
    "None": None,
    "a dict": {"x": 1.0},
    "too large": 1e39,
    "too many digits": 2**24 + 1,
}


@pytest.mark.parametrize("use", ["returned", "zipped", "unused"])
@pytest.mark.parametrize("wrong", list(WRONG))
@pytest.mark.parametrize("type_spec", [SHARED, SERVER], ids=["clients", "server"])
def test_a_shared_value_that_does_not_fit_is_refused_by_name(type_spec, use, wrong):
    with pytest.raises(tff.ArgumentError, match=r"Argument `x` of .* is wrong\. Expected a value of type float32"):
        _computations(type_spec)[use](WRONG[wrong])


def test_who_passes_one_value_per_client_is_told_to_pass_it_once():
    with pytest.raises(tff.ArgumentError, match="Give one number: it is the same at all clients"):
        _computations(SHARED)["unused"]([1.0] * 5)


@pytest.mark.parametrize("value", [2, 2.0, np.float64(2), np.array(2), tf.constant(2.0), tf.Variable(2.0)])
def test_a_shared_value_has_the_declared_type_where_it_comes_back(value):
    result = _computations(SHARED)["returned"](value)
    assert (type(result), result) == (np.float32, 2)


def test_a_shared_struct_is_paired_by_name_and_checked_inside():
    member = collections.OrderedDict(w=np.float32, n=np.int32)
    same = tff.federated_computation(lambda x: x, tff.FederatedType(member, tff.CLIENTS, all_equal=True))
    result = same({"n": 1, "w": 2.0})
    assert (list(result.items()), type(result["n"])) == ([("w", 2), ("n", 1)], np.int32)
    for wrong in ({"w": 1.0}, {"w": 1.0, "n": 1, "m": 2}, {"w": 1.0, "N": 1}, (1.0,), [1.0, 2, 3], 1.0):
        with pytest.raises(tff.ArgumentError, match="is wrong"):
            same(wrong)
    with pytest.raises(tff.ArgumentError, match=r"`n` .* is wrong.*int32"):
        same({"w": 1.0, "n": 1.5})


def test_a_shared_dataset_is_checked_and_read_by_each_client():
    total = tff.tf_computation(lambda ds, x: ds.reduce(x, lambda a, b: a + b), tff.SequenceType(np.float32), np.float32)
    shared = tff.FederatedType(tff.SequenceType(np.float32), tff.CLIENTS, all_equal=True)
    totals = tff.federated_computation(lambda ds, x: tff.federated_map(total, (ds, x)), shared, CLIENTS)
    for data in ([1.0, 2.0], tf.data.Dataset.from_tensor_slices([1.0, 2.0]), np.float32([1, 2])):
        assert totals(data, [0.0, 10.0, 20.0]) == [3, 13, 23]
    for wrong in (1.0, ["a"], tf.data.Dataset.range(3), [[1.0]]):
        with pytest.raises(tff.ArgumentError, match="is wrong"):
            totals(wrong, [0.0])
