"""What workers do is in the trace while they do it, and stays there if their connection breaks."""

import signal
import threading
import time

import pytest

import tffsim as tff
from tests.integration.remote.conftest import START_SECONDS
from tests.integration.remote.long_clients import slow_sum
from tests.integration.remote.proxy import Proxy
from tffsim.federation.fold_shape import BLOCK_SIZE
from tffsim.remote.local_workers import LocalWorkers
from tffsim.tracing.document.operations import RUNNING
from tffsim.tracing.document.references import check_references

# A whole block for each of two workers, so that they can tell of it meanwhile, also where others use the processors.
VALUES = [float(n) for n in range(2 * BLOCK_SIZE)]
SECONDS = 240


class Run:
    """A call of `slow_sum` in a thread, with its trace."""

    def __init__(self, context, values=VALUES):
        self.result = None
        self.values = values
        self._entered = tff.trace(all_threads=True)
        self.trace = self._entered.__enter__()
        self._thread = threading.Thread(target=self._call, args=(context,))
        self._thread.start()

    def _call(self, context):
        self.result = context.invoke(slow_sum, self.values)

    def wait_for(self, condition):
        """Returns a snapshot in which a condition holds while the call goes on."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline and self._thread.is_alive():
            snapshot = self.trace.snapshot
            if condition(snapshot):
                return snapshot
            time.sleep(0.02)
        raise AssertionError("The call has ended before.")

    def end(self):
        self._thread.join(SECONDS)
        assert not self._thread.is_alive()
        self._entered.__exit__(None, None, None)
        assert self.result == sum(self.values)
        snapshot = self.trace.snapshot
        check_references(snapshot)
        return snapshot


def work_at_hosts(snapshot):
    """Returns the spans of hosts that have ended, by what tells them from all others."""
    columns = snapshot.columns
    ended = (columns["host"] >= 0) & (columns["outcome"] != RUNNING)
    names = ("host", "client", "layer", "operation", "start", "end", "thread")
    return list(zip(*(columns[name][ended].tolist() for name in names), strict=True))


def is_client_at_work(snapshot):
    is_running = (snapshot.columns["outcome"] == RUNNING) & (snapshot.columns["client"] >= 0)
    return bool(is_running.any())


@pytest.fixture
def run_through_proxies(two_workers):
    proxies = [Proxy(address) for address in two_workers.addresses]
    factory = tff.remote_executor_factory([proxy.address for proxy in proxies], connect_timeout=60, heartbeat_seconds=1)
    yield Run(tff.SyncExecutionContext(factory)), proxies
    factory.close()
    for proxy in proxies:
        proxy.close()


def test_clients_at_work_and_what_they_have_done_are_seen_during_the_call(run_through_proxies):
    run, _ = run_through_proxies
    run.wait_for(is_client_at_work)
    run.wait_for(work_at_hosts)
    done = set(work_at_hosts(run.trace.snapshot))
    snapshot = run.end()
    told = work_at_hosts(snapshot)
    assert len(set(told)) == len(told) and done <= set(told)
    assert not (snapshot.columns["outcome"] == RUNNING).any()
    assert set(snapshot.columns["client"][snapshot.columns["host"] >= 0].tolist()) >= set(range(len(VALUES)))
    assert len(run.trace.traffic().where(direction="clients to server")) == len(VALUES)


def test_a_cut_connection_loses_nothing_that_has_arrived_and_doubles_nothing(run_through_proxies):
    run, proxies = run_through_proxies
    run.wait_for(work_at_hosts)
    proxies[0].cut()
    proxies[1].cut()
    done = set(work_at_hosts(run.trace.snapshot))
    proxies[0].restore()
    proxies[1].restore()
    snapshot = run.end()
    told = work_at_hosts(snapshot)
    assert len(set(told)) == len(told)
    assert done <= set(told)
    assert any(event.what == "lost" for event in snapshot.host_events)
    assert any(event.what == "runs again" for event in snapshot.host_events)
    # What crossed for nothing is not in the ledger.
    up = run.trace.traffic().where(direction="clients to server")
    assert sorted(up["client"].tolist()) == list(range(len(VALUES)))


def test_a_worker_that_is_told_to_end_says_so_and_ends_its_work_first():
    with LocalWorkers(1, start_timeout=START_SECONDS) as workers:
        factory = tff.remote_executor_factory(workers, connect_timeout=60)
        run = Run(tff.SyncExecutionContext(factory), [1.0] * BLOCK_SIZE)
        run.wait_for(is_client_at_work)
        workers.processes[0].send_signal(signal.SIGTERM)
        run.wait_for(lambda snapshot: any(event.what == "draining" for event in snapshot.host_events))
        snapshot = run.end()
        assert workers.processes[0].wait(60) == 0
        factory.close()
    assert [event.what for event in snapshot.host_events if event.what == "runs again"] == []
