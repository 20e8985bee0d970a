"""What clients and the server sent each other, and what the server saw."""

import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tests.unit.tracing.traced_runs import rows, sum_of_products, traced


def test_traffic_tells_what_crossed_and_what_the_server_saw(broadcast):
    ledger = broadcast.traffic()
    up = rows(ledger, direction="clients to server")
    assert up["size"].tolist() == [4, 4, 4]
    assert set(up.shown("intrinsic")) == {"federated_sum"} and set(up.shown("visibility")) == {"individual"}
    down = rows(ledger, direction="server to clients")
    assert (down["size"] * down["copies"]).sum() == 12
    assert set(down.shown("intrinsic")) == {"federated_broadcast"}
    assert rows(ledger, direction="caller to clients")["size"].tolist() == [4, 4, 4]


@pytest.mark.parametrize("max_fanout", [100, 2])
def test_traffic_adds_up(max_fanout):
    factory = tff.local_executor_factory(max_fanout=max_fanout)
    totals = traced(sum_of_products, [1.0, 2.0, 3.0], 2.0, factory=factory)[1].traffic_totals()
    found = {(row["intrinsic"], row["direction"]): (row["values"], row["size"]) for row in map(totals.row, range(3))}
    assert totals.num_rows == 3
    assert found == {
        ("", "caller to clients"): (3, 12),
        ("federated_broadcast", "server to clients"): (3, 12),
        ("federated_sum", "clients to server"): (3, 12),
    }


@pytest.mark.parametrize("factory", [tff.local_executor_factory, tff.debug_executor_factory], ids=["local", "debug"])
@pytest.mark.parametrize(
    ("name", "bound"),
    [("federated_secure_sum", 100), ("federated_secure_sum_bitwidth", 8), ("federated_secure_modular_sum", 100)],
)
def test_a_secure_sum_shows_the_server_an_aggregate_only(name, bound, factory):
    operator = getattr(tff, name)
    secure = tff.federated_computation(
        lambda values: (operator(values, bound), tff.federated_sum(values)), tff.FederatedType(np.int32, tff.CLIENTS)
    )
    stacks = [factory()] if factory is tff.debug_executor_factory else [factory(), factory(max_fanout=2)]
    for stack in stacks:
        result, trace = traced(secure, [1, 2, 3], factory=stack)
        assert tuple(result) == (6, 6)
        seen = rows(trace.traffic(), direction="clients to server")
        by_operator = dict(zip(seen.shown("intrinsic").tolist(), seen.shown("visibility").tolist(), strict=True))
        assert by_operator == {name: "aggregate", "federated_sum": "individual"}


@pytest.mark.parametrize("factory", [tff.local_executor_factory, tff.debug_executor_factory], ids=["local", "debug"])
@pytest.mark.parametrize(
    ("name", "visibility"), [("federated_select", "individual"), ("federated_secure_select", "hidden")]
)
def test_a_secure_select_shows_the_server_no_keys(name, visibility, factory):
    scaled = tff.tf_computation(lambda table, key: table * tf.cast(key, tf.float32), np.float32, np.int32)
    keys_type = tff.FederatedType(tff.TensorType(np.int32, [2]), tff.CLIENTS)

    @tff.federated_computation(keys_type, tff.FederatedType(np.float32, tff.SERVER))
    def select(keys, state):
        return getattr(tff, name)(keys, tff.federated_value(np.int32(3), tff.SERVER), state, scaled)

    trace = traced(select, [np.array([0, 1], np.int32)] * 2, np.float32(1), factory=factory())[1]
    sent = rows(trace.traffic(), direction="clients to server")
    assert set(sent.shown("visibility")) == {visibility}
