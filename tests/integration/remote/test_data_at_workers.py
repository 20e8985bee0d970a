"""Data stays at its workers: weights go there and back, examples never."""

import contextlib
import random
import warnings

import federated_language as fl
import numpy as np
import pytest

import tffsim as tff
from tests.integration.remote import hosted
from tests.integration.remote.conftest import START_SECONDS, bits
from tests.integration.remote.long_clients import long
from tests.integration.remote.proxy import Proxy
from tests.integration.remote.test_faults import in_background, wait_until_busy
from tffsim.remote.local_workers import LocalWorkers
from tffsim.simulation import fed_avg
from tffsim.views.panels.sentence import told

MODULE = "tests.integration.remote.hosted"
FLOATS = fl.FederatedType(np.float32, fl.CLIENTS)
ROWS = fl.SequenceType(fl.TensorType(np.float32, [125_000]))


def options(**functions):
    return [part for name, function in functions.items() for part in ("--data", f"{name}={MODULE}:{function}")]


@tff.tf_computation(ROWS)
def mean_of_rows(rows):
    return rows.reduce(np.zeros(125_000, np.float32), lambda total, row: total + row) / 4


@tff.federated_computation(fl.FederatedType(ROWS, fl.CLIENTS))
def mean_of_data(data):
    return fl.federated_mean(fl.federated_map(mean_of_rows, data))


@tff.federated_computation(FLOATS, FLOATS)
def weighted(x, w):
    return fl.federated_mean(x, w), fl.federated_sum(x)


@pytest.fixture(scope="module")
def workers():
    """Returns two workers that have the data of different clients."""
    with contextlib.ExitStack() as stack:
        yield [
            stack.enter_context(LocalWorkers(1, options=chosen, start_timeout=START_SECONDS))
            for chosen in (
                options(digits="few", large="large", numbers="numbers"),
                options(digits="others", numbers="numbers"),
            )
        ]


@pytest.fixture(scope="module")
def factory(workers):
    made = tff.remote_executor_factory([found.addresses[0] for found in workers], connect_timeout=60)
    yield made
    made.close()


@pytest.fixture(scope="module")
def context(factory):
    return tff.SyncExecutionContext(factory)


def test_one_worker_with_two_names_is_told(workers):
    address = workers[0].addresses[0]
    names = [address, address.replace("127.0.0.1", "localhost")]
    with (
        contextlib.closing(tff.remote_executor_factory(names, connect_timeout=60)) as factory,
        pytest.warns(UserWarning, match="seem to be one worker.*name it once"),
    ):
        factory.data("numbers")


def test_federated_averaging_gives_the_weights_of_a_run_with_all_data_here(factory, context, local):
    data = factory.data("digits")
    assert len(data) == 5
    results = []
    for stack, examples in ((context, data), (local, hosted.clients().datasets())):
        weights, next_round = fed_avg.initial_weights(), fed_avg.fed_avg()
        for _ in range(2):
            weights = stack.invoke(next_round, (weights, examples))
        results.append(bits(weights))
    assert results[0] == results[1]


@pytest.mark.parametrize("count", [1, 7, 40, 80])
def test_clients_may_be_drawn_and_have_the_bits_of_a_local_run(factory, context, local, count):
    data, numbers = factory.data("numbers"), hosted.numbers() * 2
    drawn = random.Random(count).sample(range(80), count)
    weights = [1.0 + n / 7 for n in range(count)]
    expected = local.invoke(weighted, ([numbers[n] for n in drawn], weights))
    assert bits(context.invoke(weighted, ([data[n] for n in drawn], weights))) == bits(expected)


def test_no_example_goes_over_the_network_nor_into_the_ledger(workers):
    proxy = Proxy(workers[0].addresses[0])
    factory = tff.remote_executor_factory([proxy.address], connect_timeout=60)
    context = tff.SyncExecutionContext(factory)
    try:
        data = factory.data("large")
        with tff.trace() as trace:
            assert context.invoke(mean_of_data, data)[0] == 2.0
        # 6 MB of examples. The zero of the sum goes there, and the sum of the clients comes back: 500 kB each.
        assert proxy.num_bytes["to worker"] < 700_000
        assert proxy.num_bytes["to controller"] < 700_000
        ledger = trace.traffic_totals()
        sizes = {ledger.row(k)["direction"]: ledger.row(k)["size"] for k in range(ledger.num_rows)}
        assert sizes.get("caller to clients", 0) == 0
        assert not trace.snapshot.columns["has_scalar"][trace.snapshot.columns["host"] >= 0].any()
    finally:
        factory.close()
        proxy.close()


def test_raw_data_is_no_result(factory, context):
    same = tff.federated_computation(lambda x: x, FLOATS)
    pairs = tff.federated_computation(lambda x: fl.federated_zip((x, x)), FLOATS)
    for computation in (same, pairs):
        with pytest.raises(tff.ExecutionError, match="stays there: it is no result"):
            context.invoke(computation, factory.data("numbers"))


def test_data_that_nobody_has_is_told(factory):
    with pytest.raises(LookupError, match=r"No worker has data 'pixels'. They have: digits, large, numbers"):
        factory.data("pixels")


def test_clients_of_another_type_are_told(factory, context):
    with pytest.raises(tff.ArgumentError, match=r"client 0 \(of 80\)\. Expected a sequence"):
        context.invoke(mean_of_data, factory.data("numbers"))


def test_a_lost_worker_is_an_error_that_names_its_clients_until_it_is_back():
    chosen = options(numbers="numbers")
    with LocalWorkers(2, options=chosen, start_timeout=START_SECONDS) as workers:
        factory = tff.remote_executor_factory(workers, connect_timeout=3, heartbeat_seconds=1)
        context = tff.SyncExecutionContext(factory)
        try:
            patient = tff.remote_executor_factory(workers, connect_timeout=60)
            data = patient.data("numbers")
            patient.close()
            total = tff.federated_computation(lambda x: fl.federated_sum(x), FLOATS)
            assert context.invoke(total, data) == 1560
            workers.processes[1].kill()
            workers.processes[1].wait()
            with pytest.raises(tff.ExecutionError, match=rf"(?s){workers.addresses[1]}.*--data.*drop out") as caught:
                context.invoke(total, data)
            assert workers.addresses[0] not in str(caught.value)
            assert "generic_plus" not in str(caught.value)
            # Those of the other worker can go on alone.
            assert context.invoke(total, data[:40]) == 780
            with pytest.raises(tff.ExecutionError, match="was not ready"):
                context.invoke(total, data)
            workers.add(port=int(workers.addresses[1].rsplit(":", 1)[1]))
            patient = tff.remote_executor_factory(workers.addresses[:2], connect_timeout=60)
            assert tff.SyncExecutionContext(patient).invoke(total, data) == 1560
            patient.close()
        finally:
            factory.close()


def test_clients_of_a_lost_worker_drop_out_if_asked(local):
    chosen = options(numbers="numbers")
    with LocalWorkers(2, options=chosen, start_timeout=START_SECONDS) as workers:
        patient = tff.remote_executor_factory(workers, connect_timeout=60)
        data = patient.data("numbers")
        patient.close()
        factory = tff.remote_executor_factory(workers, connect_timeout=3, heartbeat_seconds=1, lost_data="drop out")
        context = tff.SyncExecutionContext(factory)
        weights = [1.0 + n / 7 for n in range(80)]
        try:
            slow_mean = tff.federated_computation(
                lambda x, w: fl.federated_mean(fl.federated_map(long, x), w), FLOATS, FLOATS
            )
            expected = local.invoke(weighted, (hosted.numbers(), weights[:40]))
            with tff.trace(all_threads=True) as trace, warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                result = in_background(context, slow_mean, (data, weights))
                wait_until_busy(workers.processes[1])
                workers.processes[1].kill()
                assert bits(result()) == bits(expected[0])
            assert any("40 of 80 clients dropped out" in str(warning.message) for warning in caught)
            call = trace.invocations.row(0)
            assert (call["num_clients"], call["num_dropped"]) == (40, 40)
            # What clients had done before is no part of what was counted.
            assert call["start"] < call["counted_from"] < call["end"]
            assert trace.clients()["client"].tolist() == list(range(40))
            assert told(trace.snapshot).startswith("40 clients dropped out")
            # It is not waited for again, and used when it is back.
            with pytest.warns(UserWarning, match="40 of 80 clients"):
                assert bits(context.invoke(weighted, (data, weights))) == bits(expected)
            workers.processes[1].wait()
            workers.add(port=int(workers.addresses[1].rsplit(":", 1)[1]))
            both = local.invoke(weighted, (hosted.numbers() * 2, weights))
            for _ in range(100):
                if bits(context.invoke(weighted, (data, weights))) == bits(both):
                    break
            else:
                raise AssertionError("The worker was not found again.")
            for process in workers.processes:
                process.kill()
            with pytest.raises(tff.ExecutionError, match=r"workers that have the data|all 80 clients is lost"):
                context.invoke(weighted, (data, weights))
        finally:
            factory.close()


def test_what_is_done_about_lost_data_is_one_of_two(workers):
    with pytest.raises(ValueError, match='must be "error" or "drop out", found \'ignore\''):
        tff.remote_executor_factory(["localhost:1"], lost_data="ignore")
