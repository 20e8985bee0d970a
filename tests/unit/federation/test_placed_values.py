"""Values in their places: what goes in, what is embedded once, how structs are zipped."""

import asyncio

import federated_language as fl
import numpy as np
import pytest
from federated_language.common_libs import structure

from tests.unit.executors.plain_leaf import PlainLeaf
from tffsim.concurrency.deferred import Deferred
from tffsim.failures.failure_location import location_of
from tffsim.federation.federating_strategy import FederatedValue
from tffsim.federation.placed_values import (
    OnEachExecutor,
    ServerValue,
    check_members,
    common_payload,
    embed_argument,
    embed_at_server,
    move,
    places_in,
    renamed,
    server_value,
    struct_type,
    zip_members,
)

FLOAT = fl.TensorType(np.float32)
AT_CLIENTS, AT_SERVER = fl.FederatedType(FLOAT, fl.CLIENTS), fl.FederatedType(FLOAT, fl.SERVER)


@pytest.mark.parametrize("value", [[1.0, 2.0], (1.0, 2.0)])
def test_a_list_or_a_tuple_with_one_member_per_client_is_taken_as_it_is(value):
    assert check_members(value, AT_CLIENTS, 2) is value


@pytest.mark.parametrize(
    ("value", "kind", "message"),
    [
        (3.0, TypeError, "Expected a list with one float32 per client, found a float"),
        ({"a": 1.0}, TypeError, "found a dict"),
        ([1.0], ValueError, "one member for each of the 2 clients, found 1 members"),
    ],
)
def test_other_members_are_refused_as_a_wrong_argument(value, kind, message):
    with pytest.raises(kind, match=message) as caught:
        check_members(value, AT_CLIENTS, 2)
    assert location_of(caught.value).argument_path == ()


def test_what_is_embedded_on_each_executor_is_embedded_once_on_each():
    leaves = [PlainLeaf(), PlainLeaf()]
    number = OnEachExecutor(lambda executor: executor.create_value(3.0, FLOAT))

    async def main():
        return [await number.on(leaf).get() for leaf in (*leaves, *leaves)]

    first, second, *again = asyncio.run(main())
    assert again == [first, second] and first is not second
    assert [leaf.embedded for leaf in leaves] == [1, 1]


def test_a_server_value_is_refused_at_once_if_it_does_not_fit():
    assert asyncio.run(embed_at_server(PlainLeaf(), 3.0, AT_SERVER)).member_type == FLOAT
    with pytest.raises(TypeError, match="Expected shape"):
        asyncio.run(embed_at_server(PlainLeaf(), [1.0, 2.0], AT_SERVER))
    with pytest.raises(ValueError, match="exactly one member"):
        asyncio.run(embed_at_server(PlainLeaf(), [1.0, 2.0], AT_CLIENTS))


def test_only_values_at_the_server_are_at_the_server():
    at_server = ServerValue(FLOAT, Deferred.of(None))
    assert server_value(at_server) is at_server
    with pytest.raises(TypeError, match="Expected a value at the server, found a FederatedValue of float32"):
        server_value(FederatedValue(FLOAT))


def test_what_clients_share_is_converted_once():
    leaf, everywhere = PlainLeaf(), fl.FederatedType(FLOAT, fl.CLIENTS, all_equal=True)

    async def main():
        payload = await common_payload(leaf, 3.0, everywhere)
        return [await payload.get() for _ in range(3)]

    assert asyncio.run(main()) == [3, 3, 3] and leaf.embedded == 1


def test_an_argument_that_does_not_fit_is_found_by_its_path():
    with pytest.raises(TypeError) as caught:
        asyncio.run(embed_argument(PlainLeaf(), [1.0, 2.0], FLOAT, (2, "weight")))
    assert location_of(caught.value).argument_path == (2, "weight")


def test_a_value_moves_to_another_executor_as_what_it_is():
    here, there = PlainLeaf(), PlainLeaf()

    async def main():
        return await (await move(there, await here.create_value(3.0, FLOAT))).compute()

    assert asyncio.run(main()) == 3 and there.embedded == 1


NESTED = structure.Struct([("a", "x"), (None, structure.Struct([("b", "y"), ("c", "z")]))])


def test_members_are_zipped_into_structs_of_any_depth_with_their_names():
    assert structure.flatten(places_in(NESTED)) == [0, 1, 2]

    async def main():
        leaf = PlainLeaf()
        members = [Deferred.of(await leaf.create_value(float(k), FLOAT)) for k in range(3)]
        return await zip_members(leaf, places_in(NESTED), *members)

    zipped = asyncio.run(main())
    inner = fl.StructType([("b", FLOAT), ("c", FLOAT)])
    assert zipped.type_signature == fl.StructType([("a", FLOAT), inner])
    assert structure.flatten(zipped.reference) == [0, 1, 2]


def test_the_type_of_zipped_values_has_their_names():
    values = structure.map_structure(lambda _: FederatedValue(FLOAT), NESTED)
    assert struct_type(values) == fl.StructType([("a", FLOAT), fl.StructType([("b", FLOAT), ("c", FLOAT)])])


def test_elements_get_the_names_of_another_struct():
    assert structure.to_elements(renamed(NESTED, [1, 2])) == [("a", 1), (None, 2)]
