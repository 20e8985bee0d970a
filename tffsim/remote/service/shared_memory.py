"""The memory that a session of a worker shares with its controller: segments for values, and for results."""

import asyncio
import hmac
from collections.abc import Sequence

import numpy as np

from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.malformed import MalformedError
from tffsim.remote.wire.memory_segment import MemorySegment, room_of
from tffsim.remote.wire.tensors import Buffers, ValueBytesError, read_only
from tffsim.remote.wire.values import buffer_sizes


class SharedMemory:
    """What a session shares with its controller. Belongs to the loop in which requests are answered.

    What is copied is copied in threads: heart-beats do not wait for it. Who copies keeps the segment alive.
    """

    def __init__(self) -> None:
        self._segments: dict[bool, dict[int, MemorySegment]] = {False: {}, True: {}}

    def share(self, request: messages.ShareMemoryRequest, key: str) -> None:
        """Takes a segment of the controller, and lets go those that it does not keep.

        Args:
            request: Says which.
            key: What the process has handed over that has started this worker; empty if it was started by hand.

        Raises:
            MalformedError: If it is none, or somebody else asks.
        """
        if not key or not hmac.compare_digest(request.key.encode(), key.encode()):
            raise MalformedError("Only the process that has started this worker can share memory with it.")
        segments = self._segments[request.is_for_results]
        for number in segments.keys() - set(request.kept):
            del segments[number]
        segments[request.segment] = MemorySegment.open(request.name, request.num_bytes)

    async def take(self, request: messages.TakeFromMemoryRequest, max_bytes: int) -> list[np.ndarray]:
        """Returns the buffers of a value: copies, unless their memory is lent.

        Raises:
            MalformedError: If they are not there.
            ValueBytesError: If there are more bytes than may be.
        """
        sizes = list(buffer_sizes(request.header.value))
        total = sum(sizes)
        if total > max_bytes:
            raise ValueBytesError(total, max_bytes)
        segment = self._segment(request.region, sizes, is_for_results=False)
        if request.region.is_lent:
            return segment.borrow(sizes)
        return read_only(await asyncio.to_thread(segment.read, sizes))

    async def put(self, region: messages.Region, buffers: Buffers) -> None:
        """Puts the buffers of a result where the controller wants them.

        Raises:
            MalformedError: If they have no room there.
        """
        arrays = buffers.arrays()
        segment = self._segment(region, [array.nbytes for array in arrays], is_for_results=True)
        await asyncio.to_thread(segment.write, arrays)

    def clear(self) -> None:
        """Lets all of it go."""
        for segments in self._segments.values():
            segments.clear()

    def _segment(self, region: messages.Region, sizes: Sequence[int], *, is_for_results: bool) -> MemorySegment:
        segments = self._segments[is_for_results]
        segment = segments.get(region.segment)
        if segment is None:
            raise MalformedError(f"There is no shared memory with the number {region.segment} here.")
        if region.num_bytes != sum(sizes) or room_of(sizes) > segment.num_bytes:
            raise MalformedError(
                f"{region.num_bytes} of {segment.num_bytes} shared bytes are not the {sum(sizes)} bytes of the buffers."
            )
        if region.is_last:
            del segments[region.segment]
        return segment
