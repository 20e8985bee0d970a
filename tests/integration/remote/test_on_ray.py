"""What is Ray's own: where it listens, who may use it, and what is put into its store."""

import os
import pathlib
import stat
import warnings

import federated_language as fl
import numpy as np
import psutil
import pytest
import tensorflow as tf

import tffsim as tff
from tests.integration.remote import hosted
from tests.integration.remote.conftest import bits
from tests.integration.remote.long_clients import long
from tests.integration.remote.on_ray import workers_on_ray
from tests.integration.remote.test_data_at_workers import FLOATS, weighted
from tests.integration.remote.test_faults import in_background, wait_until_busy
from tffsim.remote.worker_errors import NoWorkerError

pytestmark = pytest.mark.on_ray


@tff.federated_computation(FLOATS, FLOATS)
def slow_mean(x, w):
    return fl.federated_mean(fl.federated_map(long, x), w)


LARGE = fl.TensorType(np.float32, [200_000])


@pytest.fixture(autouse=True)
def workers(request):
    if not request.config.getoption("--ray"):
        pytest.skip("Runs in the process of test_ray.py.")
    return workers_on_ray()


def test_it_listens_on_the_loopback_interface_only(workers):
    this = psutil.Process()
    listening = [
        connection.laddr.ip.removeprefix("::ffff:")
        for process in [this, *this.children(recursive=True)]
        for connection in process.net_connections()
        if connection.status == psutil.CONN_LISTEN
    ]
    assert set(listening) == {"127.0.0.1"}


def test_only_this_user_can_read_its_token_and_reach_its_sockets(workers):
    token = pathlib.Path(os.environ["RAY_AUTH_TOKEN_PATH"])
    assert stat.S_IMODE(token.stat().st_mode) == 0o600
    assert stat.S_IMODE(token.parent.stat().st_mode) == 0o700
    assert list(token.parent.glob("*/session_*/sockets"))


def test_weights_are_put_once_for_all_workers(workers, monkeypatch):
    import ray

    put, put_before = [], ray.put
    monkeypatch.setattr(ray, "put", lambda value: put.append(value) or put_before(value))
    add = tff.tf_computation(lambda w, x: w + x, (LARGE, np.float32))

    @tff.federated_computation(fl.FederatedType(LARGE, fl.SERVER), fl.FederatedType(np.float32, fl.CLIENTS))
    def shifted(weights, x):
        return fl.federated_mean(fl.federated_map(add, (fl.federated_broadcast(weights), x)))

    weights = tf.linspace(0.0, 1.0, 200_000)
    factory = workers.factory(workers.addresses)
    result = tff.SyncExecutionContext(factory).invoke(shifted, (weights, [1.0] * 40))
    factory.close()
    np.testing.assert_allclose(result, weights + 1, rtol=1e-6)
    content = weights.numpy().tobytes()
    assert sum(array.tobytes() == content for arrays in put for array in arrays) == 1


def test_data_stays_at_an_actor_and_is_there_again_when_it_was_killed(workers, local):
    factory = tff.ray_executor_factory(
        1, resources_per_worker={"CPU": 0}, data={"numbers": "tests.integration.remote.hosted:numbers"}
    )
    try:
        context, data = tff.SyncExecutionContext(factory), factory.data("numbers")
        assert len(data) == 40
        weights = [1.0 + n / 7 for n in range(40)]
        expected = bits(local.invoke(weighted, (hosted.numbers(), weights)))
        assert bits(context.invoke(weighted, (data, weights))) == expected
        psutil.Process(int(factory.workers.ready()[0].process.split()[1])).kill()
        assert bits(context.invoke(weighted, (data, weights))) == expected
    finally:
        factory.close()


def test_clients_of_a_lost_actor_for_which_there_is_no_room_any_more_drop_out_if_asked(workers, local, monkeypatch):
    import ray

    share = 0.4 * ray.cluster_resources()["memory"]
    factory = tff.ray_executor_factory(
        2,
        resources_per_worker={"CPU": 0, "memory": share},
        data={"numbers": "tests.integration.remote.hosted:numbers"},
        lost_data="drop out",
    )
    # It waits for room, and has it as soon as one of the two has died.
    next_in_line = ray.remote(Bystander).options(num_cpus=0, memory=share).remote()
    try:
        context, data = tff.SyncExecutionContext(factory), factory.data("numbers")
        weights = [1.0 + n / 7 for n in range(80)]
        expected = bits(local.invoke(weighted, (hosted.numbers(), weights[:40])))
        first, second = factory.workers.connections
        monkeypatch.setattr(factory.workers, "_connect_timeout", 5)
        with tff.trace(all_threads=True) as trace, warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            result = in_background(context, slow_mean, (data, weights))
            lost = psutil.Process(int(second.process.split()[1]))
            wait_until_busy(lost)
            lost.kill()
            assert bits(result()) == expected[:1]
        assert any("40 of 80 clients dropped out" in str(warning.message) for warning in caught)
        call = trace.invocations.row(0)
        assert (call["num_clients"], call["num_dropped"]) == (40, 40)
        assert trace.clients()["client"].tolist() == list(range(40))
        # It is not waited for again.
        monkeypatch.setattr(factory.workers, "_connect_timeout", 1e9)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert bits(context.invoke(weighted, (data, weights))) == expected
        assert [connection.address for connection in factory.workers.ready()] == [first.address]
    finally:
        factory.close()
        ray.kill(next_in_line)


class Bystander:
    """Takes room in a cluster."""


def test_workers_for_which_there_is_no_room_are_an_error_that_tells_what_is_free(workers):
    with pytest.raises(NoWorkerError, match=r"0 of 1 workers within 0\.5 s.*1 CPU, 3 moons.*of \d+ CPU"):
        tff.ray_executor_factory(1, resources_per_worker={"moons": 3}, start_timeout=0.5)
    # The Ray that was there before is not shut down.
    workers.wait_for_all()
