"""A channel that was given is used and left as it is. What it carries: see `test_grpc_transport`."""

import asyncio

import grpc
import pytest

from tffsim.remote.channels import channel_loop
from tffsim.remote.counted_calls import counting
from tffsim.remote.given_channel import GivenChannel
from tffsim.remote.transport import CallError
from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.methods import KEEP_ALIVE
from tffsim.remote.wire.protocol import PROTOCOL
from tffsim.tracing.recording.wire_bytes import WireBytes


@pytest.fixture
def channel(worker):
    made = grpc.insecure_channel(worker.address)
    yield made
    made.close()


@pytest.fixture
def run():
    """Returns a function that runs a coroutine in the loop of the channels."""
    return lambda coroutine: channel_loop().submit(coroutine).result(60)


async def begun(transport, name):
    return await transport.call(KEEP_ALIVE, messages.KeepAliveRequest(session=name, begin=True, protocol=PROTOCOL), 60)


def test_it_stays_open_when_it_is_not_needed_any_more(channel, run):
    first = GivenChannel(channel, ())
    run(begun(first, "given first"))
    run(first.close())
    assert run(begun(GivenChannel(channel, ()), "given second")).lease_seconds == 600


def test_each_has_a_name_of_its_own(channel):
    assert GivenChannel(channel, ()).address != GivenChannel(channel, ()).address


def test_its_bytes_are_counted_both_ways(channel, run):
    wire = WireBytes()

    async def call():
        with counting(wire):
            await begun(GivenChannel(channel, ()), "given counted")

    run(call())
    assert wire.take()


def test_a_result_that_is_not_there_any_more_is_refused(channel, run):
    async def fetch():
        await begun(GivenChannel(channel, ()), "given gone")
        await GivenChannel(channel, ()).fetch(messages.ComputeRequest(session="given gone", id=3), 0, 60)

    with pytest.raises(CallError, match="no executor"):
        run(fetch())


def test_a_call_that_is_given_up_ends(run):
    nobody = grpc.insecure_channel("127.0.0.1:9")

    async def give_up():
        call = asyncio.ensure_future(begun(GivenChannel(nobody, ()), "given up"))
        await asyncio.sleep(0)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call

    run(give_up())
    nobody.close()
