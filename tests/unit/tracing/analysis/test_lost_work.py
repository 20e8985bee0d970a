"""Work of clients that ran again elsewhere is told from work that somebody has used."""

import dataclasses

import numpy as np

import tffsim as tff
from tests.unit.tracing.traced_runs import sum_of_products, traced
from tffsim.tracing.analysis.lost_work import lost_work
from tffsim.tracing.document.snapshot import HostEvent, HostInfo


def at_host(snapshot, clients, number):
    host = np.where(np.isin(snapshot.columns["client"], clients), number, -1).astype(np.int16)
    return dataclasses.replace(
        snapshot, columns=snapshot.columns | {"host": host}, hosts=[HostInfo("a"), HostInfo("b")]
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


def test_the_ledger_counts_what_crossed_for_nothing_not_at_all():
    trace = traced(sum_of_products, [1.0, 2.0, 3.0], 2.0)[1]
    snapshot = at_host(trace.snapshot, [1, 2], 0)
    end = int(snapshot.columns["end"].max())
    again = tff.Trace(dataclasses.replace(snapshot, host_events=[HostEvent(1, end, "runs again", 0, 1, 2, 0)]))
    assert trace.traffic().where(direction="clients to server")["client"].tolist() == [0, 1, 2]
    assert again.traffic().where(direction="clients to server")["client"].tolist() == [0]
