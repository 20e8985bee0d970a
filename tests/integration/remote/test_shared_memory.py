"""Large values go through memory to real workers; whoever is killed or stopped meanwhile, nothing of it stays."""

import gc
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time

import federated_language as fl
import numpy as np
import psutil
import pytest
import tensorflow as tf

import tffsim as tff
from tests.integration.remote.conftest import START_SECONDS, bits
from tffsim.remote.local_workers import LocalWorkers
from tffsim.remote.shared_memory_transport import SharedMemoryTransport

pytest.importorskip("_posixshmem")
FLOATS = fl.FederatedType(np.float32, fl.CLIENTS)
LARGE = fl.TensorType(np.float32, [2_000_000])
WEIGHTS = np.random.default_rng(0).normal(size=2_000_000).astype(np.float32)
FOLDER = pathlib.Path("/dev/shm")


@tff.tf_computation(LARGE, np.float32)
def scale(weights, x):
    return tf.sin(weights) * x + 1


@tff.federated_computation(fl.FederatedType(LARGE, fl.SERVER), FLOATS)
def training(weights, x):
    there = fl.federated_broadcast(weights)
    return fl.federated_mean(fl.federated_map(scale, fl.federated_zip((there, x)))), there


def names():
    """Returns what has a name; where names are in no folder, they cannot be listed."""
    return {path.name for path in FOLDER.glob("tffsim-*")} if FOLDER.is_dir() else set()


@pytest.fixture
def workers():
    with LocalWorkers(2, options=["--lease-seconds", "6"], start_timeout=START_SECONDS) as started:
        yield started
    assert names() == set()


@pytest.fixture
def make_context():
    factories = []

    def make(workers, **options):
        factories.append(tff.remote_executor_factory(workers, connect_timeout=30, heartbeat_seconds=1, **options))
        return tff.SyncExecutionContext(factories[-1])

    yield make
    for factory in factories:
        factory.close()


@pytest.fixture
def expected(local):
    return bits(local.invoke(training, (WEIGHTS, [1.0, 2.0, 3.0])))


def result_of(context):
    return bits(context.invoke(training, (WEIGHTS, [1.0, 2.0, 3.0])))


def test_the_bits_are_those_of_the_local_stack_again_and_again(two_workers, make_context, expected):
    context = make_context(two_workers)
    for _ in range(3):
        assert result_of(context) == expected
    transports = [connection._transport for connection in context.executor_factory.workers.connections]
    assert all(isinstance(transport, SharedMemoryTransport) for transport in transports)
    assert all(transport._lanes.values.segments for transport in transports)
    assert names() == set()


def test_values_that_stay_at_workers_are_not_changed_by_later_ones(two_workers, make_context, local):
    context = make_context(two_workers)
    kept = [tf.constant(WEIGHTS * k) for k in range(5)]
    for weights in (*kept, *reversed(kept)):
        argument = (weights, [1.0, 2.0, 3.0])
        assert bits(context.invoke(training, argument)) == bits(local.invoke(training, argument))


def test_all_clients_have_a_value_of_their_own(two_workers, make_context, local):
    @tff.federated_computation(fl.FederatedType(LARGE, fl.CLIENTS))
    def total(x):
        return fl.federated_sum(x)

    members = [WEIGHTS * k for k in range(9)]
    assert bits(make_context(two_workers).invoke(total, members)) == bits(local.invoke(total, members))


def test_a_trace_tells_how_much_went_although_it_went_through_memory(two_workers, make_context):
    in_memory, streamed = make_context(two_workers), make_context(two_workers.addresses)
    told = []
    for context in (in_memory, streamed):
        result_of(context)
        with tff.trace() as trace:
            result_of(context)
        wire = trace.wire()
        told.append([int(wire[way].sum()) for way in ("down", "up")])
    assert told[0] == pytest.approx(told[1], rel=1e-3)
    assert min(told[0]) >= WEIGHTS.nbytes


def in_background(context):
    outcome = []
    thread = threading.Thread(target=lambda: outcome.append(result_of(context)))
    thread.start()

    def wait():
        thread.join(240)
        assert outcome
        return outcome[0]

    return wait


def disturb_uploads(context, disturb):
    """Disturbs the first worker when the first value has been written for it, and the worker does not have it yet."""
    transport = context.executor_factory.workers.connections[0]._transport
    inner, done = transport._inner, threading.Event()
    call = inner.call

    def call_and_disturb(method, request, timeout):
        if method.name == "TakeFromMemory" and not done.is_set():
            disturb()
            done.set()
        return call(method, request, timeout)

    inner.call = call_and_disturb
    return done


def test_a_worker_killed_while_a_value_is_on_its_way_is_replaced(workers, make_context, expected):
    context = make_context(workers)
    assert result_of(context) == expected
    done = disturb_uploads(context, workers.processes[0].kill)
    assert result_of(context) == expected
    assert done.is_set()
    # One that begins anew at the same place is given memory again.
    workers.add(port=int(workers.addresses[0].rsplit(":", 1)[1]))
    for _ in range(300):
        assert result_of(context) == expected
        if len(context.executor_factory.workers.ready()) == 2:
            break
        time.sleep(0.2)
    assert result_of(context) == expected
    assert context.executor_factory.workers.connections[0]._transport._lanes.values.segments


def test_a_worker_that_is_stopped_while_a_value_is_on_its_way_is_replaced(workers, make_context, expected):
    context = make_context(workers)
    assert result_of(context) == expected
    stopped = workers.processes[0].pid
    done = disturb_uploads(context, lambda: os.kill(stopped, signal.SIGSTOP))
    try:
        assert result_of(context) == expected
        assert done.is_set()
    finally:
        os.kill(stopped, signal.SIGCONT)
    # It wakes up with what was sent to it before. Nobody needs that any more.
    for _ in range(3):
        assert result_of(context) == expected


def test_where_there_is_no_room_results_are_the_same(two_workers, make_context, expected, monkeypatch):
    def has_no_room(*_):
        raise OSError("no room")

    monkeypatch.setattr(os, "posix_fallocate", has_no_room, raising=False)
    assert result_of(make_context(two_workers)) == expected


CONTROLLER = """
import os, signal, sys
import federated_language as fl, numpy as np
import tffsim
from tests.integration.remote.test_shared_memory import WEIGHTS, training
from tffsim.remote.shared_memory_transport import SharedMemoryTransport
from tffsim.remote.wire.memory_segment import MemorySegment

if __name__ == "__main__":
    with tffsim.local_workers(1, start_timeout=500) as workers:
        factory = tffsim.remote_executor_factory(workers, connect_timeout=60)
        context = tffsim.SyncExecutionContext(factory)
        if sys.argv[1] == "while it has a name":
            MemorySegment.unlink = lambda segment: os.kill(os.getpid(), signal.SIGKILL)
        context.invoke(training, (WEIGHTS, [1.0]))
        print(workers.processes[0].pid, flush=True)
        if sys.argv[1] == "afterwards":
            os.kill(os.getpid(), signal.SIGKILL)
        factory.close()
"""


@pytest.mark.parametrize("moment", ["never", "afterwards", "while it has a name"])
def test_a_controller_leaves_nothing_and_nobody_warns(moment):
    process = subprocess.run(
        [sys.executable, "-c", CONTROLLER, moment], capture_output=True, text=True, timeout=600, check=False
    )
    assert process.returncode == (0 if moment == "never" else -signal.SIGKILL), process.stderr
    if process.stdout:
        assert_ends(int(process.stdout.split()[-1]))
    for _ in range(300):
        if not names():
            break
        time.sleep(0.1)
    assert names() == set()
    # The tracker removes what still has a name, and says so; of all else it knows nothing.
    assert ("leaked" in process.stderr) == (moment == "while it has a name"), process.stderr
    assert "Traceback" not in process.stderr


def assert_ends(pid):
    try:
        psutil.Process(pid).wait(60)
    except psutil.NoSuchProcess:
        return


def mapped():
    """Counts the segments that this process has, without those of values that nobody can reach any more."""
    gc.collect()
    return pathlib.Path("/proc/self/maps").read_text().count("tffsim-")


@pytest.mark.skipif(not os.path.exists("/proc/self/maps"), reason="The system does not tell what is mapped.")
def test_memory_is_let_go_when_the_factory_is_closed(two_workers, make_context, expected):
    before, context = mapped(), make_context(two_workers)
    assert result_of(context) == expected
    assert mapped() > before
    context.executor_factory.close()
    assert mapped() == before
