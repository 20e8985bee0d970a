"""`==` of federated values: an error where a computation is defined, and as ever elsewhere."""

import concurrent.futures

import federated_language as fl
import numpy as np
import pytest

import tffsim as tff

AT_CLIENTS = tff.FederatedType(np.float32, tff.CLIENTS)
STRUCT = tff.FederatedType([("a", np.float32), ("b", np.float32)], tff.CLIENTS)

COMPARISONS = {
    "equal": lambda x: x == 1,
    "not equal": lambda x: x != 1,
    "reflected": lambda x: 1 == x,  # noqa: SIM300
    "an array": lambda x: np.array([1, 2]) == x,
    "two values": lambda x: x == tff.federated_sum(x),
    "in a list": lambda x: x in [1, 2],
    "in a tuple": lambda x: x in ("a", "b"),
    "not in": lambda x: x not in [1],
    "count": lambda x: [1, 2].count(x),
    "index": lambda x: [1, 2].index(x),
    "remove": lambda x: [1, 2].remove(x),
    "in containers": lambda x: (1, x) == (1, 2),
    "within a call": lambda x: max(x == 1, False),
}


@pytest.mark.parametrize("compare", COMPARISONS.values(), ids=COMPARISONS)
def test_a_comparison_by_value_is_refused(compare):
    with pytest.raises(tff.DefinitionError, match="tf_computation"):
        tff.federated_computation(compare, AT_CLIENTS)


def test_a_field_of_a_struct_is_refused_too():
    with pytest.raises(tff.DefinitionError, match=r"`x\.a == 1` does not work here"):
        tff.federated_computation(lambda x: x.a == 1, STRUCT)


def test_comparison_by_identity_works():
    def identities(x, y):
        assert x is not None and x != None and (x == None) is False  # noqa: E711
        assert x in [x, y] and [y, x][1] is x
        values = {x: "first", y: "second"}
        assert values[x] == "first" and x in values and len({x, y, x}) == 2
        return tff.federated_mean(y)

    assert tff.federated_computation(identities, AT_CLIENTS, AT_CLIENTS)([1.0], [5.0]) == 5


def kept_value():
    """Returns a value after the computation that it belongs to was defined."""
    kept = []
    tff.federated_computation(lambda x: kept.append(x) or x, AT_CLIENTS)
    return kept[0]


def test_outside_of_a_definition_values_are_compared_by_identity():
    value = kept_value()
    assert (value == 3) is False and (value != 3) is True and value not in [1, 2]


def test_in_another_thread_values_are_compared_by_identity():
    def compares_elsewhere(x):
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            assert pool.submit(lambda: x == 3).result() is False
        return x

    tff.federated_computation(compares_elsewhere, AT_CLIENTS)


def test_computations_of_the_language_alone_are_as_they_were():
    fl.federated_computation(lambda x: fl.federated_sum(x) if x == 3 else x, AT_CLIENTS)


def test_after_a_mistake_values_are_compared_by_identity_again():
    with pytest.raises(tff.DefinitionError):
        tff.federated_computation(lambda x: x == 3, AT_CLIENTS)
    assert (kept_value() == 3) is False


def test_the_language_defines_no_equality_of_its_own():
    # If it does one day, ours stays away, and this file needs another look.
    assert "__eq__" not in vars(fl.TypedObject) and fl.Value.__hash__ is object.__hash__
