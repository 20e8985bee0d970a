"""Work of clients that ran again elsewhere is told from work that somebody has used."""

import dataclasses

import numpy as np

import tffsim as tff
from tests.unit.tracing.traced_runs import sum_of_products, traced
from tffsim.tracing.analysis.lost_work import lost_work
from tffsim.tracing.document.operations import ERROR
from tffsim.tracing.document.snapshot import HostEvent, HostInfo


def at_host(snapshot, clients, number):
    """Lets clients run at a host, for spans that never ended: the trace knows nothing of these."""
    columns = snapshot.columns
    host = np.where(np.isin(columns["client"], clients), number, -1).astype(np.int16)
    parent = np.where((host >= 0) & (host[columns["parent"]] < 0), -1, columns["parent"])
    return dataclasses.replace(
        snapshot, columns=columns | {"host": host, "parent": parent}, hosts=[HostInfo("a"), HostInfo("b")]
    )


def test_only_what_clients_did_before_at_the_host_that_was_lost_is_lost():
    snapshot = at_host(traced(sum_of_products, [1.0, 2.0, 3.0], 2.0)[1].snapshot, [1, 2], 0)
    columns = snapshot.columns
    assert not lost_work(snapshot).any()
    end = int(columns["end"].max())
    again = dataclasses.replace(snapshot, host_events=[HostEvent(1, end, "runs again", 0, 1, 1, 0)])
    assert (lost_work(again) == (columns["client"] == 1)).all()
    early = dataclasses.replace(snapshot, host_events=[HostEvent(1, 0, "runs again", 0, 1, 2, 0)])
    assert not lost_work(early).any()


def with_spans(snapshot, parents, hosts):
    """Returns spans 0, 1, … of clients 0 to 9, as parents and hosts say."""
    changed = {"parent": np.array(parents, np.int32), "host": np.array(hosts, np.int16)}
    columns = {name: column[: len(parents)] for name, column in snapshot.columns.items()}
    return dataclasses.replace(snapshot, columns=columns | changed)


def test_what_a_host_had_answered_before_it_was_lost_is_not_lost():
    snapshot = at_host(traced(sum_of_products, [1.0, 2.0, 3.0], 2.0)[1].snapshot, [], 0)
    #          0 waits for 1 to 3, which host 0 answers; 4 for 5 at host 0, which is lost, and for 6 at host 1
    asked = with_spans(snapshot, [-1, 0, 1, 1, -1, 4, 4], [-1, 0, 0, 0, -1, 0, 1])
    asked.columns["client"][:] = 1
    end = int(asked.columns["end"].max())
    again = dataclasses.replace(asked, host_events=[HostEvent(1, end + 1, "runs again", 0, 1, 1, 0)])
    again.columns["invocation"][:] = 0
    assert np.flatnonzero(lost_work(again)).tolist() == [5]
    again.columns["outcome"][0] = ERROR
    assert np.flatnonzero(lost_work(again)).tolist() == [1, 2, 3, 5]


def test_the_ledger_counts_what_crossed_for_nothing_not_at_all():
    trace = traced(sum_of_products, [1.0, 2.0, 3.0], 2.0)[1]
    snapshot = at_host(trace.snapshot, [1, 2], 0)
    end = int(snapshot.columns["end"].max())
    again = tff.Trace(dataclasses.replace(snapshot, host_events=[HostEvent(1, end, "runs again", 0, 1, 2, 0)]))
    assert trace.traffic().where(direction="clients to server")["client"].tolist() == [0, 1, 2]
    assert again.traffic().where(direction="clients to server")["client"].tolist() == [0]
