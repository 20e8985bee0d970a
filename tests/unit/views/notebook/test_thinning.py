"""What a notebook keeps of a trace that is too large for it."""

import numpy as np
import pytest

from tests.unit.tracing.traced_runs import mean_of_doubles, traced
from tffsim.tracing.analysis.warm_up import warm_up
from tffsim.tracing.document.operations import INVOKE
from tffsim.views.notebook.thinning import thinned


@pytest.fixture(scope="module")
def snapshot():
    return traced(mean_of_doubles, [float(n) for n in range(20)])[1].snapshot


def test_the_longest_spans_are_kept_and_what_is_needed(snapshot):
    columns = snapshot.columns
    duration = columns["end"] - columns["start"]
    shortest = int(np.argmin(duration))
    needed = (columns["operation"] == INVOKE) | warm_up(snapshot, np.flatnonzero(columns["client"] >= 0)).ended_first
    needed[shortest] = True
    kept = thinned(snapshot, 50, [shortest]).kept
    assert kept.sum() == 50 and kept[needed].all()
    others = np.flatnonzero(~needed)
    assert duration[others][~kept[others]].max() <= duration[others][kept[others]].min()


def test_what_is_left_out_is_in_the_sums(snapshot):
    columns = snapshot.columns
    part = thinned(snapshot, 50)
    left = ~part.kept
    own = columns["self_time"] + columns["worker_time"]
    assert (part.left_out["spans"], part.left_out["total"]) == (left.sum(), snapshot.num_spans)
    executors = np.array(part.left_out["executors"])
    assert executors[:, 4].sum() == left.sum()
    assert executors[:, 5].sum() == pytest.approx(own[left].sum() / 1e6, abs=1e-3 * len(executors))
    at_clients = left & (columns["client"] >= 0)
    clients = np.array(part.left_out["clients"])
    assert clients[:, 2].sum() == at_clients.sum()
    for client, _, _, _, _, start, end in clients:
        own_spans = at_clients & (columns["client"] == client)
        assert start == pytest.approx(columns["start"][own_spans].min() / 1e6, abs=1e-3)
        assert end == pytest.approx(columns["end"][own_spans].max() / 1e6, abs=1e-3)


def test_the_warm_up_of_each_client_is_that_of_the_whole_trace(snapshot):
    columns = snapshot.columns
    at_clients = np.flatnonzero(columns["client"] >= 0)
    kind = [tuple(row) for row in np.stack([columns["node"], columns["operation"]], axis=1)[at_clients]]
    own = (columns["self_time"] + columns["worker_time"])[at_clients] / 1e6

    def warm_up(among):
        ends = {}
        for span in np.flatnonzero(among):
            ends[kind[span]] = min(ends.get(kind[span], np.inf), columns["end"][at_clients[span]])
        sums = np.zeros(20)
        for span in np.flatnonzero(among):
            if columns["start"][at_clients[span]] < ends[kind[span]]:
                sums[columns["client"][at_clients[span]]] += own[span]
        return sums

    part = thinned(snapshot, 100)
    told = warm_up(part.kept[at_clients])
    for client, _, _, _, left_out, _, _ in part.left_out["clients"]:
        told[client] += left_out
    assert told == pytest.approx(warm_up(np.ones(len(at_clients), bool)), abs=0.01)


def test_of_a_trace_that_fits_nothing_is_left_out(snapshot):
    part = thinned(snapshot, snapshot.num_spans)
    assert part.kept.all()
    assert part.left_out["executors"] == part.left_out["clients"] == []
