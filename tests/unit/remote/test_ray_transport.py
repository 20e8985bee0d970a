"""What Ray carries to an actor and back, and how it fails; the actors are stand-ins. Real ones: `test_on_ray.py`."""

import asyncio
import concurrent.futures
import types

import grpc
import numpy as np
import pytest

from tffsim.remote.remote_session import RemoteSession, Upload
from tffsim.remote.service.ray_actor import Refusal
from tffsim.remote.transport import CallError
from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.methods import KEEP_ALIVE
from tffsim.remote.wire.tensors import Buffers, encode_array

ray = pytest.importorskip("ray")
from ray.exceptions import ActorDiedError, ActorUnavailableError, RayTaskError, TaskCancelledError  # noqa: E402

from tffsim.remote.ray_transport import RayStore, RayTransport  # noqa: E402


class Reference:
    """Where an answer is, or will be."""

    def __init__(self, answer=None, error=None, is_late=False):
        self._future = concurrent.futures.Future()
        if error is not None:
            self._future.set_exception(error)
        elif not is_late:
            self._future.set_result(answer)

    def future(self):
        return self._future


class Worker:
    """A worker whose actor gives one answer to whatever it is asked."""

    def __init__(self, **answer):
        self.name = "ray:0"
        self.asked = []
        self.dead = []
        self.can_start = True
        self.actor = types.SimpleNamespace(
            **{name: types.SimpleNamespace(remote=self._remote(answer)) for name in ("call", "take", "fetch")}
        )

    def _remote(self, answer):
        return lambda *arguments: self.asked.append(arguments) or Reference(**answer)

    def died(self, actor):
        self.dead.append(actor)

    def start(self):
        return self.actor


@pytest.fixture
def cancelled(monkeypatch):
    found = []
    monkeypatch.setattr(ray, "cancel", found.append)
    return found


def keep_alive(worker, timeout=60):
    async def call():
        return await RayTransport(worker, RayStore()).call(KEEP_ALIVE, messages.KeepAliveRequest(session="s"), timeout)

    return asyncio.run(call())


def code_of(worker, **options):
    with pytest.raises(CallError) as caught:
        keep_alive(worker, **options)
    return caught.value.code, caught.value.details


def test_a_message_goes_there_and_its_answer_comes_back():
    worker = Worker(answer=messages.KeepAliveResponse(worker="me").SerializeToString())
    assert keep_alive(worker).worker == "me"
    assert worker.asked == [("KeepAlive", messages.KeepAliveRequest(session="s").SerializeToString())]


def test_a_refusal_has_its_code():
    assert code_of(Worker(answer=Refusal("RESOURCE_EXHAUSTED", "full"))) == (
        grpc.StatusCode.RESOURCE_EXHAUSTED, "full"
    )  # fmt: skip


def test_an_actor_that_has_died_is_lost_and_made_again():
    worker = Worker(error=ActorDiedError())
    code, details = code_of(worker)
    assert code is grpc.StatusCode.UNAVAILABLE and "died" in details
    assert worker.dead == [worker.actor]


def test_an_actor_that_cannot_be_reached_is_lost_and_stays():
    worker = Worker(error=ActorUnavailableError("cut off", b"0" * 16))
    assert code_of(worker)[0] is grpc.StatusCode.UNAVAILABLE
    assert worker.dead == []


def test_a_worker_without_an_actor_is_lost():
    worker = Worker()
    worker.actor = None
    assert code_of(worker)[0] is grpc.StatusCode.UNAVAILABLE


def test_a_mistake_of_the_service_itself_is_told():
    error = RayTaskError("call", "traceback", ValueError("what"))
    assert code_of(Worker(error=error)) == (grpc.StatusCode.INTERNAL, "ValueError: what")


def test_a_call_that_was_cancelled_there_is_told():
    assert code_of(Worker(error=TaskCancelledError()))[0] is grpc.StatusCode.CANCELLED


def test_an_answer_that_is_late_is_given_up_and_the_call_is_cancelled(cancelled):
    assert code_of(Worker(is_late=True), timeout=0.01)[0] is grpc.StatusCode.DEADLINE_EXCEEDED
    assert len(cancelled) == 1


def test_whoever_gives_up_cancels_the_call(cancelled):
    async def give_up():
        transport = RayTransport(Worker(is_late=True), RayStore())
        task = asyncio.ensure_future(_awaited(transport.call(KEEP_ALIVE, messages.KeepAliveRequest(), 60)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(give_up())
    assert len(cancelled) == 1


async def _awaited(answer):
    return await answer


def test_after_ray_was_shut_down_no_actor_is_made():
    worker = Worker()
    worker.can_start = False
    with pytest.raises(CallError, match="shut down"):
        asyncio.run(RayTransport(worker, RayStore()).open())


@pytest.mark.parametrize(("never_changes", "times"), [(True, 1), (False, 2)])
def test_only_what_never_changes_is_put_once_for_all(monkeypatch, never_changes, times):
    put = []
    monkeypatch.setattr(ray, "put", lambda arrays: put.append(arrays) or "reference")
    array, store = np.arange(5000, dtype=np.int32), RayStore()

    def upload(name):
        value, buffers = messages.Value(), Buffers()
        encode_array(array, value.tensor, buffers)
        return Upload(RemoteSession(name), 7, array if never_changes else None, value, buffers)

    async def send():
        uploads = [upload("a"), upload("b")]
        for one in uploads:
            worker = Worker()
            await RayTransport(worker, store).upload(one, 60)
            assert worker.asked == [(one.header().SerializeToString(), "reference")]

    asyncio.run(send())
    assert len(put) == times and put[0][0].tobytes() == array.tobytes()


def test_what_is_fetched_may_be_written_into():
    array = np.arange(10, dtype=np.uint8)
    array.flags.writeable = False
    worker = Worker(answer=(messages.Value(payload=1).SerializeToString(), [array]))
    fetched = asyncio.run(RayTransport(worker, RayStore()).fetch(messages.ComputeRequest(), 0, 60))
    assert fetched[0].payload == 1
    assert fetched[1][0].flags.writeable and (fetched[1][0] == array).all()


def test_a_result_that_is_not_there_any_more_is_none():
    assert asyncio.run(RayTransport(Worker(), RayStore()).fetch(messages.ComputeRequest(), 0, 60)) is None
