"""A struct without fields is a value like any other: it travels, and comes back in its own container."""

import collections
import dataclasses

import attrs
import federated_language as fl
import numpy as np
import pytest

import tffsim as tff

OrderedDict = collections.OrderedDict
Nothing = collections.namedtuple("Nothing", "")
SERVER = tff.FederatedType(np.float32, tff.SERVER)
CLIENTS = tff.FederatedType(np.float32, tff.CLIENTS)
SHARED = tff.FederatedType(np.float32, tff.CLIENTS, all_equal=True)


@dataclasses.dataclass
class NoFields:
    pass


@attrs.define
class NoAttributes:
    pass


EMPTY = [{}, OrderedDict(), Nothing(), NoFields(), NoAttributes(), (), [], collections.defaultdict()]
STACKS = {
    "flat": tff.local_executor_factory,
    "tree": lambda: tff.local_executor_factory(max_fanout=2),
    "debug": tff.debug_executor_factory,
}


@pytest.fixture(params=STACKS.values(), ids=STACKS, autouse=True)
def stack(request):
    factory = request.param()
    with tff.use(factory):
        yield factory
    factory.close()


def _id(value):
    return type(value).__name__


@pytest.mark.parametrize("empty", EMPTY, ids=_id)
def test_a_function_returns_an_empty_container_as_it_is(empty):
    alone = tff.tf_computation(lambda: empty)()
    beside = tff.tf_computation(lambda: OrderedDict(loss=1.0, metrics=empty, more=(empty, 2)))()
    for found in (alone, beside["metrics"], beside["more"][0]):
        assert type(found) is type(empty)
        assert found == empty
    assert beside["loss"] == 1


@pytest.mark.parametrize("empty", [empty for empty in EMPTY if not isinstance(empty, NoFields)], ids=_id)
def test_a_federated_computation_returns_an_empty_container_as_it_is(empty):
    together = tff.federated_computation(lambda x: OrderedDict(x=x, metrics=empty), SERVER)
    result = together(1.0)
    assert (result["x"], type(result["metrics"]), result["metrics"]) == (1, type(empty), empty)


@pytest.mark.parametrize("empty", EMPTY, ids=_id)
def test_an_empty_container_goes_into_a_function_and_out_again(empty):
    seen = []

    @tff.tf_computation(OrderedDict(x=np.float32, rest=tff.StructWithPythonType([], type(empty))))
    def same(value):
        seen.append(value["rest"])
        return value

    mapped = tff.federated_computation(
        lambda x: tff.federated_map(same, x), tff.FederatedType(same.type_signature.parameter, tff.CLIENTS)
    )
    results = mapped([{"x": k, "rest": empty} for k in range(3)])
    assert results == [OrderedDict(x=k, rest=empty) for k in range(3)]
    assert {type(value) for value in (*seen, *(result["rest"] for result in results))} == {type(empty)}


PARTS = {
    "an empty dict": lambda x: OrderedDict(loss=x, metrics=OrderedDict()),
    "first": lambda x: OrderedDict(metrics=OrderedDict(), loss=x),
    "an empty tuple": lambda x: (x, ()),
    "deep": lambda x: OrderedDict(a=x, b=OrderedDict(c=OrderedDict(), d=((), x, OrderedDict(e=())))),
    "between": lambda x: [x, OrderedDict(), x],
    "nested empties": lambda x: OrderedDict(loss=x, rest=OrderedDict(a=OrderedDict(), b=((), ()))),
    "a named tuple": lambda x: OrderedDict(loss=x, rest=Nothing()),
}


@pytest.mark.parametrize("part", list(PARTS))
def test_what_is_zipped_at_the_server_may_have_empty_parts(part):
    zipped = tff.federated_computation(lambda x: tff.federated_zip(PARTS[part](x)), SERVER)
    assert repr(zipped(1.0)) == repr(PARTS[part](np.float32(1)))


@pytest.mark.parametrize("part", list(PARTS))
@pytest.mark.parametrize("num_clients", [0, 1, 5])
def test_what_is_zipped_at_clients_may_have_empty_parts(part, num_clients):
    zipped = tff.federated_computation(lambda x: tff.federated_zip(PARTS[part](x)), CLIENTS)
    values = [float(k) for k in range(num_clients)]
    assert repr(zipped(values)) == repr([PARTS[part](np.float32(value)) for value in values])


def test_a_shared_value_is_zipped_with_an_empty_part():
    zipped = tff.federated_computation(
        lambda x, y: tff.federated_zip(OrderedDict(x=x, y=y, rest=OrderedDict())), SHARED, CLIENTS
    )
    assert zipped(2.0, [1.0, 3.0]) == [OrderedDict(x=2, y=y, rest=OrderedDict()) for y in (1, 3)]


def test_aggregations_keep_empty_parts():
    member = OrderedDict(loss=np.float32, metrics=OrderedDict())

    @tff.federated_computation(tff.FederatedType(member, tff.CLIENTS), CLIENTS)
    def aggregate(x, w):
        return tff.federated_sum(x), tff.federated_mean(x), tff.federated_mean(x, w), tff.federated_max(x)

    values = [OrderedDict(loss=k, metrics={}) for k in (1.0, 3.0, 5.0)]
    expected = [OrderedDict(loss=number, metrics=OrderedDict()) for number in (9, 3, 4, 5)]
    assert list(aggregate(values, [0.0, 1.0, 1.0])) == expected


@pytest.mark.parametrize("placement", [tff.SERVER, tff.CLIENTS], ids=["server", "clients"])
@pytest.mark.parametrize("member", [fl.StructType([]), fl.StructType([("a", fl.StructType([])), fl.StructType([])])])
def test_a_zip_of_nothing_but_empty_structs_is_one(placement, member):
    """The language's own function refuses it, as it has no placement to find; its AST may hold it."""
    uri = f"federated_zip_at_{placement.name.lower()}"
    result_type = fl.FederatedType(member, placement)
    intrinsic = fl.framework.Intrinsic(uri, fl.FunctionType(member, result_type))
    call = fl.framework.Call(intrinsic, _empty(member))
    values_type = fl.FederatedType(np.float32, fl.CLIENTS)
    computation = fl.framework.ConcreteComputation.from_building_block(fl.framework.Lambda("x", values_type, call))
    result = computation([1.0, 2.0, 3.0])
    members = result if placement is tff.CLIENTS else [result]
    assert len(members) == (3 if placement is tff.CLIENTS else 1)
    assert {len(one) for one in members} == {len(member)}


def _empty(member):
    return fl.framework.Struct([(name, _empty(part)) for name, part in member.items()])
