"""Memory as the way of large values to a worker that this process has started, and back. All else goes as before.

There are segments for values and for results, which are used again and again. A result is in one until it has been
copied out. A value can keep the memory: a segment is lent to the worker until the last tensor in it is gone. At most
two are, so that values that stay take turns; a further one is copied out before the worker answers. If a call does not
end well, nobody knows what the worker still does with the segment, and nothing is put into it any more.
"""

import asyncio
import contextlib
import dataclasses
import itertools
from collections.abc import AsyncIterator, Awaitable
from typing import NamedTuple, TypeVar

import grpc
import numpy as np
from google.protobuf.message import Message

from tffsim.remote.counted_calls import count_received, count_sent
from tffsim.remote.remote_session import Upload
from tffsim.remote.transport import CallError, Transport
from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.malformed import MalformedError
from tffsim.remote.wire.memory_segment import MemorySegment, room_at_most
from tffsim.remote.wire.methods import COMPUTE_INTO_MEMORY, SHARE_MEMORY, TAKE_FROM_MEMORY, Method
from tffsim.remote.wire.values import buffer_sizes

_Request = TypeVar("_Request", bound=Message)
_Response = TypeVar("_Response", bound=Message)
MIN_BYTES = 1 << 19
"""Smaller values are as fast in pieces: at 300 kB both take the same time, at 1.2 MB memory takes a third of it."""
MAX_KEPT_BYTES = 64 << 20
"""A larger segment is let go after its value."""
_STEP_BYTES = 4 << 20
"""Segments are a multiple of this: values that grow a little need no new one."""
_MAX_LENT = 2
_SECONDS_TO_SHARE = 10.0


class _Shared(NamedTuple):
    """A segment that the worker has, too.

    Attributes:
        number: What messages call it.
        segment: The segment.
    """

    number: int
    segment: MemorySegment


@dataclasses.dataclass(slots=True)
class _Lane:
    """The way of values in one direction.

    Attributes:
        lock: Held by the value that is on its way.
        segments: The memory, but for what that value uses.
    """

    lock: asyncio.Lock = dataclasses.field(default_factory=asyncio.Lock)
    segments: list[_Shared] = dataclasses.field(default_factory=list)

    @property
    def num_lent(self) -> int:
        """How many segments the worker uses."""
        return sum(shared.segment.is_lent for shared in self.segments)

    def take(self, room: int) -> _Shared | None:
        """Takes out the smallest segment that has room, and that nobody uses. None has: those are let go."""
        unused = [shared for shared in self.segments if not shared.segment.is_lent]
        fitting = [shared for shared in unused if shared.segment.num_bytes >= room]
        taken = min(fitting, key=lambda shared: shared.segment.num_bytes, default=None)
        gone = unused if taken is None else [taken]
        self.segments = [shared for shared in self.segments if shared not in gone]
        return taken


class _Lanes:
    """What is shared with a worker in one session."""

    def __init__(self, session: str) -> None:
        self.session = session
        self.values = _Lane()
        self.results = _Lane()
        # What is as large as what had no room is not tried again.
        self.too_large = 1 << 62


class SharedMemoryTransport(Transport):
    """Carries large values in memory, and the rest as another transport does.

    Args:
        inner: That one.
        key: What the worker was given when it was started.
    """

    def __init__(self, inner: Transport, key: str) -> None:
        self.address = inner.address
        self.advice = inner.advice
        self._inner = inner
        self._key = key
        self._lanes = _Lanes("")
        self._numbers = itertools.count(1)

    async def open(self) -> None:
        await self._inner.open()

    async def close(self) -> None:
        self.forget()
        await self._inner.close()

    def forget(self) -> None:
        self._lanes = _Lanes("")
        self._inner.forget()

    def call(self, method: Method[_Request, _Response], request: _Request, timeout: float) -> Awaitable[_Response]:
        return self._inner.call(method, request, timeout)

    async def upload(self, upload: Upload, timeout: float) -> None:
        header = upload.header()
        lanes = self._lanes_of(header.session)
        async with self._memory(lanes, lanes.values, upload.num_bytes) as found:
            if found is not None:
                region, segment = found
                await asyncio.to_thread(segment.write, upload.arrays())
                if _is_lent(region, segment, lanes.values):
                    region.is_lent = True
                    segment.lend()
                count_sent(upload.num_bytes)
                taking = messages.TakeFromMemoryRequest(header=header, region=region)
                await self._inner.call(TAKE_FROM_MEMORY, taking, timeout)
                return
        await self._inner.upload(upload, timeout)

    async def fetch(
        self, request: messages.ComputeRequest, num_bytes: int, timeout: float
    ) -> tuple[messages.Value, list[np.ndarray]] | None:
        lanes = self._lanes_of(request.session)
        async with self._memory(lanes, lanes.results, num_bytes) as found:
            if found is not None:
                region, segment = found
                computing = messages.ComputeIntoMemoryRequest(compute=request, region=region)
                response = await self._inner.call(COMPUTE_INTO_MEMORY, computing, timeout)
                if response.WhichOneof("part") != "value":
                    return None
                sizes = list(buffer_sizes(response.value))
                if sum(sizes) != num_bytes:
                    raise MalformedError("The result has another size than was announced.")
                count_received(num_bytes)
                return response.value, await asyncio.to_thread(segment.read, sizes)
        return await self._inner.fetch(request, num_bytes, timeout)

    def _lanes_of(self, session: str) -> _Lanes:
        if self._lanes.session != session:
            self._lanes = _Lanes(session)
        return self._lanes

    @contextlib.asynccontextmanager
    async def _memory(
        self, lanes: _Lanes, lane: _Lane, num_bytes: int
    ) -> AsyncIterator[tuple[messages.Region, MemorySegment] | None]:
        """In the block there is memory for a value; None if it is too small for that, or there is too little."""
        if not MIN_BYTES <= num_bytes < lanes.too_large:
            yield None
            return
        async with lane.lock:
            shared = lane.take(room_at_most(num_bytes)) or await self._new_segment(lanes, lane, num_bytes)
            if shared is None:
                yield None
                return
            is_last = shared.segment.num_bytes > MAX_KEPT_BYTES
            yield messages.Region(segment=shared.number, num_bytes=num_bytes, is_last=is_last), shared.segment
            if not is_last:
                lane.segments.append(shared)

    async def _new_segment(self, lanes: _Lanes, lane: _Lane, num_bytes: int) -> _Shared | None:
        size = -(-room_at_most(num_bytes) // _STEP_BYTES) * _STEP_BYTES
        try:
            segment = await asyncio.to_thread(MemorySegment.create, size)
        except OSError:
            lanes.too_large = num_bytes
            return None
        number = next(self._numbers)
        request = messages.ShareMemoryRequest(
            session=lanes.session, key=self._key, name=segment.name, num_bytes=size, segment=number,
            is_for_results=lane is lanes.results, kept=[shared.number for shared in lane.segments],
        )  # fmt: skip
        try:
            await self._inner.call(SHARE_MEMORY, request, _SECONDS_TO_SHARE)
        except CallError as error:
            if error.code is not grpc.StatusCode.INVALID_ARGUMENT:
                raise
            # It was started by somebody else, or sees another memory.
            lanes.too_large = 0
            return None
        finally:
            segment.unlink()
        return _Shared(number, segment)


def _is_lent(region: messages.Region, segment: MemorySegment, lane: _Lane) -> bool:
    """Whether a value may keep the memory: what is used once anyway, and what is not mostly empty."""
    return region.is_last or (2 * region.num_bytes >= segment.num_bytes and lane.num_lent < _MAX_LENT)
