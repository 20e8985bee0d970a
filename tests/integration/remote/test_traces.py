"""What workers do is in the trace of the controller, as if it had been done here, with the worker as its host."""

import federated_language as fl
import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tests.integration.remote.proxy import Proxy

pytestmark = pytest.mark.on_ray
FLOATS = fl.FederatedType(np.float32, fl.CLIENTS)
VALUES = [float(n) for n in range(40)]


@tff.tf_computation(np.float32)
def double(x):
    return x * 2


@tff.federated_computation(fl.FederatedType(np.float32, fl.SERVER), FLOATS)
def statistics(weight, x):
    there = fl.federated_broadcast(weight)
    return fl.federated_sum(fl.federated_map(double, x)), fl.federated_max(fl.federated_map(double, there))


LARGE = fl.TensorType(np.float32, [1_500_000])


@tff.tf_computation(LARGE, np.float32)
def scale(weights, x):
    return weights * x


@tff.federated_computation(fl.FederatedType(LARGE, fl.SERVER), FLOATS)
def mean_of_scaled(weights, x):
    there = fl.federated_broadcast(weights)
    return fl.federated_mean(fl.federated_map(scale, fl.federated_zip((there, x))))


@tff.federated_computation(
    fl.FederatedType(fl.TensorType(np.int32, [2]), fl.CLIENTS),
    fl.FederatedType(fl.TensorType(np.float32, [50]), fl.SERVER),
)
def sum_of_selected(keys, table):
    row = tff.tf_computation(lambda table, key: tf.gather(table, key), table.type_signature.member, np.int32)
    first = tff.tf_computation(lambda rows: rows.reduce(np.float32(0), tf.add), fl.SequenceType(np.float32))
    slices = fl.federated_select(keys, fl.federated_value(50, fl.SERVER), table, row)
    return fl.federated_sum(fl.federated_map(first, slices))


def traced(context, computation=statistics, argument=(1.5, VALUES)):
    with tff.trace() as trace:
        result = context.invoke(computation, argument)
    return trace, result


def test_all_clients_are_there_under_the_right_parents_with_their_host(remote, two_workers):
    trace, result = traced(remote)
    assert result == (1560, 3)
    columns, snapshot = trace.snapshot.columns, trace.snapshot
    far = columns["host"] >= 0
    assert set(columns["client"][far]) >= set(range(40))
    hosts = [host.name for host in snapshot.hosts]
    assert sorted(hosts) == sorted(two_workers.addresses)
    by_host = {hosts[k]: set(columns["client"][columns["host"] == k]) - {-1} for k in range(2)}
    assert by_host == {two_workers.addresses[0]: set(range(20)), two_workers.addresses[1]: set(range(20, 40))}
    parents = columns["parent"][far]
    assert (columns["start"][far] >= columns["start"][parents]).all()
    assert (columns["end"][far] <= columns["end"][parents]).all()
    # What a worker did lies under its own work, or under that of the executor that asked for it.
    is_same = columns["host"][parents] == columns["host"][far]
    assert (is_same | (columns["host"][parents] == -1)).all()
    assert is_same.mean() > 0.9


@pytest.mark.parametrize(
    ("computation", "argument"),
    [
        (statistics, (1.5, VALUES)),
        (sum_of_selected, ([[n, n + 1] for n in range(40)], np.arange(50, dtype=np.float32))),
    ],
    ids=["statistics", "select"],
)
def test_the_ledger_is_that_of_the_local_stack_but_for_bytes_on_the_wire(remote, local, computation, argument):
    ledgers = [traced(context, computation, argument)[0].traffic_totals() for context in (remote, local)]
    # Keys go no further than to the part of the server that is at the worker.
    goes_far = np.array([intrinsic != "federated_select" for intrinsic in ledgers[0]["intrinsic"]])
    goes_far |= ledgers[0]["direction"] == "server to clients"
    assert (ledgers[0].numbers("wire")[goes_far] > 0).all()
    names = list(ledgers[1])
    rows = [sorted(str([row[name] for name in names]) for row in map(t.row, range(len(t)))) for t in ledgers]
    assert rows[0] == rows[1]


def test_each_host_tells_its_clients_and_its_bytes(remote, two_workers):
    trace, _ = traced(remote)
    hosts = trace.hosts()
    assert set(hosts["host"].tolist()) == set(two_workers.addresses)
    clients = dict(zip(hosts["host"].tolist(), hosts["clients"].tolist(), strict=True))
    assert [clients[address] for address in two_workers.addresses] == ["0–19", "20–39"]
    assert set(hosts["health"].tolist()) == {"serving"}
    assert (hosts["down"] > 0).all() and (hosts["up"] > 0).all() and (hosts["busy"] > 0).all()
    assert (hosts["repeated"] == 0).all()


@pytest.mark.on_ray(False)
def test_what_is_counted_is_what_goes_through_the_network_but_for_its_frames(two_workers):
    """The proxy counts bytes of TCP: HTTP/2 frames each 16 kB, and each message has headers."""
    proxies = [Proxy(address) for address in two_workers.addresses]
    factory = tff.remote_executor_factory([proxy.address for proxy in proxies], connect_timeout=60)
    context = tff.SyncExecutionContext(factory)
    large = np.arange(1_500_000, dtype=np.float32)
    try:
        context.invoke(mean_of_scaled, (large, [1.0] * 4))
        before = [dict(proxy.num_bytes) for proxy in proxies]
        with tff.trace() as trace:
            context.invoke(mean_of_scaled, (large, [1.0] * 4))
        after = [dict(proxy.num_bytes) for proxy in proxies]
    finally:
        factory.close()
        for proxy in proxies:
            proxy.close()
    hosts, wire = trace.hosts(), trace.wire()
    for proxy, first, last in zip(proxies, before, after, strict=True):
        row = next(hosts.row(k) for k in range(len(hosts)) if hosts.row(k)["host"] == proxy.address)
        for way, name in (("to worker", "down"), ("to controller", "up")):
            seen, count = last[way] - first[way], int(wire.where(host=proxy.address)["num_messages"].sum())
            # Of heart-beats before and after some may be seen and not counted.
            assert row[name] <= seen <= 1.002 * row[name] + 600 * count + 20_000, (way, row, seen)
        assert row["down"] > large.nbytes < row["up"]


def test_a_trace_with_hosts_is_saved_and_loaded(remote, tmp_path):
    trace, _ = traced(remote)
    trace.save(tmp_path / "t.tfftrace")
    trace.to_html(tmp_path / "t.html")
    assert str(tff.load_trace(tmp_path / "t.tfftrace")) == str(trace)


def test_the_failure_of_a_client_is_in_its_span(remote):
    @tff.tf_computation(np.float32)
    def refuse(x):
        import tensorflow as tf

        with tf.control_dependencies([tf.debugging.assert_less(x, 30.0)]):
            return x * 2

    total = tff.federated_computation(lambda x: fl.federated_sum(fl.federated_map(refuse, x)), FLOATS)
    try:
        with tff.trace() as trace:
            remote.invoke(total, VALUES)
    except tff.ExecutionError:
        pass
    columns = trace.snapshot.columns
    failed = [number for number in trace.snapshot.errors if columns["client"][number] >= 0]
    assert failed
    assert (columns["host"][failed] >= 0).all()
