"""Large values go through memory to a worker that has the key, in segments that are used again; others are streamed."""

import asyncio
import errno

import grpc
import numpy as np
import pytest

pytest.importorskip("_posixshmem")

from tests.unit.remote.conftest import InProcessWorker
from tffsim.remote import shared_memory_transport
from tffsim.remote.channels import ChannelSecurity, channel_loop
from tffsim.remote.counted_calls import counting
from tffsim.remote.grpc_transport import GrpcTransport
from tffsim.remote.remote_session import RemoteSession, Upload
from tffsim.remote.shared_memory_transport import MIN_BYTES, SharedMemoryTransport
from tffsim.remote.transport import CallError
from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.malformed import MalformedError
from tffsim.remote.wire.memory_segment import MemorySegment
from tffsim.remote.wire.methods import KEEP_ALIVE, TAKE_FROM_MEMORY
from tffsim.remote.wire.protocol import PROTOCOL
from tffsim.remote.wire.tensors import Buffers, encode_array
from tffsim.tracing.recording.wire_bytes import WireBytes

KEY = "the key"
LARGE = np.arange(MIN_BYTES // 4 + 5, dtype=np.float32)
LENT = np.arange(600_000, dtype=np.float32)
"""Fills more than half of a segment."""


class Watched(GrpcTransport):
    """Notes what goes over the channel."""

    def __init__(self, address):
        super().__init__(address, ChannelSecurity())
        self.called, self.shared, self.fails = [], [], None

    def call(self, method, request, timeout):
        self.called.append(method.name)
        if method.name == "ShareMemory":
            self.shared.append(request)
        if method is self.fails:
            raise CallError(grpc.StatusCode.UNAVAILABLE, "a test")
        return super().call(method, request, timeout)

    async def upload(self, upload, timeout):
        self.called.append("upload")
        await super().upload(upload, timeout)

    async def fetch(self, request, num_bytes, timeout):
        self.called.append("fetch")
        return await super().fetch(request, num_bytes, timeout)


@pytest.fixture(scope="module")
def sharing_worker():
    started = InProcessWorker(memory_key=KEY, max_value_bytes=32 << 20)
    yield started
    started.close()


def run(coroutine):
    """Runs a coroutine in the loop of the channels."""
    return channel_loop().submit(coroutine).result(60)


@pytest.fixture
def make(sharing_worker):
    """Returns a function that makes a transport, and begins a session."""
    made = []

    def make_transport(session, key=KEY, address=sharing_worker.address):
        inner = Watched(address)
        transport = SharedMemoryTransport(inner, key)
        run(transport.open())
        made.append(transport)
        begin(transport, session)
        return transport, inner

    yield make_transport
    for transport in made:
        run(transport.close())


def begin(transport, session):
    async def call():
        await transport.call(KEEP_ALIVE, messages.KeepAliveRequest(session=session, begin=True, protocol=PROTOCOL), 60)

    run(call())


def send(transport, session, number, array):
    value, buffers = messages.Value(), Buffers()
    encode_array(array, value.tensor, buffers)
    run(transport.upload(Upload(RemoteSession(session), number, array, value, buffers), 60))


def arrived(worker, session, number):
    there = worker.service.sessions[session]
    (buffer,) = there.work.submit(there.values.get(number)).result(60).buffers
    return buffer


def fetch(transport, worker, session, array, num_bytes=None):
    """Fetches an array that the worker has as a result."""
    value, buffers = messages.Value(), Buffers()
    encode_array(array, value.tensor, buffers)
    worker.service.sessions[session].results[3] = value, buffers
    request = messages.ComputeRequest(session=session, id=3)
    return run(transport.fetch(request, array.nbytes if num_bytes is None else num_bytes, 60))


def test_values_go_through_the_same_memory_one_after_the_other(make, sharing_worker):
    transport, inner = make("same")
    for number in (1, 2, 3):
        send(transport, "same", number, LARGE * number)
    for number in (1, 2, 3):
        assert arrived(sharing_worker, "same", number).tobytes() == (LARGE * number).tobytes()
    assert inner.called[1:] == ["ShareMemory", *["TakeFromMemory"] * 3]


def test_many_values_at_a_time_do_not_meet(make, sharing_worker):
    transport, inner = make("many")

    async def send_all():
        uploads = []
        for number in range(20):
            value, buffers = messages.Value(), Buffers()
            encode_array(LARGE + number, value.tensor, buffers)
            uploads.append(transport.upload(Upload(RemoteSession("many"), number, None, value, buffers), 60))
        await asyncio.gather(*uploads)

    run(send_all())
    for number in range(20):
        assert arrived(sharing_worker, "many", number).tobytes() == (LARGE + number).tobytes()
    assert len(inner.shared) == 1


def test_a_result_is_a_copy_that_may_be_written_into(make, sharing_worker):
    transport, inner = make("result")
    message, (first,) = fetch(transport, sharing_worker, "result", LARGE)
    assert message.tensor.dtype == "float32" and first.flags.writeable
    _, (second,) = fetch(transport, sharing_worker, "result", LARGE + 1)
    assert first.tobytes() == LARGE.tobytes() and second.tobytes() == (LARGE + 1).tobytes()
    assert inner.called[1:] == ["ShareMemory", *["ComputeIntoMemory"] * 2]


def test_a_result_that_the_worker_has_no_more_is_none(make, sharing_worker):
    transport, _ = make("no result")
    request = messages.ComputeRequest(session="no result", id=99, executor="none")
    with pytest.raises(CallError, match="no executor"):
        run(transport.fetch(request, LARGE.nbytes, 60))


def test_a_result_of_another_size_than_was_said_is_refused(make, sharing_worker):
    transport, _ = make("size")
    with pytest.raises(CallError, match="shared bytes are not"):
        fetch(transport, sharing_worker, "size", LARGE, num_bytes=LARGE.nbytes + 1)


def test_what_needs_more_room_gets_another_segment(make, sharing_worker):
    transport, inner = make("grown")
    large = np.tile(LARGE, 12)
    for number, array in enumerate([LARGE, large, LARGE]):
        send(transport, "grown", number, array)
    assert arrived(sharing_worker, "grown", 1).tobytes() == large.tobytes()
    # The first one is too small and let go, the second one is lent.
    assert [(request.num_bytes, list(request.kept)) for request in inner.shared] == [
        (4 << 20, []), (8 << 20, []), (4 << 20, [2]),
    ]  # fmt: skip


def forget(worker, session, number):
    async def forget_here():
        there.values.forget([number])

    there = worker.service.sessions[session]
    there.work.submit(forget_here()).result(60)


def test_values_that_stay_have_the_memory_of_two_segments_and_no_value_changes(make, sharing_worker):
    transport, inner = make("lent")
    for number in range(1, 6):
        send(transport, "lent", number, LENT * number)
    assert (len(inner.shared), transport._lanes.values.num_lent) == (3, 2)
    forget(sharing_worker, "lent", 2)
    assert transport._lanes.values.num_lent == 1
    for number in (6, 7):
        send(transport, "lent", number, LENT * number)
    assert (len(inner.shared), transport._lanes.values.num_lent) == (3, 2)
    for number in (1, 3, 4, 5, 6, 7):
        assert arrived(sharing_worker, "lent", number).tobytes() == (LENT * number).tobytes()


def test_a_value_that_is_used_after_its_session_has_ended_does_not_change(make, sharing_worker):
    transport, _ = make("ended")
    send(transport, "ended", 1, LENT)
    used = arrived(sharing_worker, "ended", 1)
    segment = transport._lanes.values.segments[0].segment
    sharing_worker.service._end("ended")
    begin(transport, "begun")
    send(transport, "begun", 1, LENT + 1)
    assert segment.is_lent and used.tobytes() == LENT.tobytes()


def test_a_very_large_segment_is_not_kept(make, sharing_worker, monkeypatch):
    monkeypatch.setattr(shared_memory_transport, "MAX_KEPT_BYTES", 1 << 20)
    transport, inner = make("not kept")
    for number in (1, 2):
        send(transport, "not kept", number, LARGE)
    assert len(inner.shared) == 2
    assert sharing_worker.service.sessions["not kept"].memory._segments == {False: {}, True: {}}
    assert arrived(sharing_worker, "not kept", 1).tobytes() == LARGE.tobytes()


def test_small_values_are_streamed(make, sharing_worker):
    transport, inner = make("small")
    small = np.zeros(MIN_BYTES // 2, np.uint8)
    send(transport, "small", 1, small)
    fetch(transport, sharing_worker, "small", small)
    assert inner.called[1:] == ["upload", "fetch"]


def test_where_there_is_too_little_room_values_are_streamed(make, sharing_worker, monkeypatch):
    transport, inner = make("no room")
    tried = []

    def has_no_room(num_bytes):
        tried.append(num_bytes)
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(MemorySegment, "create", has_no_room)
        for number in (1, 2):
            send(transport, "no room", number, LARGE)
    assert (inner.called[1:], len(tried)) == (["upload", "upload"], 1)
    assert arrived(sharing_worker, "no room", 2).tobytes() == LARGE.tobytes()
    # A smaller one is tried.
    send(transport, "no room", 3, LARGE[:-5])
    assert inner.called[3:] == ["ShareMemory", "TakeFromMemory"]


@pytest.mark.parametrize("key", ["", "another key"])
def test_a_worker_that_was_started_by_somebody_else_gets_its_values_streamed(make, sharing_worker, key):
    transport, inner = make(f"foreign {key}", key)
    for number in (1, 2):
        send(transport, f"foreign {key}", number, LARGE)
    assert inner.called[1:] == ["ShareMemory", "upload", "upload"]
    assert arrived(sharing_worker, f"foreign {key}", 2).tobytes() == LARGE.tobytes()


def test_the_name_is_gone_when_the_worker_has_it(make):
    transport, inner = make("name")
    send(transport, "name", 1, LARGE)
    with pytest.raises(MalformedError, match="no shared memory of this name"):
        MemorySegment.open(inner.shared[0].name, LARGE.nbytes)


def test_the_name_is_gone_if_the_worker_does_not_answer(make):
    transport, inner = make("no answer")
    inner.fails = shared_memory_transport.SHARE_MEMORY
    with pytest.raises(CallError, match="UNAVAILABLE"):
        send(transport, "no answer", 1, LARGE)
    with pytest.raises(MalformedError, match="no shared memory of this name"):
        MemorySegment.open(inner.shared[0].name, LARGE.nbytes)


def test_after_a_call_that_failed_another_segment_is_used(make, sharing_worker):
    transport, inner = make("failed")
    inner.fails = TAKE_FROM_MEMORY
    with pytest.raises(CallError, match="UNAVAILABLE"):
        send(transport, "failed", 1, LARGE)
    inner.fails = None
    send(transport, "failed", 2, LARGE)
    assert [request.segment for request in inner.shared] == [1, 2]
    assert arrived(sharing_worker, "failed", 2).tobytes() == LARGE.tobytes()


def test_a_new_session_gets_new_memory(make, sharing_worker):
    transport, inner = make("first")
    send(transport, "first", 1, LARGE)
    begin(transport, "second")
    send(transport, "second", 1, LARGE)
    assert [request.session for request in inner.shared] == ["first", "second"]
    transport.forget()
    send(transport, "second", 2, LARGE)
    assert arrived(sharing_worker, "second", 2).tobytes() == LARGE.tobytes()


def test_bytes_in_memory_are_counted_as_those_of_the_wire(make, sharing_worker):
    transport, _ = make("counted")
    wire = WireBytes()
    with counting(wire, 5):
        send(transport, "counted", 1, LARGE)
        fetch(transport, sharing_worker, "counted", LARGE)
    amount = wire.take()[5]
    assert LARGE.nbytes < amount.down < LARGE.nbytes + 1000
    assert LARGE.nbytes < amount.up < LARGE.nbytes + 1000
