"""The service of a worker, as anybody may call it: rightly, in the wrong order, or with nonsense."""

import asyncio
import random
import threading

import federated_language as fl
import grpc
import numpy as np
import pytest

from tests.unit.fake_time import FakeClock
from tests.unit.remote.service.test_programs import Recording
from tffsim.remote.service.executor_service import ExecutorService
from tffsim.remote.service.known_computations import KnownComputations
from tffsim.remote.service.short_programs import ShortPrograms
from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.protocol import PROTOCOL
from tffsim.remote.wire.types import type_bytes

INT = type_bytes(fl.TensorType(np.int32))
PROPER = {
    grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.RESOURCE_EXHAUSTED,
}  # fmt: skip


def number(value):
    content = np.int32(value).tobytes()
    return messages.Value(tensor=messages.Tensor(dtype="int32", content=content))


@pytest.fixture
def session(call):
    """Returns the name of a new session with an executor, and the name of that."""
    name = f"test-{random.getrandbits(60)}"
    call("KeepAlive", messages.KeepAliveRequest(session=name, begin=True, protocol=PROTOCOL).SerializeToString())
    made = call(
        "GetExecutor", messages.GetExecutorRequest(session=name, num_clients=2, cohort_size=2).SerializeToString()
    )
    return name, messages.GetExecutorResponse.FromString(made).executor


def batch(session, *steps, **more):
    return messages.BatchRequest(session=session[0], executor=session[1], steps=steps, **more)


def value_step(identifier, value, keep=True):
    step = messages.Step(id=identifier, keep=keep)
    step.value.type = INT
    step.value.value.CopyFrom(number(value))
    return step


def status_of(call, *request):
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        call(*request)
    return caught.value


def run(call, request):
    return messages.BatchResponse.FromString(call("Batch", request.SerializeToString()))


def test_step_by_step_calls_do_what_a_batch_does(call, session):
    run(call, batch(session, value_step(1, 5), value_step(2, 6)))
    struct = messages.CreateStructRequest(session=session[0], executor=session[1], id=3)
    struct.struct.elements.extend([1, 2])
    call("CreateStruct", struct.SerializeToString())
    selection = messages.CreateSelectionRequest(session=session[0], executor=session[1], id=4)
    selection.selection.source, selection.selection.index = 3, 1
    call("CreateSelection", selection.SerializeToString())
    compute = messages.ComputeRequest(session=session[0], executor=session[1], id=4).SerializeToString()
    (answer,) = [messages.ComputeResponse.FromString(part) for part in call("Compute", compute, "unary_stream")]
    assert answer.value == number(6)
    call("Dispose", messages.DisposeRequest(session=session[0], ids=[1, 2, 3, 4, 99]).SerializeToString())
    call(
        "DisposeExecutor", messages.DisposeExecutorRequest(session=session[0], executor=session[1]).SerializeToString()
    )
    error = status_of(call, "Batch", batch(session, value_step(5, 1)).SerializeToString())
    assert error.code() is grpc.StatusCode.FAILED_PRECONDITION


def test_what_a_batch_does_not_keep_is_gone(call, session):
    response = run(call, batch(session, value_step(1, 5, keep=False), compute=1, send_result=True))
    assert response.value == number(5)
    assert run(call, batch(session, value_step(2, 5))).WhichOneof("outcome") is None


def test_a_large_result_that_nobody_fetches_is_forgotten_with_its_value(call, session, worker):
    large = np.zeros(100_000, np.int32)
    value = messages.Step(id=1, keep=True)
    value.value.type = type_bytes(fl.TensorType(np.int32, large.shape))
    value.value.value.tensor.dtype, value.value.value.tensor.content = "int32", large.tobytes()
    value.value.value.tensor.shape.extend(large.shape)
    assert run(call, batch(session, value, compute=1, send_result=True)).is_large
    held = worker.service.sessions[session[0]]
    assert list(held.results) == [1]
    run(call, batch(session, value_step(2, 5), dispose=[1]))
    assert not held.results and 1 not in held.values


def test_calling_what_is_no_function_is_a_failure_with_its_class(call, session):
    step = messages.Step(id=3)
    step.call.function = 1
    response = run(call, batch(session, value_step(1, 5), step))
    assert response.failure.type == "builtins.TypeError"
    assert "Only functions can be called" in response.failure.message


def test_a_computation_that_the_worker_does_not_have_is_asked_for(call, session):
    step = messages.Step(id=1)
    step.value.type, step.value.value.computation = INT, b"digest"
    assert list(run(call, batch(session, step)).unknown.digests) == [b"digest"]


def test_a_streamed_value_arrives(call, session):
    array = np.arange(3000, dtype=np.int32)
    header = messages.CreateValueRequest.Header(session=session[0], id=7)
    header.value.tensor.dtype = "int32"
    header.value.tensor.shape.append(3000)
    header.value.tensor.buffer_size = array.nbytes
    parts = [messages.CreateValueRequest(header=header), messages.CreateValueRequest(chunk=array.tobytes()[:5000]),
             messages.CreateValueRequest(chunk=array.tobytes()[5000:])]  # fmt: skip
    call("CreateValue", [part.SerializeToString() for part in parts], "stream_unary")
    step = messages.Step(id=8)
    step.value.type, step.value.value.payload = type_bytes(fl.TensorType(np.int32, [3000])), 7
    response = run(call, batch(session, step, compute=8, send_result=True))
    assert np.frombuffer(response.value.tensor.content, np.int32).sum() == array.sum()


def test_a_value_that_is_too_large_is_refused_when_it_is_announced(call, session):
    header = messages.CreateValueRequest.Header(session=session[0], id=7)
    header.value.tensor.buffer_size = 1 << 50
    request = [messages.CreateValueRequest(header=header).SerializeToString()]
    error = status_of(call, "CreateValue", request, "stream_unary")
    assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "larger than this worker takes" in error.details()


@pytest.mark.parametrize(
    "request_", [[], [messages.CreateValueRequest(chunk=b"12").SerializeToString()]], ids=["nothing", "no header"]
)
def test_a_stream_that_begins_with_no_value_is_malformed(call, session, request_):
    error = status_of(call, "CreateValue", request_, "stream_unary")
    assert error.code() in PROPER


def test_an_unknown_session_must_begin_first(call):
    request = messages.KeepAliveRequest(session="nobody", protocol=PROTOCOL)
    assert status_of(call, "KeepAlive", request.SerializeToString()).code() is grpc.StatusCode.FAILED_PRECONDITION


def test_another_version_of_the_protocol_is_told(call):
    request = messages.KeepAliveRequest(session="s", begin=True, protocol=PROTOCOL + 1)
    error = status_of(call, "KeepAlive", request.SerializeToString())
    assert "same version of tffsim" in error.details()


@pytest.mark.parametrize(("first", "count", "cohort"), [(0, 3, 2), (5, 1, 3), (0, 1 << 60, 1 << 61)])
def test_a_range_that_is_no_part_of_the_cohort_is_refused(call, session, first, count, cohort):
    request = messages.GetExecutorRequest(session=session[0], first_client=first, num_clients=count, cohort_size=cohort)
    assert status_of(call, "GetExecutor", request.SerializeToString()).code() is grpc.StatusCode.INVALID_ARGUMENT


def test_a_session_whose_lease_is_over_is_freed_and_its_threads_end():
    from tests.unit.remote.conftest import InProcessWorker

    before = threading.active_count()
    worker = InProcessWorker(lease_seconds=0.2)
    try:
        asyncio.run(_begin(worker, "left alone"))
        while worker.service.sessions:
            pass
    finally:
        worker.close()
    assert threading.active_count() <= before + 2


def test_the_end_of_a_session_closes_its_executors_and_may_be_told_twice(call, session, worker):
    request = messages.EndSessionRequest(session=session[0]).SerializeToString()
    held = worker.service.sessions[session[0]]
    executor = held.executor(session[1])
    for _ in range(2):
        call("EndSession", request)
    assert session[0] not in worker.service.sessions
    held.work._thread.join(60)
    with pytest.raises(RuntimeError, match="closed"):
        asyncio.run(executor.create_value(1, fl.TensorType(np.int32)))


def test_a_program_that_is_short_runs_where_the_service_answers():
    threads = []

    class Noting(Recording):
        async def create_value(self, value, type_spec=None):
            threads.append(threading.get_ident())
            return await super().create_value(value, type_spec)

    async def main():
        service = ExecutorService(lambda *_: Noting(), KnownComputations(lambda proto: None))
        await service.KeepAlive(messages.KeepAliveRequest(session="s", begin=True, protocol=PROTOCOL), None)
        request = messages.GetExecutorRequest(session="s", num_clients=1, cohort_size=1)
        executor = (await service.GetExecutor(request, None)).executor
        held = service.sessions["s"]
        held.short_programs = ShortPrograms(FakeClock())
        for _ in range(9):
            with held.work.loop.at_work:  # Its thread has ended what it did.
                pass
            await service.Batch(batch(("s", executor), value_step(1, 5)), None)
        service.close()

    asyncio.run(main())
    assert threading.get_ident() not in threads[:8] and threads[8] == threading.get_ident()


async def _begin(worker, name):
    async with grpc.aio.insecure_channel(worker.address) as channel:
        request = messages.KeepAliveRequest(session=name, begin=True, protocol=PROTOCOL)
        await channel.unary_unary("/tffsim.remote.Executor/KeepAlive")(request.SerializeToString())


def test_a_program_that_does_not_run_tells_nothing(call, session):
    request = messages.FollowRequest(session=session[0], num_parts={7: 0})
    answer = messages.FollowResponse.FromString(call("Follow", request.SerializeToString()))
    assert answer == messages.FollowResponse()


def test_a_worker_that_drains_says_so_and_takes_nothing_new():
    from tests.unit.remote.conftest import InProcessWorker

    worker = InProcessWorker()
    try:
        asyncio.run(_drain(worker))
    finally:
        worker.close()


async def _drain(worker):
    await _begin(worker, "here")
    await worker.service.drain(0)
    async with grpc.aio.insecure_channel(worker.address) as channel:
        follow = channel.unary_unary("/tffsim.remote.Executor/Follow")
        answer = await follow(messages.FollowRequest(session="here").SerializeToString())
        assert messages.FollowResponse.FromString(answer).is_draining
        batch_call = channel.unary_unary("/tffsim.remote.Executor/Batch")
        with pytest.raises(grpc.aio.AioRpcError, match="about to end") as refused:
            await batch_call(messages.BatchRequest(session="here").SerializeToString())
        assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
    with pytest.raises(grpc.aio.AioRpcError, match="about to end"):
        await _begin(worker, "a new one")


def test_nonsense_gets_a_proper_status_and_leaves_the_worker_well(call, session, worker):
    """Requests with changed, cut and doubled bytes; what is still a request may also be answered."""
    rng = random.Random(5)
    struct = messages.Step(id=3, keep=True)
    struct.struct.elements.extend([1, 2])
    selection = messages.Step(id=4, keep=True)
    selection.selection.source = 3
    good = batch(session, value_step(1, 5), value_step(2, 6), struct, selection, compute=4, send_result=True)
    content = good.SerializeToString()
    improper = []
    for _ in range(300):
        mutated = bytearray(content)
        for _ in range(rng.randint(1, 4)):
            place = rng.randrange(len(mutated))
            mutated[place : place + rng.choice([0, 1, 1, 5])] = rng.randbytes(rng.choice([0, 1, 1, 3]))
        if b"\x08\x63" in mutated:  # Asks for a value that does not come, for which a worker waits some time.
            continue
        try:
            call("Batch", bytes(mutated))
        except grpc.aio.AioRpcError as error:
            # gRPC itself answers what is no message at all.
            is_proper = error.code() in PROPER or "DecodeError" in error.details()
            improper += [] if is_proper else [error.details()]
    assert improper == []
    assert run(call, good).value == number(5)
