"""What gRPC carries to a worker and back, and how it fails, over channels of ours and over those that are given."""

import grpc
import numpy as np
import pytest

from tffsim.remote.channels import ChannelSecurity, channel_loop
from tffsim.remote.given_channel import GivenChannel
from tffsim.remote.grpc_transport import GrpcTransport
from tffsim.remote.remote_session import RemoteSession, Upload
from tffsim.remote.transport import CallError
from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.methods import GET_EXECUTOR, KEEP_ALIVE
from tffsim.remote.wire.protocol import PROTOCOL
from tffsim.remote.wire.tensors import Buffers, encode_array


@pytest.fixture
def run():
    """Returns a function that runs a coroutine in the loop of the channels."""
    return lambda coroutine: channel_loop().submit(coroutine).result(60)


@pytest.fixture(params=["ours", "given"])
def transport(worker, run, request):
    given = grpc.insecure_channel(worker.address)
    made = GrpcTransport(worker.address, ChannelSecurity()) if request.param == "ours" else GivenChannel(given, ())
    run(made.open())
    yield made
    run(made.close())
    given.close()


async def begun(transport, name):
    return await transport.call(KEEP_ALIVE, messages.KeepAliveRequest(session=name, begin=True, protocol=PROTOCOL), 60)


def upload_of(session, number, array):
    value, buffers = messages.Value(), Buffers()
    encode_array(array, value.tensor, buffers)
    return Upload(session, number, array, value, buffers)


def test_an_answer_is_the_message_that_the_method_returns(transport, run):
    assert run(begun(transport, "answered")).lease_seconds == 600


def test_a_refusal_has_the_code_and_the_words_of_the_worker(transport, run):
    async def ask():
        await transport.call(GET_EXECUTOR, messages.GetExecutorRequest(session="nobody"), 60)

    with pytest.raises(CallError, match="There is no session 'nobody' here") as caught:
        run(ask())
    assert caught.value.code is grpc.StatusCode.FAILED_PRECONDITION


def test_an_upload_arrives_in_pieces_and_is_as_it_was(transport, run, worker):
    array = np.arange(700_000, dtype=np.int32)

    async def send():
        await begun(transport, "uploaded")
        await transport.upload(upload_of(RemoteSession("uploaded"), 7, array), 60)

    run(send())
    session = worker.service.sessions["uploaded"]
    payload = session.work.submit(session.values.get(7)).result(60)
    assert payload.buffers[0].tobytes() == array.tobytes()


def test_an_upload_that_is_refused_says_why(transport, run):
    async def send():
        await begun(transport, "too large")
        announced = messages.Value(tensor=messages.Tensor(buffer_size=1 << 50))
        await transport.upload(Upload(RemoteSession("too large"), 7, None, announced, Buffers()), 60)

    with pytest.raises(CallError, match="larger than this worker takes") as caught:
        run(send())
    assert caught.value.code is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_what_is_fetched_may_be_written_into(transport, run, worker):
    array, session = np.arange(700_000, dtype=np.int32), "fetched"
    value, buffers = messages.Value(), Buffers()
    encode_array(array, value.tensor, buffers)

    async def fetch():
        await begun(transport, session)
        worker.service.sessions[session].results[3] = value, buffers
        return await transport.fetch(messages.ComputeRequest(session=session, id=3), 2_800_000, 60)

    message, (fetched,) = run(fetch())
    assert message == value
    assert fetched.tobytes() == array.tobytes() and fetched.flags.writeable


def test_a_worker_that_is_not_there_is_told_when_the_answer_is_waited_for(run):
    transport = GrpcTransport("127.0.0.1:9", ChannelSecurity())

    async def ask():
        await transport.open()
        answer = transport.call(KEEP_ALIVE, messages.KeepAliveRequest(), 60)
        try:
            await answer
        finally:
            await transport.close()

    with pytest.raises(CallError, match="refused") as caught:
        run(ask())
    assert caught.value.code is grpc.StatusCode.UNAVAILABLE
