"""Federated averaging while workers are killed, stopped, starved, cut off and slowed down gives the same weights.

Each fault comes in the middle of a round: the worker is known to have got what that round needs.
"""

import contextlib
import os
import signal
import socket
import threading
import time

import federated_language as fl
import numpy as np
import psutil
import pytest
import tensorflow as tf

import tffsim as tff
from tests.integration.remote.conftest import START_SECONDS, bits
from tests.integration.remote.on_ray import factory_over, workers_on_ray
from tests.integration.remote.proxy import Proxy
from tffsim.remote.local_workers import LocalWorkers
from tffsim.simulation import digits, fed_avg

NUM_ROUNDS = 3
FLOATS = fl.FederatedType(np.float32, fl.CLIENTS)
NEXT_ROUND = fed_avg.fed_avg(epochs=20)


@tff.tf_computation(np.float32)
def draw(x):
    return x + tf.random.normal([])


@tff.federated_computation(FLOATS)
def draws(x):
    return fl.federated_mean(fl.federated_map(draw, x))


@pytest.fixture(scope="module")
def datasets():
    return digits.load_digits(6, "dirichlet", seed=1)[0].datasets()


def trained(context, datasets, in_round=lambda number: contextlib.nullcontext()):
    """Returns the weights after some rounds, and what clients have drawn in each."""
    tf.random.set_seed(3)
    try:
        weights, drawn = fed_avg.initial_weights(), []
        for number in range(NUM_ROUNDS):
            with in_round(number):
                weights = context.invoke(NEXT_ROUND, (weights, datasets))
                drawn.append(context.invoke(draws, [0.0] * 40))
        return bits((weights, drawn))
    finally:
        tf.random.set_seed(None)


@pytest.fixture(scope="module")
def expected(local, datasets):
    return trained(local, datasets)


@pytest.fixture(scope="module")
def workers(request):
    if request.config.getoption("--ray"):
        yield workers_on_ray()
        workers_on_ray().wait_for_all()
        return
    with LocalWorkers(2, options=["--lease-seconds", "6"], start_timeout=START_SECONDS) as started:
        processes, addresses = started.processes, started.addresses
        yield started
        processes += started.processes[2:]
    # Nothing is left behind.
    assert all(process.poll() is not None for process in processes)
    for address in addresses:
        host, port = address.rsplit(":", 1)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host, int(port)), 1).close()


@pytest.fixture
def links(workers):
    """Returns the ways to the workers: proxies of connections, or what carries calls to actors."""
    if not isinstance(workers, LocalWorkers):
        workers.wait_for_all()
        yield workers.links()
        return
    made = [Proxy(address) for address in workers.addresses[:2]]
    yield made
    for proxy in made:
        proxy.close()


@pytest.fixture
def context(links):
    options = {"connect_timeout": 60, "call_timeout": 300, "heartbeat_seconds": 1}
    if isinstance(links[0], Proxy):
        factory = tff.remote_executor_factory([proxy.address for proxy in links], **options)
    else:
        factory = factory_over(links, **options)
    yield tff.SyncExecutionContext(factory)
    factory.close()


@contextlib.contextmanager
def when_busy(link, disturb):
    """Calls a function in another thread once a worker has been sent more of what the block does."""
    before = link.num_bytes["to worker"]
    is_over = threading.Event()

    def watch():
        while link.num_bytes["to worker"] < before + 2000 and not is_over.is_set():
            time.sleep(0.001)
        disturb()

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def in_the_second(link, disturb):
    return lambda number: when_busy(link, disturb) if number == 1 else contextlib.nullcontext()


@pytest.mark.on_ray
def test_a_worker_that_is_stopped_and_goes_on_later(context, datasets, expected, workers, links):
    process = workers.processes[0]
    try:
        stop = in_the_second(links[0], lambda: os.kill(process.pid, signal.SIGSTOP))
        assert trained(context, datasets, stop) == expected
    finally:
        os.kill(process.pid, signal.SIGCONT)


@pytest.mark.on_ray
def test_a_worker_that_gets_a_tenth_of_a_processor(context, datasets, expected, workers, links):
    process, is_over = psutil.Process(workers.processes[0].pid), threading.Event()

    def starve():
        while not is_over.is_set():
            process.suspend()
            time.sleep(0.045)
            process.resume()
            time.sleep(0.005)

    thread = threading.Thread(target=starve)
    try:
        assert trained(context, datasets, in_the_second(links[0], thread.start)) == expected
    finally:
        is_over.set()
        thread.join()
        process.resume()


def test_a_connection_that_is_cut_and_restored(context, datasets, expected, links):
    def cut():
        links[1].cut()
        links[1].restore()

    assert trained(context, datasets, in_the_second(links[1], cut)) == expected


@pytest.mark.on_ray
def test_a_connection_that_is_slow(context, datasets, expected, links):
    def slow_down():
        links[1].delay_seconds = 0.02

    assert trained(context, datasets, in_the_second(links[1], slow_down)) == expected


@pytest.mark.on_ray
def test_a_worker_that_is_killed_and_a_new_one_in_its_place(context, datasets, expected, workers, links):
    process = workers.processes[1]
    assert trained(context, datasets, in_the_second(links[1], process.kill)) == expected
    process.wait()
    if isinstance(workers, LocalWorkers):  # An actor is made again by whoever needs it.
        workers.add(port=int(workers.addresses[1].rsplit(":", 1)[1]))
    before = links[1].num_bytes["to controller"]
    for _ in range(50):
        assert trained(context, datasets) == expected
        if links[1].num_bytes["to controller"] > before + 4000:
            return
        time.sleep(0.2)
    raise AssertionError("The new worker was not used.")
