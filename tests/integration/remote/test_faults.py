"""Workers are killed, stopped, started again and cut off; the result is that of an undisturbed run, or one error.

A client's function tells a listener in this test that it runs by asking for nothing: so each test disturbs at a moment
that it knows, between two calls, or while clients are known to be at work because they take long.
"""

import asyncio
import os
import re
import signal
import subprocess
import sys
import threading
import time

import federated_language as fl
import psutil
import pytest

import tffsim as tff
from tests.integration.remote.conftest import START_SECONDS
from tests.integration.remote.long_clients import FLOATS, slow_sum
from tests.integration.remote.on_ray import factory_for, workers_on_ray
from tests.integration.remote.proxy import Proxy
from tffsim.remote.local_workers import LocalWorkers

VALUES = [float(n) for n in range(40)]


@tff.federated_computation(FLOATS)
def quick_sum(x):
    return fl.federated_sum(x)


@pytest.fixture
def workers(request):
    if request.config.getoption("--ray"):
        workers_on_ray().wait_for_all()
        yield workers_on_ray()
        return
    with LocalWorkers(2, options=["--lease-seconds", "6"], start_timeout=START_SECONDS) as started:
        yield started


def start_again(workers, number):
    """Starts a worker in the place of one that was killed, empty; an actor is made again by whoever needs it."""
    if isinstance(workers, LocalWorkers):
        workers.add(port=int(workers.addresses[number].rsplit(":", 1)[1]))


@pytest.fixture
def make_context():
    factories = []

    def make(addresses, **options):
        options = {"connect_timeout": 5, "heartbeat_seconds": 1, **options}
        factories.append(factory_for(addresses, **options))
        return tff.SyncExecutionContext(factories[-1])

    yield make
    for factory in factories:
        factory.close()


def in_background(context, computation, argument):
    """Starts a call; returns a function that waits for its result, or raises its error."""
    outcome = {}

    def call():
        try:
            outcome["result"] = context.invoke(computation, argument)
        except Exception as error:
            outcome["error"] = error

    thread = threading.Thread(target=call)
    thread.start()

    def wait():
        thread.join(240)
        assert not thread.is_alive()
        if "error" in outcome:
            raise outcome["error"]
        return outcome["result"]

    return wait


def wait_until_busy(process):
    """Waits until a process has computed for a while."""
    process = psutil.Process(process.pid)
    before = process.cpu_times().user
    for _ in range(3000):
        if process.cpu_times().user > before + 0.3:
            return
        time.sleep(0.02)
    raise AssertionError("The worker does not compute.")


@pytest.mark.on_ray
def test_a_worker_killed_in_the_middle_is_replaced_for_its_clients_only(workers, make_context, caplog):
    context = make_context(workers)
    assert context.invoke(quick_sum, VALUES) == 780
    with tff.trace(all_threads=True) as trace:
        result = in_background(context, slow_sum, VALUES)
        wait_until_busy(workers.processes[1])
        os.kill(workers.processes[1].pid, signal.SIGKILL)
        assert result() == 780
    told = rf"clients (20-31|32-39) \(of 40\) run at {workers.addresses[0]} now"
    assert any(re.search(f"was lost .*{told}", text) for text in trace.snapshot.errors.values())
    again = set(re.findall(told, caplog.text))
    hosts = trace.hosts()
    survivor, lost = (hosts.where(host=address).row(0) for address in workers.addresses)
    # Of the two ranges of the lost worker one may have waited for its turn there, and one may have ended.
    began = {"20–39": {"20-31", "32-39"}, "20–31": {"20-31"}, "32–39": {"32-39"}}[lost["clients"]]
    ran = {"": "0–39", "20-31": "0–19, 32–39", "32-39": "0–31"}["".join(began - again)]
    num_taken = sum({"20-31": 12, "32-39": 8}[clients] for clients in began & again)
    assert (survivor["health"], survivor["clients"], survivor["num_taken"]) == ("serving", ran, num_taken)
    # Ray makes an actor again by itself, perhaps before the call ends.
    assert lost["health"] == "lost" or (lost["health"] == "rejoined" and not isinstance(workers, LocalWorkers))
    assert lost["num_taken"] == 0
    assert (survivor["repeated"] > 0) == (num_taken > 0)
    totals = trace.traffic_totals()
    crossed = {row["direction"]: row["values"] for row in map(totals.row, range(totals.num_rows))}
    assert crossed == {"caller to clients": 40, "clients to server": 40}
    # One that joins later is used by the next call.
    start_again(workers, 1)
    for _ in range(300):
        assert context.invoke(quick_sum, VALUES) == 780
        if len(context.executor_factory.workers.ready()) == 2:
            return
        time.sleep(0.2)
    raise AssertionError("The new worker was not found.")


def test_workers_that_end_with_their_block_are_not_lost(make_context, caplog):
    with LocalWorkers(1, start_timeout=START_SECONDS) as workers:
        context = make_context(workers, heartbeat_seconds=0.1)
        assert context.invoke(quick_sum, VALUES) == sum(VALUES)
    time.sleep(0.5)
    assert [record.getMessage() for record in caplog.records] == []
    with pytest.raises(tff.ExecutionError, match="Its workers have ended, with their `local_workers`"):
        context.invoke(quick_sum, VALUES)


@pytest.mark.on_ray
def test_a_worker_that_stops_answering_is_replaced(workers, make_context):
    context = make_context(workers)
    assert context.invoke(quick_sum, VALUES) == 780
    os.kill(workers.processes[0].pid, signal.SIGSTOP)
    try:
        assert context.invoke(quick_sum, VALUES) == 780
    finally:
        os.kill(workers.processes[0].pid, signal.SIGCONT)


@pytest.mark.on_ray
def test_a_worker_that_takes_too_long_is_named(workers, make_context):
    context = make_context(workers.addresses[:1], call_timeout=0.5)
    with pytest.raises(
        tff.ExecutionError, match=rf"Worker {workers.addresses[0]} .*took longer than 0.5 s.*clients 0-31 \(of 40\)"
    ):
        context.invoke(slow_sum, VALUES)


def test_without_a_worker_one_error_tells_the_addresses_and_why(make_context):
    context = make_context(["127.0.0.1:9", "localhost:1"], connect_timeout=1)
    with pytest.raises(tff.ExecutionError) as caught:
        context.invoke(quick_sum, VALUES)
    text = str(caught.value)
    assert "No worker was ready within 1 s" in text
    assert re.search(r"127\.0\.0\.1:9: .*refused", text)
    assert re.search(r"localhost:1: .*refused", text)


@pytest.mark.on_ray
def test_all_workers_killed_is_an_error_and_a_new_one_is_used(workers, make_context):
    # Only what must fail has little time: on a busy machine, a worker may take seconds for its first answer.
    context, patient = make_context(workers, connect_timeout=2), make_context(workers, connect_timeout=START_SECONDS)
    assert patient.invoke(quick_sum, VALUES) == 780
    addresses = workers.addresses
    result = in_background(context, slow_sum, VALUES)
    wait_until_busy(workers.processes[0])
    for process in workers.processes:
        process.kill()
    with pytest.raises(tff.ExecutionError, match="No worker was ready within 2 s") as caught:
        result()
    assert all(address in str(caught.value) for address in addresses)
    start_again(workers, 0)  # Empty: it knows nothing of what was sent before.
    assert patient.invoke(quick_sum, VALUES) == 780


def test_a_cut_connection_is_found_again(workers, make_context):
    proxy = Proxy(workers.addresses[0])
    try:
        context = make_context([proxy.address], connect_timeout=30)
        assert context.invoke(quick_sum, VALUES) == 780
        result = in_background(context, slow_sum, VALUES)
        wait_until_busy(workers.processes[0])
        proxy.cut()
        time.sleep(1)
        proxy.restore()
        assert result() == 780
        assert context.invoke(quick_sum, VALUES) == 780
    finally:
        proxy.close()


def test_a_worker_that_was_lost_in_a_call_has_clients_again_in_the_next(workers, make_context):
    proxy = Proxy(workers.addresses[0])
    try:
        context = make_context([proxy.address, workers.addresses[1]], connect_timeout=30)
        assert context.invoke(quick_sum, VALUES) == 780
        result = in_background(context, slow_sum, VALUES)
        wait_until_busy(workers.processes[0])
        proxy.cut()
        proxy.restore()
        assert result() == 780
        # It is found before the next call begins, so that the same workers are ready as before.
        for _ in range(100):
            if len(asyncio.run(context.executor_factory.workers.prepare())) == 2:
                break
            time.sleep(0.2)
        before = proxy.num_bytes["to worker"]
        assert context.invoke(slow_sum, VALUES) == 780
        assert proxy.num_bytes["to worker"] > before + 1000
    finally:
        proxy.close()


def test_a_worker_told_to_end_lets_its_calls_end(workers, make_context):
    context = make_context(workers)
    assert context.invoke(quick_sum, VALUES) == 780
    result = in_background(context, slow_sum, VALUES)
    wait_until_busy(workers.processes[0])
    workers.processes[0].terminate()
    assert result() == 780
    assert workers.processes[0].wait(60) == 0


@pytest.mark.on_ray
def test_an_interrupted_call_stops_its_workers(workers, make_context):
    context = tff.SyncExecutionContext(make_context(workers).executor_factory, timeout=1.5)
    context.invoke(quick_sum, VALUES)
    with pytest.raises(TimeoutError):
        context.invoke(slow_sum, VALUES * 10)
    assert context.invoke(quick_sum, VALUES) == 780


def test_workers_end_when_their_controller_is_killed():
    code = (
        "import tffsim, sys, time\n"
        "with tffsim.local_workers(1, start_timeout=500) as workers:\n"
        "    print(workers.processes[0].pid, flush=True)\n"
        "    time.sleep(600)\n"
    )
    controller = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    worker = psutil.Process(int(controller.stdout.readline()))
    controller.kill()
    controller.wait()
    worker.wait(60)
