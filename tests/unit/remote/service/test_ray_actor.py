"""The service in an actor of Ray, called here without Ray."""

import asyncio

import numpy as np
import pytest

from tffsim.executor_stacks.worker_service import worker_service
from tffsim.remote.service.ray_actor import RayActor, Refusal
from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.protocol import PROTOCOL
from tffsim.remote.wire.tensors import Buffers, encode_array

BEGIN = messages.KeepAliveRequest(session="s", begin=True, protocol=PROTOCOL).SerializeToString()


@pytest.fixture
def run():
    """Returns a function that runs a coroutine function with an actor that has a session."""

    def run_with_actor(body):
        async def main():
            actor = RayActor(worker_service, lambda: "machine")
            await actor.call("KeepAlive", BEGIN)
            try:
                return await body(actor)
            finally:
                actor._leases.cancel()
                actor._service.close()

        return asyncio.run(main())

    return run_with_actor


def test_it_tells_on_which_machine_it_is(run):
    assert run(lambda actor: actor.machine()) == "machine"


def test_an_answer_is_the_bytes_of_its_message(run):
    content = run(lambda actor: actor.call("KeepAlive", BEGIN))
    assert messages.KeepAliveResponse.FromString(content).lease_seconds == 30


def test_a_refusal_is_an_answer_with_its_code(run):
    request = messages.GetExecutorRequest(session="nobody").SerializeToString()
    refusal = run(lambda actor: actor.call("GetExecutor", request))
    assert isinstance(refusal, Refusal)
    assert refusal.code == "FAILED_PRECONDITION" and "no session 'nobody'" in refusal.details


def test_what_it_takes_it_can_hand_out(run):
    array = np.arange(100_000, dtype=np.int32)
    value, buffers = messages.Value(), Buffers()
    encode_array(array, value.tensor, buffers)

    async def body(actor):
        header = messages.CreateValueRequest.Header(session="s", id=7, value=value)
        assert await actor.take(header.SerializeToString(), buffers.arrays()) is None
        session = actor._service.sessions["s"]
        payload = await session.work.run(session.values.get(7))
        session.results[3] = payload.message, buffers
        return await actor.fetch(messages.ComputeRequest(session="s", id=3).SerializeToString())

    content, (fetched,) = run(body)
    assert messages.Value.FromString(content) == value
    assert fetched.tobytes() == array.tobytes()


@pytest.mark.parametrize("method", ["take", "fetch"])
def test_values_of_an_unknown_session_are_refused(run, method):
    request = {
        "take": messages.CreateValueRequest.Header(session="nobody"), "fetch": messages.ComputeRequest(session="nobody")
    }[method].SerializeToString()  # fmt: skip
    arguments = (request, []) if method == "take" else (request,)
    assert run(lambda actor: getattr(actor, method)(*arguments)).code == "FAILED_PRECONDITION"
