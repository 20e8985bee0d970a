"""What goes over the wire is counted in the trace as the worker counts it, for the values that crossed, or for none."""

import collections

import federated_language as fl
import grpc
import numpy as np
import pytest

import tffsim as tff
from tests.unit.remote.conftest import InProcessWorker
from tffsim.remote.worker_errors import WorkerLostError

FLOATS = fl.FederatedType(np.float32, fl.CLIENTS)
LARGE = fl.TensorType(np.float32, [300_000])
LARGE_BYTES = 1_200_000


@tff.tf_computation(LARGE, np.float32)
def scale(weights, x):
    return weights * x


@tff.federated_computation(fl.FederatedType(LARGE, fl.SERVER), FLOATS)
def mean_of_scaled(weights, x):
    there = fl.federated_broadcast(weights)
    return fl.federated_mean(fl.federated_map(scale, fl.federated_zip((there, x))))


class CountingInterceptor(grpc.aio.ServerInterceptor):
    """Counts at the worker what arrives, and what is answered, as bytes of messages."""

    def __init__(self):
        self.num_bytes = collections.Counter()
        self.num_messages = 0

    async def intercept_service(self, continuation, details):
        handler = await continuation(details)
        return handler._replace(
            request_deserializer=self._counting("down", handler.request_deserializer),
            response_serializer=self._counting("up", handler.response_serializer),
        )

    def _counting(self, way, function):
        def count(given):
            result = function(given)
            self.num_bytes[way] += len(given if way == "down" else result)
            self.num_messages += 1
            return result

        return count


@pytest.fixture
def counted(monkeypatch):
    """Returns a context whose worker counts, and what it has counted."""
    counter, make_server = CountingInterceptor(), grpc.aio.server
    monkeypatch.setattr(grpc.aio, "server", lambda **options: make_server(**{**options, "interceptors": [counter]}))
    worker = InProcessWorker()
    factory = tff.remote_executor_factory([worker.address], heartbeat_seconds=600)
    yield tff.SyncExecutionContext(factory), counter
    factory.close()
    worker.close()


def traced(context, num_clients=4):
    with tff.trace() as trace:
        context.invoke(mean_of_scaled, (np.ones(300_000, np.float32), [1.0] * num_clients))
    return trace


def test_every_byte_that_the_worker_has_seen_is_counted(counted):
    context, counter = counted
    # Afterwards the session is there: it begins before the first call of a worker.
    context.invoke(mean_of_scaled, (np.ones(300_000, np.float32), [1.0]))
    before, num_before = counter.num_bytes.copy(), counter.num_messages
    wire = traced(context).wire()
    seen = counter.num_bytes - before
    assert {"down": wire["down"].sum(), "up": wire["up"].sum()} == dict(seen)
    assert wire["num_messages"].sum() == counter.num_messages - num_before
    assert seen["down"] > LARGE_BYTES


def test_values_are_counted_for_the_intrinsic_for_which_they_went(counted):
    trace = traced(counted[0])
    wire = trace.wire()
    sent = {name: wire.where(intrinsic=name) for name in ("federated_broadcast", "federated_mean")}
    assert LARGE_BYTES <= sent["federated_broadcast"]["down"].sum() < 1.001 * LARGE_BYTES
    assert LARGE_BYTES <= sent["federated_mean"]["up"].sum() < 1.001 * LARGE_BYTES
    assert sent["federated_broadcast"]["up"].sum() == 0
    # What is no value is small, and has no node.
    assert 0 < wire.where(node=-1)["down"].sum() < 50_000
    totals = trace.traffic_totals()
    found = {totals.row(k)["intrinsic"]: totals.row(k) for k in range(len(totals))}
    assert found["federated_broadcast"]["size"] == 4 * LARGE_BYTES
    assert found["federated_broadcast"]["wire"] == sent["federated_broadcast"]["down"].sum()
    assert found["federated_mean"]["wire"] == sent["federated_mean"]["up"].sum()
    assert 16 <= found[""]["wire"] < 200


def test_each_round_has_its_own_bytes_and_heart_beats_have_none(counted):
    context, _ = counted
    with tff.trace() as trace:
        for _ in range(2):
            context.invoke(mean_of_scaled, (np.ones(300_000, np.float32), [1.0, 2.0]))
    wire = trace.wire()
    assert sorted(set(wire["round"].tolist())) == [-1, 0, 1]
    assert set(wire.where(round=-1)["node"].tolist()) == {-1}
    per_round = [int(wire.where(round=k, intrinsic="federated_broadcast")["down"].sum()) for k in range(2)]
    # Numbers within the messages grow, and with them their length.
    assert abs(per_round[0] - per_round[1]) < 50
    assert min(per_round) > LARGE_BYTES


def test_what_is_sent_again_after_a_loss_is_counted_as_repeated(counted):
    context, _ = counted
    (connection,) = context.executor_factory.workers.connections
    run = type(connection).run

    async def lose_first(program, what):
        connection.run = lambda *told: run(connection, *told)
        await run(connection, program, what)
        connection.lose(program.session, "a test")
        raise WorkerLostError("a test")

    connection.run = lose_first
    trace = traced(context)
    wire = trace.wire()
    again = wire.where(is_repeated=True)
    assert again.where(intrinsic="federated_broadcast")["down"].sum() > LARGE_BYTES
    hosts = trace.hosts()
    assert hosts.row(0)["repeated"] == again["down"].sum() + again["up"].sum()
    assert (hosts.row(0)["health"], hosts.row(0)["num_taken"]) == ("rejoined", 4)


def test_without_a_trace_nothing_is_kept(counted):
    context, _ = counted
    context.invoke(mean_of_scaled, (np.ones(300_000, np.float32), [1.0]))
    with tff.trace() as trace:
        pass
    assert len(trace.wire()) == len(trace.hosts()) == 0


def test_a_local_stack_has_no_wire(local_trace):
    assert "wire" not in local_trace.traffic_totals()
    assert len(local_trace.wire()) == 0


@pytest.fixture
def local_trace():
    return traced(tff.SyncExecutionContext(tff.local_executor_factory()), 2)
