"""What workers do is in the trace of the controller, as if it had been done here, with the worker as its host."""

import federated_language as fl
import numpy as np

import tffsim as tff

FLOATS = fl.FederatedType(np.float32, fl.CLIENTS)
VALUES = [float(n) for n in range(40)]


@tff.tf_computation(np.float32)
def double(x):
    return x * 2


@tff.federated_computation(fl.FederatedType(np.float32, fl.SERVER), FLOATS)
def statistics(weight, x):
    there = fl.federated_broadcast(weight)
    return fl.federated_sum(fl.federated_map(double, x)), fl.federated_max(fl.federated_map(double, there))


def traced(context):
    with tff.trace() as trace:
        result = context.invoke(statistics, (1.5, VALUES))
    return trace, result


def test_all_clients_are_there_under_the_right_parents_with_their_host(remote, two_workers):
    trace, result = traced(remote)
    assert result == (1560, 3)
    columns, snapshot = trace.snapshot.columns, trace.snapshot
    far = columns["host"] >= 0
    assert set(columns["client"][far]) >= set(range(40))
    hosts = [host.name.split(" ")[0] for host in snapshot.hosts]
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


def test_the_ledger_is_that_of_the_local_stack(remote, local):
    ledgers = [traced(context)[0].traffic_totals() for context in (remote, local)]
    rows = [sorted(map(str, map(ledger.row, range(ledger.num_rows)))) for ledger in ledgers]
    assert rows[0] == rows[1]


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
